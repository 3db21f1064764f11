internal import DNSWire

/// A message that we made ourselves, as dig shows its records. Anything odd in it ends the reading.
struct AnswerText {
    private let message: [UInt8]
    private(set) var responseCode = "NOERROR"
    private(set) var answer: [String] = []
    private(set) var authority: [String] = []
    private(set) var additional: [String] = []

    init(_ message: [UInt8]) {
        self.message = message
        guard message.count >= 12 else { return }
        responseCode = "\(ResponseCode(rawValue: UInt16(message[3] & 15)))"
        var offset = 12
        for _ in 0..<number(at: 4) {
            guard let end = name(at: offset)?.end else { return }
            offset = end + 4
        }
        guard let first = records(number(at: 6), from: &offset) else { return }
        answer = first
        guard let second = records(number(at: 8), from: &offset) else { return }
        authority = second
        additional = records(number(at: 10), from: &offset) ?? []
    }

    private func number(at offset: Int) -> Int {
        offset + 2 <= message.count ? Int(message[offset]) << 8 | Int(message[offset + 1]) : 0
    }

    private func records(_ count: Int, from offset: inout Int) -> [String]? {
        var lines: [String] = []
        for _ in 0..<count {
            guard let (owner, end) = name(at: offset), end + 10 <= message.count else { return nil }
            let type = RecordType(UInt16(number(at: end)))
            let ttl = number(at: end + 4) << 16 | number(at: end + 6)
            let start = end + 10
            offset = start + number(at: end + 8)
            guard offset <= message.count else { return nil }
            if type == .opt { continue }
            guard let data = expanded(type, start..<offset) else { return nil }
            lines.append("\(owner)\t\(ttl)\tIN\t\(type)\t\(RecordData.text(type, data))")
        }
        return lines
    }

    /// The data with the names in it no longer compressed.
    private func expanded(_ type: RecordType, _ range: Range<Int>) -> [UInt8]? {
        let layout = CompressibleNames(in: type)
        var data = Array(message[range].prefix(layout.count > 0 ? layout.prefix : 0))
        var offset = range.lowerBound + data.count
        for _ in 0..<layout.count {
            guard let (target, end) = name(at: offset), end <= range.upperBound else { return nil }
            data += target.wire
            offset = end
        }
        return data + message[offset..<range.upperBound]
    }

    private func name(at start: Int) -> (name: DomainName, end: Int)? {
        var wire: [UInt8] = []
        var offset = start
        var end: Int?
        var jumps = 0
        while offset < message.count {
            let length = Int(message[offset])
            if length >= 0xC0 {
                guard offset + 1 < message.count, jumps < 64 else { return nil }
                end = end ?? offset + 2
                offset = (length & 0x3F) << 8 | Int(message[offset + 1])
                jumps += 1
                continue
            }
            guard offset + 1 + length <= message.count, wire.count + length < 255 else { return nil }
            wire += message[offset...(offset + length)]
            offset += 1 + length
            if length == 0 { return DomainName(wire: wire).map { ($0, end ?? offset) } }
        }
        return nil
    }
}
