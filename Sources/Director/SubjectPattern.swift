/// What an admin means by a word: a VIP, a virtual server, a real server, or all that fit a pattern with `*` and
/// `?`, as in `10.0.0.*`.
///
/// A kind may stand in front: `real-server 10.0.0.1`. Without one it is the first of VIP, virtual server and real
/// server that has something with such a name.
public struct SubjectPattern: Hashable, Sendable {
    /// What may be meant.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// An address in answers.
        case vip
        /// What clients connect to.
        case virtualServer = "virtual-server"
        /// What stands behind it.
        case realServer = "real-server"
    }

    /// The kind that was named; nil: any.
    public var kind: Kind?
    /// The rest.
    public var text: String

    /// Reads `[KIND ]PATTERN`.
    public init(_ words: String) {
        let parts = words.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        if parts.count == 2, let kind = Kind(rawValue: String(parts[0])) {
            self.kind = kind
            text = String(parts[1])
        } else {
            text = words
        }
    }

    /// Whether it can mean several things: no kind is named, and there is a `*` or `?` in it.
    public var isWide: Bool { kind == nil && text.contains { $0 == "*" || $0 == "?" } }

    /// Whether one of a subject's names fits, whatever its kind.
    public func fits(_ names: [String]) -> Bool {
        names.contains { Self.matches(Array(text.utf8), Array($0.utf8)) }
    }

    /// The names of a real server in a virtual server: its address and port, its address alone, and both
    /// with the virtual server in front of them.
    public static func names(ofRealServer endpoint: String, in virtualServer: String) -> [String] {
        var names = [endpoint, "\(virtualServer)/\(endpoint)"]
        if let colon = endpoint.lastIndex(of: ":") {
            let address = endpoint[..<colon].filter { $0 != "[" && $0 != "]" }
            names += [address, "\(virtualServer)/\(address)"]
        }
        return names
    }

    /// The names of a virtual server: `tcp 192.0.2.1:80`, and without the protocol.
    public static func names(ofVirtualServer name: String) -> [String] {
        guard let blank = name.firstIndex(of: " "), !name.hasPrefix("fwmark") else { return [name] }
        return [name, String(name[name.index(after: blank)...])]
    }

    /// Matching with one place to go back to, so that no pattern costs more than its length times the name's.
    private static func matches(_ pattern: [UInt8], _ name: [UInt8]) -> Bool {
        var place = 0
        var at = 0
        var star: (place: Int, at: Int)?
        while at < name.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = (place, at)
                place += 1
            } else if place < pattern.count,
                pattern[place] == UInt8(ascii: "?") || lower(pattern[place]) == lower(name[at])
            {
                place += 1
                at += 1
            } else if let last = star {
                place = last.place + 1
                at = last.at + 1
                star = (last.place, at)
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
