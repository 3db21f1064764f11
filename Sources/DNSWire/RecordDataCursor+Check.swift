extension RecordDataCursor {
    /// Steps over a field and checks what is in it.
    mutating func check(
        _ field: RecordLayout.Field, of type: RecordType
    ) throws(RecordData.Invalid) {
        switch field.kind {
        case .compressibleName, .name: _ = try name(field.word)
        case .u8, .algorithm, .scheme, .digestType: try take(1, field.word)
        case .u16, .type, .certificateType: try take(2, field.word)
        case .u32, .period, .time, .ipv4: try take(4, field.word)
        case .ipv6, .location: try checkFixed(field)
        case .string: _ = try string(field.word)
        case .optionalString: if remaining > 0 { _ = try string(field.word) }
        case .strings: repeat { _ = try string(field.word) } while remaining > 0
        case .tag: try checkTag(field)
        case .text, .hex, .base64, .nsap: _ = try rest(field.word, atLeast: field.minimum)
        case .salt: _ = try string(field.word)
        case .hashedOwner:
            if try string(field.word).isEmpty { throw invalid("the \(field.word) hash is empty") }
        case .typeBitmap: try checkTypeBitmap(field)
        case .locator, .eui64: try take(8, field.word)
        case .eui48: try take(6, field.word)
        case .serviceParameters: try checkServiceParameters()
        case .gateway:
            let kind = try u8("gateway type")
            try take(1, "algorithm")
            try checkGateway(kind)
        case .relay: try checkGateway(try u8("relay type") & 0x7F)
        case .addressPrefixes: while remaining > 0 { try checkAddressPrefix() }
        case .hostIdentity: try checkHostIdentity()
        case .services:
            try take(1, "protocol")
            // One bit a port.
            if try rest("services").count > 8192 { throw invalid("the map has more than 65536 ports") }
        case .atmAddress:
            if try u8("format") > 1 { throw invalid("the address format is neither 0 nor 1") }
            _ = try rest("address", atLeast: 1)
        case .oldTypeBitmap: try checkOldTypeBitmap()
        case .addressChain: try checkAddressChain()
        case .opaque: _ = try rest(field.word)
        }
    }

    private mutating func checkFixed(_ field: RecordLayout.Field) throws(RecordData.Invalid) {
        let start = try take(16, field.word)
        if field.kind == .location { try checkLocation(at: start) }
    }

    /// RFC 8659 §4.1: a tag is letters and digits, at least one.
    private mutating func checkTag(_ field: RecordLayout.Field) throws(RecordData.Invalid) {
        let range = try string(field.word)
        if range.isEmpty { throw invalid("the tag is empty") }
        for index in range {
            switch data[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                continue
            default: throw invalid("the tag has other characters than letters and digits")
            }
        }
    }

    /// RFC 4034 §4.1.2: windows ascend, have 1 to 32 octets, and none ends with zeros.
    private mutating func checkTypeBitmap(_ field: RecordLayout.Field) throws(RecordData.Invalid) {
        if remaining < field.minimum { throw invalid("the map of types is empty") }
        var last = -1
        while remaining > 0 {
            let window = Int(try u8("window"))
            if window <= last { throw invalid("the windows of the map of types do not ascend") }
            last = window
            let length = Int(try u8("window's length"))
            if !(1...32).contains(length) {
                throw invalid("a window of the map of types has \(length) octets, not 1 to 32")
            }
            let start = try take(length, "map of types")
            if data[start + length - 1] == 0 { throw invalid("a window of the map of types ends with zeros") }
        }
    }

    /// RFC 2535 §5.2: at most 16 octets, the first bit clear, no zeros at the end.
    private mutating func checkOldTypeBitmap() throws(RecordData.Invalid) {
        let range = try rest("map of types")
        if range.isEmpty { return }
        if range.count > 16 { throw invalid("the map of types has more than 16 octets") }
        if data[range.lowerBound] & 0x80 != 0 || data[range.upperBound - 1] == 0 {
            throw invalid("the map of types has type 0 or ends with zeros")
        }
    }

    private mutating func checkGateway(_ kind: UInt8) throws(RecordData.Invalid) {
        switch kind {
        case 0: break
        case 1: try take(4, "gateway")
        case 2: try take(16, "gateway")
        case 3: _ = try name("gateway")
        default: throw invalid("\(kind) is no type of a gateway: 0 to 3")
        }
    }

    /// RFC 1876 §2: version 0; sizes are a digit and a power of ten; angles lie on the globe.
    private func checkLocation(at start: Int) throws(RecordData.Invalid) {
        func number(_ at: Int) -> Int {
            (0..<4).reduce(0) { $0 << 8 | Int(data[start + at + $1]) }
        }
        if data[start] != 0 { throw invalid("LOC version \(data[start]) is not known") }
        for at in 1...3 where data[start + at] >> 4 > 9 || data[start + at] & 15 > 9 {
            throw invalid("a size or precision is not a digit and a power of ten up to nine")
        }
        if abs(number(4) - 1 << 31) > 90 * 3_600_000 { throw invalid("the latitude is beyond a pole") }
        if abs(number(8) - 1 << 31) > 180 * 3_600_000 {
            throw invalid("the longitude is beyond 180 degrees")
        }
    }

    /// RFC 3123 §4: the address part is at most as long as the family's address, without zeros at its end.
    private mutating func checkAddressPrefix() throws(RecordData.Invalid) {
        let family = try u16("address family")
        let prefix = Int(try u8("prefix length"))
        let length = Int(try u8("length") & 0x7F)
        let start = try take(length, "address")
        if length > 0, data[start + length - 1] == 0 {
            throw invalid("an address prefix ends with zero octets")
        }
        switch family {
        case 1 where prefix > 32 || length > 4: throw invalid("an IPv4 prefix has more than 32 bits")
        case 2 where prefix > 128 || length > 16: throw invalid("an IPv6 prefix has more than 128 bits")
        default: break
        }
    }

    /// RFC 8005 §5: lengths first, then the tag, the key and names.
    private mutating func checkHostIdentity() throws(RecordData.Invalid) {
        let tagLength = Int(try u8("tag's length"))
        try take(1, "algorithm")
        let keyLength = Int(try u16("key's length"))
        if tagLength == 0 || keyLength == 0 { throw invalid("the host identity's tag or key is empty") }
        try take(tagLength, "tag")
        try take(keyLength, "key")
        while remaining > 0 { _ = try name("rendezvous server") }
    }

    /// RFC 2874 §3.1: as many octets as the prefix leaves of 128 bits, then its name if there is a prefix.
    private mutating func checkAddressChain() throws(RecordData.Invalid) {
        let prefix = Int(try u8("prefix length"))
        if prefix > 128 { throw invalid("the prefix has more than 128 bits") }
        try take((128 - prefix + 7) / 8, "address suffix")
        if prefix > 0 { _ = try name("prefix name") }
    }
}
