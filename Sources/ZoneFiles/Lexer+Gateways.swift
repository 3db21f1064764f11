extension Lexer {
    /// Reads the kind, algorithm and address of an IPSECKEY's gateway (RFC 4025 §3.1).
    mutating func gateway(into buffer: inout WireBuffer, origin: borrowing WireBuffer) throws(Mistake) {
        let kind = try number("gateway type", upTo: 3)
        buffer.append(UInt8(kind))
        skipBlanks()
        let algorithm = try number("algorithm", upTo: 255)
        buffer.append(UInt8(algorithm))
        skipBlanks()
        try address(ofKind: kind, "gateway", into: &buffer, origin: origin)
    }

    /// Reads the discovery bit, kind and address of an AMTRELAY (RFC 8777 §4.3).
    mutating func relay(into buffer: inout WireBuffer, origin: borrowing WireBuffer) throws(Mistake) {
        let discovery = try number("discovery bit", upTo: 1)
        skipBlanks()
        let kind = try number("relay type", upTo: 3)
        buffer.append(UInt8(discovery << 7 | kind))
        skipBlanks()
        try address(ofKind: kind, "relay", into: &buffer, origin: origin)
    }

    private mutating func address(
        ofKind kind: UInt32, _ what: String, into buffer: inout WireBuffer, origin: borrowing WireBuffer
    ) throws(Mistake) {
        switch kind {
        case 1: buffer.append(try ipv4(what))
        case 2: try ipv6(what, into: &buffer)
        case 3: try name(what, into: &buffer, origin: origin)
        default:
            let range = try word(what)
            if range.count != 1 || bytes[range.lowerBound] != UInt8(ascii: ".") {
                throw Mistake(
                    "unexpected \(what) '\(string(range))'", at: range,
                    hint: "type 0 has no \(what), which is written as a dot")
            }
        }
    }

    /// Reads an NSAP address: `0x` and pairs of digits, dots among them ignored (RFC 1706 §6).
    mutating func nsap(_ what: String, into buffer: inout WireBuffer) throws(Mistake) {
        let range = try word(what)
        let mistake = Mistake(
            "invalid NSAP address '\(string(range))'", at: range,
            hint: "it is written like 0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00")
        guard range.count > 2, bytes[range.lowerBound] == UInt8(ascii: "0"),
            bytes[range.lowerBound + 1] | 0x20 == UInt8(ascii: "x"),
            dottedHex(range.dropFirst(2), into: &buffer)
        else { throw mistake }
    }

    /// Reads an ATM address: its 20 octets in hexadecimal, or an E.164 number after a plus; dots ignored.
    mutating func atmAddress(_ what: String, into buffer: inout WireBuffer) throws(Mistake) {
        let range = try word(what)
        let isNumber = bytes[range.lowerBound] == UInt8(ascii: "+")
        buffer.append(isNumber ? 1 : 0 as UInt8)
        let digits = isNumber ? range.dropFirst() : range
        var isValid = true
        if isNumber {
            for index in digits where bytes[index] != UInt8(ascii: ".") {
                if bytes[index] &- 48 > 9 { isValid = false }
                buffer.append(bytes[index])
            }
        } else {
            isValid = dottedHex(digits, into: &buffer)
        }
        if !isValid || buffer.count == 1 {
            throw Mistake(
                "invalid ATM address '\(string(range))'", at: range,
                hint: "it is written like 39.246f.00.0e7c9c.0312.0001.0001.000012345678.00 or +61200000000")
        }
    }

    /// Appends pairs of hexadecimal digits, dots among them ignored; false if there are others.
    func dottedHex(_ range: Range<Int>, into buffer: inout WireBuffer) -> Bool {
        var half: UInt8?
        for index in range where bytes[index] != UInt8(ascii: ".") {
            guard let digit = Self.hexDigit(bytes[index]) else { return false }
            if let high = half {
                buffer.append(high << 4 | digit)
                half = nil
            } else {
                half = digit
            }
        }
        return half == nil
    }
}
