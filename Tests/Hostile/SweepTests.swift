import Answering
import FuzzTargets
import Testing

@Suite("Sweeps: every type, class, opcode and set of flags")
struct SweepTests {
    /// Of names with an answer of their own: a type that the zone doesn't have is answered as any other is,
    /// octet by octet, but for the type. What no zone can have is refused where others are answered.
    @Test(
        "Every type from 0 to 65535, for every kind of name",
        arguments: [
            // The types there are, at the name or at what it leads to; DS where the parent answers itself; RRSIG and
            // NSEC, which are not looked for behind an alias (RFC 4034 §3, §4).
            ("www.example.com", [1, 65, 65280]), ("a.w.example.com", [1, 15]), ("in.cut.example.com", []),
            ("cut.example.com", [43]), ("gone.example.com", []), ("ent.example.com", []),
            ("example.com", [2, 6, 15, 16, 257]), ("alias.example.com", [1, 5, 46, 47, 65, 65280]),
            ("a.dn.example.com", [5]), ("loop.example.com", [5, 46, 47]), ("down.example.com", [1]),
            ("other.test", []),
            ("www.broken.example", []), ("a.closed.example", []), ("child.example.com", [2, 6, 43]),
        ] as [(String, [Int])])
    func types(name: String, types: [Int]) throws {
        let world = try Worlds.plain()
        let reference = Queries.query(name, 65000)
        let expected = world.answer(reference, over: .udp)
        try Engine.check(reference, in: world)
        let place = reference.count - 4
        let isServed = [0, 3].contains(expected[3] & 15)
        // Of their own kind everywhere: IXFR and AXFR, which are refused, and ANY.
        let others = Set(types + [251, 252, 255])
        var query = reference
        var unlike: [Int] = []
        for type in 0...65535 {
            query.replaceSubrange(place..<(place + 2), with: Queries.big(type))
            if others.contains(type) {
                try Engine.check(query, in: world)
                continue
            }
            var answer = world.answer(query, over: .udp)
            if isServed && (type == 41 || 128...254 ~= type) {
                // FORMERR, or NOTIMP for MAILB and MAILA; nothing but the question.
                let code: UInt8 = type > 252 ? 4 : 1
                if answer.count != query.count || answer[3] & 15 != code { unlike.append(type) }
                continue
            }
            guard answer.count > place + 1 else {
                unlike.append(type)
                continue
            }
            answer.replaceSubrange(place..<(place + 2), with: Queries.big(65000))
            if answer != expected { unlike.append(type) }
        }
        #expect(unlike == [])
        for type in types {
            let form = try Engine.check(Queries.query(name, type), in: world).udp
            // DS in the child's place, RRSIG and NSEC at an alias; what steering has withdrawn.
            #expect(form?.section(0).isEmpty == false || [43, 46, 47].contains(type) || name.hasPrefix("down"))
        }
    }

    @Test("Every class from 0 to 65535", arguments: ["www.example.com", "in.cut.example.com", "other.test"])
    func classes(name: String) throws {
        let world = try Worlds.plain()
        var query = Queries.query(name, 1)
        let internet = try #require(try Engine.check(query, in: world).udp)
        let place = query.count - 2
        for number in 0...65535 where number != 1 {
            query.replaceSubrange(place..<(place + 2), with: Queries.big(number))
            let answer = world.answer(query, over: .udp)
            if number == 255 {
                // As of class IN, without authority (RFC 1034 §4.3.2).
                let any = try MessageForm(answer)
                #expect(any.records == internet.records && any.header[1] & 0x0400 == 0)
                continue
            }
            // REFUSED: the query with QR and the code, nothing else.
            var refusal = query
            refusal[2] |= 0x80
            refusal[3] = 5
            if answer != refusal {
                Issue.record("class \(number): \(answer)")
                return
            }
        }
    }

    /// QR: silence. Another opcode: NOTIMP, a header alone. Else the answer, with RD as it came.
    @Test("Every opcode with every set of flags and codes", arguments: [1, 0, 2])
    func flags(questions: Int) throws {
        let world = try Worlds.plain()
        let question = Queries.query("www.example.com", 1).dropFirst(12)
        let plain = try MessageForm(world.answer(Queries.query("www.example.com", 1, flags: 0), over: .udp))
        for flags in 0...65535 {
            let query =
                [0x1234, flags, questions, 0, 0, 0].flatMap(Queries.big)
                + (0..<questions).flatMap { _ in question }
            let answer = world.answer(query, over: .udp)
            if flags & 0x8000 != 0 {
                #expect(answer.isEmpty)
                continue
            }
            let isQuery = flags & 0x7800 == 0
            let code = !isQuery ? 4 : questions == 1 ? 0 : 1
            let own = 0x8000 | flags & 0x7900 | code
            let header = [UInt8](answer.prefix(12))
            if isQuery && questions == 1 {
                let wanted = [0x1234, own | 0x0400, 1, plain.header[3], 0, 0].flatMap(Queries.big)
                if header != wanted || !answer.dropFirst(12).elementsEqual(plain.octets.dropFirst(12)) {
                    Issue.record("flags \(flags)")
                    return
                }
            } else if answer != [0x1234, own, 0, 0, 0, 0].flatMap(Queries.big) {
                Issue.record("flags \(flags): \(answer)")
                return
            }
        }
    }

    @Test("Every name with every type of its own kind, with DO and without, in every world")
    func kinds() throws {
        for world in try Worlds.all() {
            for name in Queries.names {
                for type in Queries.types {
                    let query = Queries.query(name, type)
                    #expect(throws: Never.self, "\(name) \(type)") { try Engine.check(query, in: world) }
                    for flags in [0, 0x8000] {
                        // Without RD, as resolvers ask, which with servers is answered with more.
                        for size in [0, 700, 1190, 65535] {
                            let query = Queries.query(
                                name, type, flags: 0, counts: [1, 0, 0, 1],
                                then: Queries.opt(size: size, flags: flags))
                            #expect(throws: Never.self, "\(name) \(type) \(flags) \(size)") {
                                try Engine.check(query, in: world)
                            }
                        }
                    }
                }
            }
        }
    }
}
