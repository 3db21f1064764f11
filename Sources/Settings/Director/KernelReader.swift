import Director

/// Reads what only the kernel's table has: the marks of private virtual servers, timeouts, tunnels.
enum KernelReader {
    /// `FIRST LAST`, after `private-marks`.
    static func privateMarks(
        _ cursor: inout StatementCursor
    ) -> (range: ClosedRange<UInt32>, place: Place)? {
        let place = cursor.name.place
        let marks = 1...Int(UInt32.max)
        guard let first = cursor.number("a firewall mark", marks),
            let last = cursor.number("the last firewall mark", max(first, 1)...Int(UInt32.max))
        else { return nil }
        return (UInt32(first)...UInt32(last), place)
    }

    /// A name of `ip netns`, or a path, after `network-namespace`.
    static func namespace(_ cursor: inout StatementCursor) -> String? {
        guard let word = cursor.word("the name of a network namespace") else { return nil }
        let isName = !word.text.contains("/") && word.text != "." && word.text != ".."
        if word.text.isEmpty || word.text.utf8.contains(0) || !(isName || word.text.hasPrefix("/")) {
            cursor.fail(
                "'\(word.text)' is no name of a network namespace, and no absolute path", at: word.place)
            return nil
        }
        return word.text
    }

    /// `{ tcp SPAN; tcp-fin SPAN; udp SPAN; }`, after `timeouts`.
    static func timeouts(_ cursor: inout StatementCursor) -> TimeoutSettings? {
        guard let block = cursor.block() else { return nil }
        var timeouts = TimeoutSettings()
        var blockReader = BlockReader(cursor.reading)
        blockReader.read(block.statements) { cursor, blockReader in
            blockReader.once(&cursor)
            switch cursor.name.keyword {
            case "tcp": timeouts.tcp = seconds(&cursor)
            case "tcp-fin": timeouts.tcpFin = seconds(&cursor)
            case "udp": timeouts.udp = seconds(&cursor)
            default: cursor.unknown(in: "'timeouts'", known: ["tcp", "tcp-fin", "udp"])
            }
        }
        return timeouts
    }

    private static func seconds(_ cursor: inout StatementCursor) -> UInt32? {
        // As persistence: the kernel's own bound is 31 days.
        cursor.duration("a timeout", .seconds(1) ... .seconds(2_678_400)).map { UInt32($0.components.seconds) }
    }

    private enum Encapsulation: String, CaseIterable { case ipip, gue, gre }

    /// The kernel's flags of a tunnel.
    private enum Checksum: String, CaseIterable {
        case none = "no-checksum"
        case checksum = "checksum"
        case remote = "remote-checksum"

        var flags: UInt16 {
            switch self {
            case .none: 0
            case .checksum: 1
            case .remote: 2
            }
        }
    }

    /// `ipip`, `gue port N [CHECKSUM]`, `gre [CHECKSUM]`, after `tunnel`.
    static func tunnel(_ cursor: inout StatementCursor) -> (tunnel: Tunnel, place: Place)? {
        let place = cursor.name.place
        guard let encapsulation: Encapsulation = cursor.choice("a tunnel") else { return nil }
        switch encapsulation {
        case .ipip: return (.ipip, place)
        case .gue:
            if !cursor.skip("port") {
                _ = cursor.fail(expected: "'port' and the UDP port of the tunnel")
                return nil
            }
            guard let port = cursor.port(), let checksum = checksum(&cursor) else { return nil }
            return (.gue(port: port, flags: checksum.flags), place)
        case .gre:
            let next = cursor.nextWord
            guard let checksum = checksum(&cursor) else { return nil }
            if checksum == .remote {
                cursor.fail("'remote-checksum' is for gue only", at: next?.place ?? place)
                return nil
            }
            return (.gre(flags: checksum.flags), place)
        }
    }

    private static func checksum(_ cursor: inout StatementCursor) -> Checksum? {
        guard let word = cursor.nextWord, word.place.lastLine == cursor.name.place.line else {
            return Checksum.none
        }
        return cursor.choice("what to do with checksums")
    }
}
