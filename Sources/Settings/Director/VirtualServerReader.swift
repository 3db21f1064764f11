import Addresses
import Diagnostics
import Director

/// Reads `virtual-server` statements.
enum VirtualServerReader {
    private static let known =
        [
            "scheduler", "scheduler-flags", "quorum", "real-server", "fallback", "check", "agent",
            "persistence",
            "netmask",
            "one-packet", "persistence-engine", "quiescent", "cleanstop",
        ] + PoolReader.known + ReactionReader.statements

    /// `tcp ADDRESS port N`, `fwmark N [inet6]`, after `virtual-server`.
    static func key(_ cursor: inout StatementCursor) -> (key: VirtualServerKey, place: Place)? {
        guard let kind = cursor.word("'tcp', 'udp', 'sctp' or 'fwmark'") else { return nil }
        if kind.keyword == "fwmark" { return mark(&cursor, from: kind.place) }
        guard let transport = TransportProtocol.allCases.first(where: { "\($0)" == kind.keyword }) else {
            cursor.fail("'tcp', 'udp', 'sctp' or 'fwmark' is expected, not '\(kind.text)'", at: kind.place)
            return nil
        }
        guard let address = cursor.address("an address") else { return nil }
        if !cursor.skip("port") {
            _ = cursor.fail(expected: "'port'")
            return nil
        }
        guard let port = cursor.number("a port", 0...65535) else { return nil }
        return (.endpoint(transport, Endpoint(address, port: UInt16(port))), cursor.span(from: kind.place))
    }

    /// `N [inet6]`, after `fwmark`.
    static func mark(_ cursor: inout StatementCursor, from place: Place) -> (
        key: VirtualServerKey, place: Place
    )? {
        guard let mark = cursor.number("a firewall mark", 1...Int(UInt32.max)) else { return nil }
        let family: AddressFamily = cursor.skip("inet6") ? .v6 : .v4
        return (.firewallMark(UInt32(mark), family), cursor.span(from: place))
    }

    static func read(_ cursor: inout StatementCursor) -> VirtualServerDraft? {
        guard let (key, place) = key(&cursor), let block = cursor.block() else { return nil }
        var draft = VirtualServerDraft(key: key, place: place)
        // The check comes first: real servers take from it what theirs don't say.
        for statement in block.statements where statement.keyword == "check" && draft.check == nil {
            var cursor = StatementCursor(statement, Reading(environment: cursor.reading.environment))
            draft.check = CheckReader.read(&cursor, base: nil)
        }
        for statement in block.statements where statement.keyword == "agent" && draft.agent == nil {
            var cursor = StatementCursor(statement, Reading(environment: cursor.reading.environment))
            draft.agent = AgentReader.read(&cursor, base: nil)
        }
        var blockReader = BlockReader(cursor.reading)
        blockReader.read(block.statements) { cursor, blockReader in
            if cursor.name.keyword != "real-server" { blockReader.once(&cursor) }
            read(cursor.name.keyword, &cursor, into: &draft)
        }
        return draft
    }

    private static func read(
        _ keyword: String, _ cursor: inout StatementCursor, into draft: inout VirtualServerDraft
    ) {
        switch keyword {
        case "scheduler":
            if let word = cursor.word("a scheduler") { draft.scheduler = (word.keyword, word.place) }
        case "scheduler-flags":
            guard cursor.nextWord != nil else { return _ = cursor.fail(expected: "a flag") }
            while let word = cursor.nextWord, word.place.lastLine == cursor.name.place.line {
                cursor.advance()
                draft.schedulerFlags.append((word.keyword, word.place))
            }
        case "quorum": PoolReader.quorum(&cursor, into: &draft)
        case "real-server":
            if let server = realServer(&cursor, base: draft.check, agent: draft.agent) {
                draft.realServers.append(server)
            }
        case "fallback": draft.fallback = realServer(&cursor, base: nil, isFallback: true)
        case "check": draft.check = CheckReader.read(&cursor, base: nil)
        case "agent": draft.agent = AgentReader.read(&cursor, base: nil)
        case "persistence":
            // The kernel's bound on timeouts is 31 days.
            let place = cursor.name.place
            let span = cursor.duration("a persistence", .seconds(1) ... .seconds(2_678_400))
            if let span { draft.persistence = .init(timeout: UInt32(span.components.seconds), place: place) }
        case "netmask": draft.netmask = netmask(&cursor, draft.key.family)
        case "one-packet": draft.onePacket = cursor.boolean() == true ? cursor.name.place : nil
        case "persistence-engine":
            if let word = cursor.word("a persistence engine") {
                draft.persistenceEngine = (word.keyword, word.place)
            }
        case "quiescent": draft.isQuiescent = cursor.boolean() ?? false
        case "cleanstop": draft.cleanstop = cursor.boolean()
        case let keyword where ReactionReader.statements.contains(keyword):
            ReactionReader.read(keyword, &cursor, into: &draft.reactions)
        default:
            if !PoolReader.read(keyword, &cursor, into: &draft.pool) {
                cursor.unknown(in: "'virtual-server'", known: known)
            }
        }
    }

