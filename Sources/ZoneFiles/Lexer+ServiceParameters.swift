internal import Addresses
internal import DNSWire

extension Lexer {
    /// Reads the parameters of a service binding (RFC 9460 §2.1), in any order; the wire has them by key.
    mutating func serviceParameters(into buffer: inout WireBuffer) throws(Mistake) {
        var parameters: [(key: UInt16, value: [UInt8], place: Range<Int>)] = []
        var size = 0
        while true {
            skipBlanks()
            if isAtEntryEnd { break }
            let start = offset
            let (key, value) = try serviceParameter()
            parameters.append((key, value, start..<offset))
            size += 4 + value.count
            if size > 65535 { throw Self.tooLong(start..<offset) }
        }
        parameters.sort { ($0.key, $0.place.lowerBound) < ($1.key, $1.place.lowerBound) }
        for (first, second) in zip(parameters, parameters.dropFirst()) where first.key == second.key {
            throw Mistake(
                "parameter \(ServiceParameterKey.name(of: second.key)) is there twice", at: second.place)
        }
        for (key, value, _) in parameters {
            buffer.append(key)
            buffer.append(UInt16(truncatingIfNeeded: value.count))
            buffer.append(contentsOf: value)
        }
    }

    private mutating func serviceParameter() throws(Mistake) -> (key: UInt16, value: [UInt8]) {
        let start = offset
        while next != UInt8(ascii: "="), !Self.endsWord(next) { offset += 1 }
        let keyRange = start..<offset
        if keyRange.isEmpty { throw unexpected("parameter") }
        let name = string(keyRange)
        guard let key = ServiceParameterKey.number(of: name) else {
            throw Mistake(
                "unknown parameter '\(name)'", at: keyRange,
                hint: meant(name, among: ServiceParameterKey.allNames)
                    ?? "a parameter without a name is written as key123")
        }
        if next != UInt8(ascii: "=") {
            if let mistake = badWordEnd(start, at: offset) { throw mistake }
            return (key, [])
        }
        offset += 1
        var text = WireBuffer(capacity: 65535)
        if !Self.endsWord(next) || next == UInt8(ascii: "\"") {
            try self.text("value", into: &text)
        } else if let mistake = badWordEnd(start, at: offset) {
            throw mistake
        }
        if text.isOverfull { throw Self.tooLong(start..<offset) }
        let octets = text.copy
        // A value of a key's number is in the wire's form, also where the key has a name (RFC 9460 §2.1).
        if name.hasPrefix("key") { return (key, octets) }
        guard let value = Self.value(ofKey: key, octets), value.count <= 65535 else {
            throw Mistake("invalid value of \(name)", at: start..<offset, hint: Self.form(ofKey: key))
        }
        return (key, value)
    }

    /// The wire form of a value, escapes of the character-string resolved; nil if it has no such form.
    private static func value(ofKey key: UInt16, _ text: [UInt8]) -> [UInt8]? {
        switch key {
        case 0:
            var keys: Set<UInt16> = []
            for item in String(decoding: text, as: UTF8.self).split(
                separator: ",", omittingEmptySubsequences: false)
            {
                guard let key = ServiceParameterKey.number(of: String(item)), keys.insert(key).inserted else {
                    return nil
                }
            }
            return keys.sorted().flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        case 1:
            guard let items = list(text) else { return nil }
            var value: [UInt8] = []
            for item in items {
                if item.isEmpty || item.count > 255 { return nil }
                value.append(UInt8(item.count))
                value += item
            }
            return value
        case 2, 8: return text.isEmpty ? [] : nil
        case 3:
            let digits = String(decoding: text, as: UTF8.self)
            guard text.allSatisfy({ (48...57).contains($0) }), let port = UInt16(digits) else { return nil }
            return [UInt8(port >> 8), UInt8(port & 255)]
        case 4:
            let items = String(decoding: text, as: UTF8.self).split(
                separator: ",", omittingEmptySubsequences: false)
            let addresses = items.compactMap { IPv4Address($0) }
            return addresses.count == items.count ? addresses.flatMap(\.bytes) : nil
        case 5:
            var decoder = Base64Decoder()
            var octets = WireBuffer(capacity: 65535)
            for byte in text where !decoder.take(byte, into: &octets) { return nil }
            if !decoder.isWhole || octets.count == 0 { return nil }
            return octets.copy
        case 6:
            let items = String(decoding: text, as: UTF8.self).split(
                separator: ",", omittingEmptySubsequences: false)
            let addresses = items.compactMap { IPv6Address($0) }
            return addresses.count == items.count ? addresses.flatMap(\.bytes) : nil
        default: return text
        }
    }

    /// The items between commas; `\,` and `\\` belong to an item (RFC 9460 §A.1).
    private static func list(_ text: [UInt8]) -> [[UInt8]]? {
        var items: [[UInt8]] = [[]]
        var index = 0
        while index < text.count {
            var byte = text[index]
            index += 1
            if byte == UInt8(ascii: ",") {
                items.append([])
                continue
            }
            if byte == UInt8(ascii: "\\") {
                guard index < text.count else { return nil }
                byte = text[index]
                index += 1
                if byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\\") { return nil }
            }
            items[items.count - 1].append(byte)
        }
        return items
    }

    private static func form(ofKey key: UInt16) -> String? {
        switch key {
        case 0: "mandatory=alpn,port: names of other parameters, each once"
        case 1: "alpn=h2,h3: protocols of 1 to 255 octets"
        case 2, 8: "it takes no value"
        case 3: "port=8443: a number from 0 to 65535"
        case 4: "ipv4hint=192.0.2.1,192.0.2.2"
        case 5: "ech=...: in base64"
        case 6: "ipv6hint=2001:db8::1,2001:db8::2"
        default: nil
        }
    }
}
