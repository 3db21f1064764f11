internal import Addresses

extension RecordDataWriter {
    /// Adds the words of a field.
    mutating func write(_ field: RecordLayout.Field) {
        switch field.kind {
        case .compressibleName, .name: add(name())
        case .u8, .algorithm, .scheme, .digestType: add("\(number(1))")
        case .u16, .certificateType: add("\(number(2))")
        case .u32, .period: add("\(number(4))")
        case .time: add(SignatureTime.text(UInt32(number(4))))
        case .type: add(RecordType(UInt16(number(2))).description)
        case .ipv4: add(ipv4())
        case .ipv6: add(ipv6())
        case .string: add(RecordData.quoted(string()))
        case .optionalString, .strings:
            while offset < data.count { add(RecordData.quoted(string())) }
        case .tag: add(String(decoding: string(), as: UTF8.self))
        case .text: add(RecordData.quoted(rest()))
        case .hex: add(RecordData.hexadecimal(rest()))
        case .base64: if offset < data.count { add(RecordData.base64(rest())) }
        case .salt:
            let salt = string()
            add(salt.isEmpty ? "-" : RecordData.hexadecimal(salt))
        case .hashedOwner: add(RecordData.base32hex(string()))
        case .typeBitmap: writeTypeBitmap()
        case .locator: writeGroups(of: 2, separator: ":")
        case .eui48, .eui64: writeGroups(of: 1, separator: "-")
        case .serviceParameters: while offset < data.count { writeServiceParameter() }
        case .location: writeLocation()
        case .gateway:
            let kind = number(1)
            add("\(kind)")
            add("\(number(1))")
            writeGateway(kind)
        case .relay:
            let kind = number(1)
            add("\(kind >> 7)")
            add("\(kind & 127)")
            writeGateway(kind & 127)
        case .nsap: add("0x" + RecordData.hexadecimal(rest()))
        case .addressPrefixes: while offset < data.count { writeAddressPrefix() }
        case .hostIdentity: writeHostIdentity()
        case .services: writeServices()
        case .atmAddress: writeATMAddress()
        case .oldTypeBitmap:
            for (index, octet) in rest().enumerated() {
                for bit in 0..<8 where octet & 0x80 >> bit != 0 {
                    add(RecordType(UInt16(index << 3 | bit)).description)
                }
            }
        case .addressChain: writeAddressChain()
        case .opaque: words = nil
        }
    }

    private mutating func writeTypeBitmap() {
        while offset < data.count {
            let window = number(1)
            for (index, octet) in string().enumerated() {
                for bit in 0..<8 where octet & 0x80 >> bit != 0 {
                    add(RecordType(UInt16(window << 8 | index << 3 | bit)).description)
                }
            }
        }
    }

    private mutating func writeGroups(of octets: Int, separator: String) {
        var groups: [String] = []
        while offset < data.count { groups.append(RecordData.hexadecimal(take(octets)).lowercased()) }
        add(groups.joined(separator: separator))
    }

    private mutating func writeGateway(_ kind: Int) {
        switch kind {
        case 1: add(ipv4())
        case 2: add(ipv6())
        case 3: add(name())
        default: add(".")
        }
    }

    private mutating func writeAddressPrefix() {
        let family = number(2)
        let prefix = number(1)
        let length = number(1)
        let address = take(length & 127)
        if family != 1 && family != 2 {
            words = nil
            return
        }
        let padded = address + Array(repeating: 0, count: (family == 1 ? 4 : 16) - address.count)
        let text =
            family == 1
            ? padded.map(String.init).joined(separator: ".") : IPv6Address(bytes: padded)?.description ?? "::"
        add("\(length > 127 ? "!" : "")\(family):\(text)/\(prefix)")
    }

    /// RFC 2874 §3.2.
    private mutating func writeAddressChain() {
        let prefix = number(1)
        add("\(prefix)")
        if prefix < 128 {
            let suffix = take((128 - prefix + 7) / 8)
            let address = Array(repeating: 0, count: 16 - suffix.count) + suffix
            add(IPv6Address(bytes: address)?.description ?? "::")
        }
        if prefix > 0 { add(name()) }
    }

    private mutating func writeHostIdentity() {
        let tagLength = number(1)
        add("\(number(1))")
        let keyLength = number(2)
        add(RecordData.hexadecimal(take(tagLength)))
        add(RecordData.base64(take(keyLength)))
        while offset < data.count { add(name()) }
    }

    private mutating func writeServices() {
        add("\(number(1))")
        for (index, octet) in rest().enumerated() {
            for bit in 0..<8 where octet & 0x80 >> bit != 0 { add("\(index << 3 | bit)") }
        }
    }

    /// Format 0 is an ATM end system's address in hexadecimal, 1 an E.164 number after a plus.
    private mutating func writeATMAddress() {
        let format = number(1)
        let address = rest()
        if format == 1 {
            guard address.allSatisfy({ (48...57).contains($0) }) else {
                words = nil
                return
            }
            add("+" + String(decoding: address, as: UTF8.self))
        } else {
            add(RecordData.hexadecimal(address))
        }
    }

    /// RFC 1876 §3.
    private mutating func writeLocation() {
        let sizes = take(4).dropFirst().map { octet -> String in
            let centimetres = (0..<Int(octet & 15)).reduce(Int(octet >> 4)) { value, _ in value * 10 }
            return "\(centimetres / 100).\(twoDigits(centimetres % 100))m"
        }
        for (positive, negative) in [("N", "S"), ("E", "W")] {
            let angle = number(4) - 1 << 31
            let (seconds, thousandths) = abs(angle).quotientAndRemainder(dividingBy: 1000)
            add("\(seconds / 3600)")
            add("\(seconds / 60 % 60)")
            let fraction = String(thousandths + 1000).dropFirst()
            add("\(seconds % 60).\(fraction)")
            add(angle < 0 ? negative : positive)
        }
        // The altitude counts from 100 km below the reference spheroid.
        let altitude = number(4) - 10_000_000
        let sign = altitude < 0 ? "-" : ""
        add("\(sign)\(abs(altitude) / 100).\(twoDigits(abs(altitude) % 100))m")
        for size in sizes { add(size) }
    }

    private func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    private mutating func writeServiceParameter() {
        let key = UInt16(number(2))
        var value = RecordDataWriter(data)
        value.offset = offset + 2
        let end = value.offset + number(2)
        offset = end
        let name = ServiceParameterKey.name(of: key)
        if key == 1, value.offset < end {
            // In the list only a comma and a backslash are escaped, with all else as it is; then that again as a
            // character-string (RFC 9460 §A.1).
            var list: [UInt8] = []
            while value.offset < end {
                if !list.isEmpty { list.append(UInt8(ascii: ",")) }
                for octet in value.string() {
                    if octet == UInt8(ascii: ",") || octet == UInt8(ascii: "\\") {
                        list.append(UInt8(ascii: "\\"))
                    }
                    list.append(octet)
                }
            }
            return add("\(name)=\(RecordData.quoted(list))")
        }
        var items: [String] = []
        while value.offset < end {
            switch key {
            case 0: items.append(ServiceParameterKey.name(of: UInt16(value.number(2))))
            case 3: items.append("\(value.number(2))")
            case 4: items.append(value.ipv4())
            case 5: items.append(RecordData.base64(value.take(end - value.offset)))
            case 6: items.append(value.ipv6())
            default: items.append(RecordData.quoted(value.take(end - value.offset)))
            }
        }
        let text = items.joined(separator: ",")
        if items.isEmpty {
            add(name)
        } else {
            add("\(name)=\(text)")
        }
    }
}