    private static func realServer(
        _ cursor: inout StatementCursor, base: CheckDraft?, agent: AgentDraft? = nil, isFallback: Bool = false
    ) -> VirtualServerDraft.RealServer? {
        guard let first = cursor.nextWord, let address = cursor.address("an address") else {
            if !cursor.hasFailed { _ = cursor.fail(expected: "an address") }
            return nil
        }
        let port = cursor.optionalPort()
        if cursor.hasFailed { return nil }
        var server = VirtualServerDraft.RealServer(
            address: address, port: port, forwarding: .gate, place: cursor.span(from: first.place))
        guard let block = cursor.optionalBlock() else { return server }
        let known =
            ["forward", "tunnel", "check", "proxy-protocol"]
            + (isFallback ? [] : ["weight", "agent", "upper-threshold", "lower-threshold"])
        var blockReader = BlockReader(cursor.reading)
        blockReader.read(block.statements) { cursor, blockReader in
            blockReader.once(&cursor)
            switch cursor.name.keyword {
            case "forward": server.forwarding = cursor.choice("a way to forward") ?? .gate
            case "tunnel": server.tunnel = KernelReader.tunnel(&cursor)
            case "check": server.check = CheckReader.read(&cursor, base: base)
            case "proxy-protocol":
                server.proxyProtocol = cursor.choice("a version of the PROXY protocol").map {
                    ($0, cursor.name.place)
                }
            case "agent" where !isFallback: server.agent = AgentReader.read(&cursor, base: agent)
            case "weight" where !isFallback: server.weight = Int32(cursor.number("a weight", 0...65_535) ?? 1)
            case "upper-threshold" where !isFallback:
                server.upperThreshold = UInt32(cursor.number("a threshold", 0...Int(Int32.max)) ?? 0)
            case "lower-threshold" where !isFallback:
                server.lowerThreshold = UInt32(cursor.number("a threshold", 0...Int(Int32.max)) ?? 0)
            default: cursor.unknown(in: "'\(isFallback ? "fallback" : "real-server")'", known: known)
            }
        }
        return server
    }

    /// A length, or in IPv4 a dotted quad.
    private static func netmask(
        _ cursor: inout StatementCursor, _ family: AddressFamily
    ) -> (length: UInt8, place: Place)? {
        guard let word = cursor.word("a netmask") else { return nil }
        guard let length = Netmask.length(word.text, family) else {
            let form = family == .v4 ? "255.255.255.0 or 24" : "64"
            cursor.fail("a netmask as \(form) is expected, not '\(word.text)'", at: word.place)
            return nil
        }
        return (length, word.place)
    }
}

/// How many of a client's bits tell it from others.
enum Netmask {
    /// Reads a length of 1 to 32 or 128, or for IPv4 a dotted quad of ones, then zeros.
    static func length(_ text: String, _ family: AddressFamily) -> UInt8? {
        if let length = decimal(text) { return (1...family.bits).contains(length) ? UInt8(length) : nil }
        guard family == .v4, let mask = IPv4Address(text)?.rawValue, mask != 0 else { return nil }
        return (~mask & (~mask &+ 1)) == 0 ? UInt8(mask.nonzeroBitCount) : nil
    }
}

extension StatementCursor {
    /// Fails because the next element is not what is expected.
    mutating func fail(expected what: String) -> Bool {
        switch next {
        case .word(let word): fail("\(what) is expected, not '\(word.text)'", at: word.place)
        case .block(let block): fail("\(what) is expected before '{'", at: block.place.part(0, 1))
        case nil: fail("\(what) is expected before ';'", at: statement.end)
        }
        return false
    }

    /// From a place to the end of the last element that was read.
    func span(from place: Place) -> Place {
        let last = statement.elements[index - 1].place
        guard last.source === place.source, last.range.upperBound > place.range.lowerBound else { return place }
        return Place(place.source, place.range.lowerBound..<last.range.upperBound)
    }
}
