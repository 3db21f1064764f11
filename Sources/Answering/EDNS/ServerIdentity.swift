internal import DNSWire

/// What the server says about itself: in class CH, and by NSID (RFC 5001). Nil: nothing.
public struct ServerIdentity: Hashable, Sendable {
    /// The program and its version: `version.bind`, `version.server`.
    public var version: [UInt8]?
    /// The host's name: `hostname.bind`.
    public var hostname: [UInt8]?
    /// Which of several servers of an address it is: `id.server`, NSID.
    public var serverID: [UInt8]?

    /// An identity; texts are cut at 255 octets, which is what a string of TXT holds.
    public init(version: [UInt8]? = nil, hostname: [UInt8]? = nil, serverID: [UInt8]? = nil) {
        self.version = version
        self.hostname = hostname
        self.serverID = serverID
    }

    /// The names of class CH, and what they are answered with. BIND, NSD and Knot agree on these but for
    /// version.server, which BIND lacks.
    fileprivate var answers: [(name: String, text: [UInt8]?)] {
        [
            ("version.bind", version), ("version.server", version), ("hostname.bind", hostname),
            ("id.server", serverID),
        ]
    }
}

/// The same in the form in which it is sent. Whoever keeps it keeps the ``FlatMemory`` it looks into.
struct IdentityTable: Sendable {
    /// The names in wire form, the TXT records after their owners, the NSID option.
    let octets: FlatView
    /// Where the NSID option is, and its octets; none if there is nothing to say.
    let serverIDOption: (start: Int, count: Int)
    /// Whether there is an NSID option.
    let hasServerID: Bool

    /// For each name: where it is and its octets, where its record is and its octets.
    private static let entrySize = 8
    private static let nameCount = 4

    /// Lays out an identity in memory, and looks into it.
    static func make(_ identity: ServerIdentity) -> (FlatMemory, IdentityTable) {
        var buffer = FlatBuffer(capacity: 512)
        _ = buffer.extend(by: nameCount * entrySize)
        for (index, answer) in identity.answers.enumerated() {
            guard let name = try? DomainName(answer.name) else { continue }
            let nameStart = append(name.wire, to: &buffer)
            var record: [UInt8] = []
            if let text = answer.text?.prefix(255) {
                // TXT of class CH, TTL 0: what it says holds for the server that was asked, now.
                let length = text.count + 1
                record = [0, 16, 0, 3, 0, 0, 0, 0, UInt8(length >> 8), UInt8(length & 255), UInt8(text.count)]
                record += text
            }
            let place = append(record, to: &buffer)
            let entry = index * entrySize
            buffer.store(UInt16(nameStart), at: entry)
            buffer.store(UInt16(name.wire.count), at: entry + 2)
            buffer.store(UInt16(place), at: entry + 4)
            buffer.store(UInt16(record.count), at: entry + 6)
        }
        var option: [UInt8] = []
        if let text = identity.serverID?.prefix(255) {
            option = [0, UInt8(EDNSOption.serverID.rawValue), 0, UInt8(text.count)] + text
        }
        let start = append(option, to: &buffer)
        let memory = FlatMemory(buffer)
        return (
            memory,
            IdentityTable(
                octets: memory.view, serverIDOption: (start, option.count), hasServerID: !option.isEmpty)
        )
    }

    private static func append(_ octets: [UInt8], to buffer: inout FlatBuffer) -> Int {
        let start = buffer.extend(by: octets.count)
        buffer.copy(octets, from: 0, count: octets.count, to: start)
        return start
    }

    /// What there is for a name of class CH.
    enum Answer {
        /// A TXT record, from its type on.
        case record(start: Int, count: Int)
        /// The admin wants nothing said.
        case withheld
        /// No name that we know.
        case unknown
    }

    /// Looks for a name.
    func answer(to question: borrowing NameKey) -> Answer {
        for index in 0..<Self.nameCount {
            let entry = index &* Self.entrySize
            let length = Int(octets.word16(at: entry &+ 2))
            guard length == question.length,
                question.matches(octets, at: Int(octets.word16(at: entry)), from: 0, count: length)
            else { continue }
            let count = Int(octets.word16(at: entry &+ 6))
            return count == 0 ? .withheld : .record(start: Int(octets.word16(at: entry &+ 4)), count: count)
        }
        return .unknown
    }
}
