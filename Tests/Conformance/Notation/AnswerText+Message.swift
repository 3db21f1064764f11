import DNSWire
import TestZones

extension AnswerText {
    /// The text of an answer's octets; silence for none. Throws what is wrong with a message that can't be read.
    init(_ message: [UInt8]) throws {
        self.init()
        if message.isEmpty { return }
        let read = try TestAnswer(message)
        status = read.flagText.isEmpty ? "\(read.code)" : "\(read.code) \(read.flagText)"
        edns = read.opt.map(Self.edns)
        answer = read.sections[0].map(Self.text).sorted()
        authority = read.sections[1].map(Self.text).sorted()
        additional = read.sections[2].map(Self.text).sorted()
    }

    private static func text(_ record: TestAnswer.Record) -> String {
        let className =
            record.recordClass == 1 ? "" : record.recordClass == 3 ? " CH" : " CLASS\(record.recordClass)"
        let data =
            record.type == .rrsig ? signature(record.data) : RecordData.text(record.type, record.data)
        return "\(record.owner) \(record.ttl)\(className) \(record.type) \(data)"
    }

    /// The type that is signed, and the labels.
    private static func signature(_ data: [UInt8]) -> String {
        "\(RecordType(UInt16(data[0]) << 8 | UInt16(data[1]))) \(data[3])"
    }

    /// `udp 1232, do`, flags that nobody knows, and options as `NSID 6e7331`.
    private static func edns(_ opt: TestAnswer.Record) -> String {
        var words = ["udp \(opt.recordClass)"]
        let version = opt.ttl >> 16 & 255
        if version != 0 { words.append("version \(version)") }
        if opt.ttl & 0x8000 != 0 { words.append("do") }
        if opt.ttl & 0x7FFF != 0 { words.append("flags \(opt.ttl & 0x7FFF)") }
        var place = 0
        while place + 4 <= opt.data.count {
            let code = Int(opt.data[place]) << 8 | Int(opt.data[place + 1])
            let end = place + 4 + (Int(opt.data[place + 2]) << 8 | Int(opt.data[place + 3]))
            words.append(option(code, Array(opt.data[(place + 4)..<min(end, opt.data.count)])))
            place = end
        }
        return words.joined(separator: ", ")
    }

    private static func option(_ code: Int, _ data: [UInt8]) -> String {
        let hexadecimal = data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        switch code {
        case 3: return "NSID \(String(decoding: data, as: UTF8.self))"
        // What a server makes of it depends on its secret and the time (RFC 9018 §4).
        case 10: return "COOKIE of \(data.count) octets"
        case 11: return "KEEPALIVE \(hexadecimal)"
        case 15 where data.count >= 2: return "EDE \(Int(data[0]) << 8 | Int(data[1]))"
        default: return "OPTION\(code) \(hexadecimal)"
        }
    }
}
