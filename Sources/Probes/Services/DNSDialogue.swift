internal import Addresses
internal import DNSWire
internal import Health

/// DNS (RFC 1035): asks for the addresses of a name, or for the name of an address, and wants an answer.
struct DNSDialogue {
    private let name: DomainName
    private let type: UInt16
    private let identifier = UInt16.random(in: 0...UInt16.max)

    init(_ check: ServiceCheck) throws(ProbeFailure) {
        let text = check.request.hasPrefix("/") ? String(check.request.dropFirst()) : check.request
        do {
            if let address = IPAddress(text) {
                name = try DomainName(Self.reverse(address))
                type = 12
            } else {
                name = text.isEmpty ? .root : try DomainName(text)
                type = text.isEmpty ? 2 : 1
            }
        } catch {
            throw ProbeFailure("'\(text.quotable)' is no name to ask for")
        }
    }

    private static func reverse(_ address: IPAddress) -> String {
        switch address {
        case .v4(let address): address.bytes.reversed().map { "\($0)" }.joined(separator: ".") + ".in-addr.arpa"
        case .v6(let address):
            address.bytes.reversed().map { String($0 & 15, radix: 16) + "." + String($0 >> 4, radix: 16) }
                .joined(separator: ".") + ".ip6.arpa"
        }
    }

    /// The question, which wants recursion.
    var query: [UInt8] {
        [UInt8(identifier >> 8), UInt8(identifier & 0xFF), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name.wire
            + [0, UInt8(type), 0, 1]
    }

    /// Asks by datagram; whether the answer was cut short. The records of a whole one go to `judge`.
    func hold(
        datagrams wire: inout Wire, _ judge: ([String]) async throws(ProbeFailure) -> Void
    ) async throws(ProbeFailure) -> Bool {
        wire.send(query, awaiting: "the answer")
        while let message = try await wire.part() {
            guard let isCut = isAnswer(message) else { continue }
            if isCut { return true }
            try await judge(records(message))
            return false
        }
        throw ProbeFailure("closed without an answer")
    }

    /// Asks by stream.
    func hold(
        stream wire: inout Wire, _ judge: ([String]) async throws(ProbeFailure) -> Void
    ) async throws(ProbeFailure) {
        wire.send([UInt8(query.count >> 8), UInt8(query.count & 0xFF)] + query, awaiting: "the answer")
        let head = try await wire.bytes(2)
        let message = try await wire.bytes(Int(head[0]) << 8 | Int(head[1]))
        guard isAnswer(message) != nil else { throw ProbeFailure("the answer is to another question") }
        try await judge(records(message))
    }

    /// Whether an answer to our question was cut short; nil for anything else.
    private func isAnswer(_ message: [UInt8]) -> Bool? {
        let question = query[12...]
        guard message.count >= 12 + question.count, message[0] == query[0], message[1] == query[1],
            message[2] & 0x80 != 0
        else { return nil }
        // What cannot be read is answered without the question.
        if message[3] & 15 == 1 { return false }
        let echo = message[12..<(12 + question.count)]
        guard echo.elementsEqual(question, by: { Self.lowercased($0) == Self.lowercased($1) }) else {
            return nil
        }
        return message[2] & 2 != 0
    }

    private static func lowercased(_ octet: UInt8) -> UInt8 { DomainName.lowercased(octet) }

    /// The addresses and names in the answer section, as text.
    private func records(_ message: [UInt8]) throws(ProbeFailure) -> [String] {
        let code = message[3] & 15
        if code != 0 { throw ProbeFailure("answered with \(Self.names[code] ?? "rcode \(code)")") }
        let count = Int(message[6]) << 8 | Int(message[7])
        var offset = query.count
        var texts: [String] = []
        for _ in 0..<count {
            guard let end = skipName(message, offset), end + 10 <= message.count else { throw Self.malformed }
            let type = UInt16(message[end]) << 8 | UInt16(message[end + 1])
            let length = Int(message[end + 8]) << 8 | Int(message[end + 9])
            offset = end + 10 + length
            guard offset <= message.count else { throw Self.malformed }
            let data = message[(end + 10)..<offset]
            switch type {
            case 1, 28: if let address = IPAddress(bytes: data) { texts.append("\(address)") }
            case 2, 12: if let name = name(message, end + 10) { texts.append(name) }
            default: continue
            }
        }
        if texts.isEmpty { throw ProbeFailure("the answer is empty") }
        return texts
    }

    private static let malformed = ProbeFailure("the answer is malformed")
    private static let names: [UInt8: String] = [
        1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED",
    ]

    private func skipName(_ message: [UInt8], _ start: Int) -> Int? {
        var offset = start
        while offset < message.count {
            let length = Int(message[offset])
            if length == 0 { return offset + 1 }
            if length >= 0xC0 { return offset + 2 }
            if length > 63 { return nil }
            offset += length + 1
        }
        return nil
    }

    /// A name as text, without the last dot; pointers lead backwards only.
    private func name(_ message: [UInt8], _ start: Int) -> String? {
        var labels: [String] = []
        var (offset, limit, total) = (start, start, 0)
        while offset < message.count {
            let length = Int(message[offset])
            if length == 0 { return labels.joined(separator: ".") }
            if length >= 0xC0 {
                guard offset + 1 < message.count else { return nil }
                offset = (length & 0x3F) << 8 | Int(message[offset + 1])
                guard offset < limit else { return nil }
                limit = offset
                continue
            }
            total += length + 1
            guard length <= 63, total <= 255, offset + 1 + length <= message.count else { return nil }
            labels.append(String(decoding: message[(offset + 1)..<(offset + 1 + length)], as: UTF8.self))
            offset += length + 1
        }
        return nil
    }
}
