import DNSWire

extension ZoneGenerator {
    /// A type for data that any name may have; addresses come most.
    mutating func randomType() -> String {
        dice.chance(40)
            ? dice.pick(["A", "A", "AAAA"])
            : dice.pick([
                "TXT", "TXT", "MX", "MX", "SRV", "SVCB", "HTTPS", "NAPTR", "PTR", "CAA", "HINFO", "SSHFP",
                "TLSA", "RP", "AFSDB", "KX", "LOC", "URI", "TYPE65280", "TYPE999",
            ])
    }

    /// Data of such a type.
    mutating func randomData(_ type: String) -> String {
        let small = dice.number(0...30)
        switch type {
        case "A": return "192.0.2.\(dice.number(0...255))"
        case "AAAA": return "2001:db8::\(dice.number(1...9999))"
        case "TXT":
            return (0..<dice.number(1...3)).map { _ in "\"\(dice.pick(Self.texts))\"" }.joined(separator: " ")
        case "MX", "KX", "AFSDB":
            return "\(small) \((dice.chance(5) && type == "MX" ? .root : target(.host)).text)"
        case "SRV": return "\(small) \(small) \(dice.number(0...65535)) \(target(.host).text)"
        case "SVCB", "HTTPS":
            if dice.chance(30) { return "0 \(target(.host).text)" }
            let name = dice.chance(40) ? DomainName.root : target(.host)
            return "\(dice.number(1...5)) \(name.text) "
                + dice.pick(["alpn=h2", "port=8443", "alpn=h2,h3 ipv4hint=192.0.2.1"])
        case "NAPTR":
            let last = dice.chance(50) ? "\"\" \(target(.host).text)" : "\"!^.*$!sip:a@example.com!\" ."
            return "\(small) 10 \"\(dice.pick(["s", "a", "u", ""]))\" \"SIP+D2U\" \(last)"
        case "PTR": return target(.host).text
        case "CAA": return "0 issue \"ca\(small).example\""
        case "HINFO": return "\"cpu \(small)\" \"os\""
        case "SSHFP": return "4 2 \(randomHex(32))"
        case "TLSA": return "3 1 1 \(randomHex(32))"
        case "RP": return "\(target(.host).text) \(target(.host).text)"
        case "LOC": return "52 22 23.000 N 4 53 32.000 E \(small).00m 1m 10000m 10m"
        case "URI": return "10 \(small) \"https://example.com/\(small)\""
        default:
            let count = dice.number(0...20)
            return "\\# \(count)" + (count == 0 ? "" : " " + randomHex(count))
        }
    }

    /// So many octets.
    mutating func randomHex(_ count: Int) -> String {
        let digits = Array("0123456789abcdef")
        return String((0..<(2 * count)).map { _ in dice.pick(digits) })
    }

    private static let texts = [
        "", "v=spf1 -all", "a", "quote \\\" and \\\\", "\\000\\255", "; no comment",
        String(repeating: "t", count: 255),
    ]
}
