internal import Addresses
internal import DNSWire

extension TestAnswer {
    static func text(_ record: Record) -> String {
        "\(record.owner) \(record.ttl) \(record.type) \(dataText(record))"
    }

    private static func dataText(_ record: Record) -> String {
        let data = record.data
        func number(_ start: Int, _ octets: Int) -> String {
            "\(data[start..<(start + octets)].reduce(0) { $0 << 8 | UInt64($1) })"
        }
        func name(_ start: Int) -> (text: String, end: Int) {
            var end = start
            while data[end] != 0 { end += Int(data[end]) + 1 }
            return (DomainName(uncheckedWire: Array(data[start...end])).description, end + 1)
        }
        switch record.type {
        case .a, .aaaa: return IPAddress(bytes: data).map { "\($0)" } ?? "?"
        case .ns, .cname, .ptr, .dname: return name(0).text
        case .mx: return number(0, 2) + " " + name(2).text
        case .srv: return "\(number(0, 2)) \(number(2, 2)) \(number(4, 2)) \(name(6).text)"
        case .soa:
            let server = name(0)
            let mailbox = name(server.end)
            let numbers = (0..<5).map { number(mailbox.end + 4 * $0, 4) }
            return ([server.text, mailbox.text] + numbers).joined(separator: " ")
        case .txt:
            var text: [UInt8] = []
            var place = 0
            while place < data.count {
                text += data[(place + 1)..<(place + 1 + Int(data[place]))]
                place += 1 + Int(data[place])
            }
            return String(decoding: text, as: UTF8.self)
        default:
            return "# " + data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
}

extension String {
    /// Without blanks at its end.
    var trimmed: String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
