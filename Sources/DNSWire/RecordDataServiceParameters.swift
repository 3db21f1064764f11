/// The keys of a service binding's parameters that have a name (RFC 9460 §14.3.2, RFC 9461, RFC 9540).
public enum ServiceParameterKey {
    static let names: [(name: String, number: UInt16)] = [
        ("mandatory", 0), ("alpn", 1), ("no-default-alpn", 2), ("port", 3), ("ipv4hint", 4), ("ech", 5),
        ("ipv6hint", 6), ("dohpath", 7), ("ohttp", 8),
    ]

    /// The number of a name or of `key123`; nil if it is neither.
    public static func number(of name: String) -> UInt16? {
        if let known = names.first(where: { $0.name == name }) { return known.number }
        let digits = name.dropFirst(3)
        guard name.hasPrefix("key"), !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }),
            digits == "0" || digits.first != "0", let number = UInt16(digits)
        else { return nil }
        return number
    }

    /// The name of a number, `key123` if it has none.
    public static func name(of number: UInt16) -> String {
        names.first { $0.number == number }?.name ?? "key\(number)"
    }

    /// The names, for suggestions.
    public static var allNames: [String] { names.map(\.name) }
}

extension RecordDataCursor {
    /// Steps over the parameters; their keys ascend, and the values of known keys have their form.
    mutating func checkServiceParameters() throws(RecordData.Invalid) {
        var last = -1
        var present: Set<UInt16> = []
        var mandatory: [UInt16] = []
        while remaining > 0 {
            let key = try u16("key")
            if Int(key) <= last { throw invalid("the parameters' keys do not ascend") }
            last = Int(key)
            present.insert(key)
            let length = Int(try u16("value's length"))
            let start = try take(length, "value")
            let value = bytes(start..<(start + length))
            if key == 0 { mandatory = try mandatoryKeys(value) }
            if let problem = Self.problem(ofKey: key, value: value) { throw invalid(problem) }
        }
        if let absent = mandatory.first(where: { !present.contains($0) }) {
            throw invalid("mandatory names \(ServiceParameterKey.name(of: absent)), which is not there")
        }
        // RFC 9460 §7.1.1
        if present.contains(2), !present.contains(1) { throw invalid("no-default-alpn needs alpn") }
    }

    /// RFC 9460 §8: keys in ascending order, at least one, `mandatory` not among them.
    private func mandatoryKeys(_ value: [UInt8]) throws(RecordData.Invalid) -> [UInt16] {
        if value.isEmpty || value.count % 2 != 0 { throw invalid("mandatory is no list of keys") }
        let keys = stride(from: 0, to: value.count, by: 2).map {
            UInt16(value[$0]) << 8 | UInt16(value[$0 + 1])
        }
        if keys.contains(0) { throw invalid("mandatory names itself") }
        if zip(keys, keys.dropFirst()).contains(where: { $0 >= $1 }) {
            throw invalid("the keys that mandatory names do not ascend")
        }
        return keys
    }

    /// RFC 9461 §5: a URI template in relative form that has the variable `dns`: `/dns-query{?dns}`.
    private static func isQueryPath(_ value: [UInt8]) -> Bool {
        guard value.first == UInt8(ascii: "/"), let text = String(validating: value, as: UTF8.self) else {
            return false
        }
        return text.split(separator: "{").dropFirst().contains { part in
            guard let end = part.firstIndex(of: "}") else { return false }
            let names = part[..<end].drop { "+#./;?&".contains($0) }.split(separator: ",")
            return names.contains { $0.prefix { $0 != ":" && $0 != "*" } == "dns" }
        }
    }

    private static func problem(ofKey key: UInt16, value: [UInt8]) -> String? {
        switch key {
        case 1:
            if value.isEmpty { return "alpn is empty" }
            var offset = 0
            while offset < value.count {
                if value[offset] == 0 { return "alpn has an empty protocol" }
                offset += 1 + Int(value[offset])
            }
            return offset == value.count ? nil : "alpn ends inside a protocol"
        case 2, 8: return value.isEmpty ? nil : "\(ServiceParameterKey.name(of: key)) takes no value"
        case 3: return value.count == 2 ? nil : "port is not of 2 octets"
        case 4: return !value.isEmpty && value.count % 4 == 0 ? nil : "ipv4hint is no list of addresses"
        case 5: return value.isEmpty ? "ech is empty" : nil
        case 6: return !value.isEmpty && value.count % 16 == 0 ? nil : "ipv6hint is no list of addresses"
        case 7: return isQueryPath(value) ? nil : "dohpath is no path with the variable 'dns'"
        default: return nil
        }
    }
}
