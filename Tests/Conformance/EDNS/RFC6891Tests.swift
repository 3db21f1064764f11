import Answering
import TestZones
import Testing

@Suite("RFC 6891: EDNS")
struct RFC6891Tests {
    static let zone =
        RFC8906Tests.zone + "\nwww A 192.0.2.3\nsub NS ns.sub\nns.sub A 192.0.2.9\n"
        + (0..<100).map { "many A 10.0.0.\($0)" }.joined(separator: "\n")
    static let www = "ANSWER\nwww.example. 3600 A 192.0.2.3"

    static let rows = transcript(
        """
        ; §6.1.1: no OPT record unless there was one
        dig www.example. A
        NOERROR aa
        \(www)

        ; §6.1.1: one if there was one, with our own size
        dig www.example. A +edns=0
        NOERROR aa
        EDNS udp 1232
        \(www)

        ; §6.1.1: over a stream too
        dig www.example. A +edns=0 +tcp
        NOERROR aa
        EDNS udp 1232
        \(www)

        ; §6.1.1: in a denial
        dig gone.example. A +edns=0
        NXDOMAIN aa
        EDNS udp 1232
        AUTHORITY
        example. 300 SOA ns.example. admin.example. 1 3600 300 604800 300

        ; §6.1.1: in a referral
        dig www.sub.example. A +edns=0
        NOERROR
        EDNS udp 1232
        AUTHORITY
        sub.example. 3600 NS ns.sub.example.
        ADDITIONAL
        ns.sub.example. 3600 A 192.0.2.9

        ; §6.1.2: options that nobody knows are ignored, whatever is in them
        dig www.example. A +ednsopt=65001:0102 +ednsopt=4 +ednsopt=65535:00
        NOERROR aa
        EDNS udp 1232
        \(www)

        ; §6.1.3: BADVERS, with the version that is known, and no answer
        dig www.example. A +edns=255
        BADVERS
        EDNS udp 1232

        ; §6.1.3: BADVERS comes before what the name is
        dig gone.example. A +edns=1
        BADVERS
        EDNS udp 1232

        ; §6.1.4, RFC 3225 §3: DO comes back, the flags that are zero don't
        dig www.example. A +ednsflags=0xFFFF
        NOERROR aa
        EDNS udp 1232, do
        \(www)

        ; §6.2.3: a size below 512 is 512
        dig www.example. A +bufsize=0
        NOERROR aa
        EDNS udp 1232
        \(www)

        ; §6.2.5: what is too large for the asker
        dig many.example. A +bufsize=1232
        NOERROR aa tc
        EDNS udp 1232

        ; §6.2.5: and what is too large for us although the asker would take it
        dig many.example. A +bufsize=4096
        NOERROR aa tc
        EDNS udp 1232

        ; RFC 7871 §7.2.1: a server that does not tailor answers says nothing about the subnet
        dig www.example. A +subnet=203.0.113.0/24
        NOERROR aa
        EDNS udp 1232
        \(www)

        ; RFC 7871 §7.2.1
        dig www.example. A +subnet=2001:db8::/56
        NOERROR aa
        EDNS udp 1232
        \(www)

        ; RFC 7830 §4: an answer is padded where the transport is encrypted, which is neither of these
        dig www.example. A +padding=64
        NOERROR aa
        EDNS udp 1232
        \(www)
        """)

    @Test(arguments: rows) func answer(_ exchange: Exchange) throws {
        try Server(["example": Self.zone]).expect(exchange)
    }

    // Header and question of www.example. A, and an OPT record.
    static func message(_ counts: [UInt16], _ records: [UInt8]...) throws -> [UInt8] {
        let question = try DigCommand("www.example. A").message.dropFirst(12)
        return ([0x1034, 0] + counts).flatMap(big) + question + records.flatMap { $0 }
    }
    static let opt: [UInt8] = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0]

    @Test(
        "§6.1.1: FORMERR for what is no proper OPT record",
        arguments: [
            ("two of them", [1, 0, 0, 2], opt + opt),
            ("one in the answer section", [1, 1, 0, 0], opt),
            ("one in the authority section", [1, 0, 1, 0], opt),
            ("one that is not of the root (§6.1.2)", [1, 0, 0, 1], [1, 120] + opt),
            ("an option longer than the record", [1, 0, 0, 1], opt.dropLast() + [4, 0, 3, 0, 1]),
            ("a piece of an option", [1, 0, 0, 1], opt.dropLast() + [3, 0, 3, 0]),
        ] as [(String, [UInt16], [UInt8])])
    func malformed(_ name: String, _ counts: [UInt16], _ records: [UInt8]) throws {
        let server = try Server(["example": Self.zone])
        let answer = try server.answer(try Self.message(counts, records), from: "192.0.2.53", over: .udp)
        #expect(try AnswerText(answer).status == "FORMERR")
    }

    @Test("§6.1.1: other records may stand around it") func position() throws {
        // x. A 192.0.2.1
        let other: [UInt8] = [1, 120, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1]
        let server = try Server(["example": Self.zone])
        for records in [other + Self.opt, Self.opt + other] {
            let answer = try server.answer(
                try Self.message([1, 0, 0, 2], records), from: "192.0.2.53", over: .udp)
            #expect(try AnswerText(answer).edns == "udp 1232")
        }
    }
}
