internal import DNSWire

extension Lexer {
    /// Reads the data of a record and leaves it in wire form in the buffer; what is blank before it has
    /// been skipped. The entry's end is left to the caller.
    @inline(__always)
    mutating func data(
        of type: RecordType, into buffer: inout WireBuffer, origin: borrowing WireBuffer
    ) throws(Mistake) {
        buffer.clear()
        if next == UInt8(ascii: "\\"), bytes[offset + 1] == UInt8(ascii: "#"), Self.endsWord(bytes[offset + 2])
        {
            return try opaqueData(of: type, into: &buffer)
        }
        switch type {
        case .a: buffer.append(try ipv4("address"))
        case .aaaa: try ipv6("address", into: &buffer)
        case .ns: try name("name server", into: &buffer, origin: origin)
        case .cname, .ptr, .dname: try name("target", into: &buffer, origin: origin)
        case .mx:
            buffer.append(UInt16(truncatingIfNeeded: try number("preference", upTo: 65535)))
            skipBlanks()
            try name("exchange", into: &buffer, origin: origin)
        case .txt: try strings("text", into: &buffer)
        default: try laidOutData(of: type, into: &buffer, origin: origin)
        }
    }

    private mutating func strings(_ what: String, into buffer: inout WireBuffer) throws(Mistake) {
        repeat {
            try characterString(what, into: &buffer)
            skipBlanks()
        } while !isAtEntryEnd
    }

    /// Reads data field by field, as its type's layout says.
    @inline(never)
    private mutating func laidOutData(
        of type: RecordType, into buffer: inout WireBuffer, origin: borrowing WireBuffer
    ) throws(Mistake) {
        guard let layout = RecordLayout.of(type) else {
            throw Mistake(
                "the data of \(type) can't be read", at: wordRange(from: offset),
                hint: "data of an unknown type is written as \\# LENGTH HEX (RFC 3597)")
        }
        let start = offset
        for field in layout.fields {
            switch field.kind {
            case .addressPrefixes:
                offset = start
                return try ForeignData.read(type, &self, into: &buffer, origin: origin)
            default: break
            }
            skipBlanks()
            try self.field(field, of: type, into: &buffer, origin: origin)
        }
        switch type {
        // What zones are full of is right field by field, and too long is told by the caller.
        case .soa, .srv, .rrsig, .nsec, .nsec3, .dnskey: return
        default: try checkData(of: type, buffer, at: start)
        }
    }

    private mutating func field(
        _ field: RecordLayout.Field, of type: RecordType, into buffer: inout WireBuffer,
        origin: borrowing WireBuffer
    ) throws(Mistake) {
        let what = field.word
        switch field.kind {
        case .compressibleName, .name: try name(what, into: &buffer, origin: origin)
        case .u8: buffer.append(UInt8(truncatingIfNeeded: try number(what, upTo: 255)))
        case .u16: buffer.append(UInt16(truncatingIfNeeded: try number(what, upTo: 65535)))
        case .u32: buffer.append(try number(what, upTo: .max))
        case .period: buffer.append(try period(what, upTo: .max))
        case .time: buffer.append(try signatureTime(what))
        case .type: buffer.append(try self.type(what).rawValue)
        case .algorithm:
            let number = try mnemonic(what, upTo: 255, among: Self.algorithms)
            buffer.append(UInt8(truncatingIfNeeded: number))
        case .scheme:
            let number = try mnemonic(what, upTo: 255, among: [("NOTIFY", 1)])
            buffer.append(UInt8(truncatingIfNeeded: number))
        case .digestType:
            let number = try mnemonic(what, upTo: 255, among: Self.digestTypes)
            buffer.append(UInt8(truncatingIfNeeded: number))
        case .certificateType:
            let number = try mnemonic(what, upTo: 65535, among: Self.certificateTypes)
            buffer.append(UInt16(truncatingIfNeeded: number))
        case .ipv4: buffer.append(try ipv4(what))
        case .ipv6: try ipv6(what, into: &buffer)
        case .string: try characterString(what, into: &buffer)
        case .optionalString: if !isAtEntryEnd { try characterString(what, into: &buffer) }
        case .strings: try strings("text", into: &buffer)
        case .tag: try tag(what, into: &buffer)
        case .text: try text(what, into: &buffer)
        case .hex: try hexRest(what, atLeast: field.minimum, into: &buffer)
        case .base64: try base64Rest(what, atLeast: field.minimum, into: &buffer)
        case .salt: try salt(what, into: &buffer)
        case .hashedOwner: try hashedOwner(what, into: &buffer)
        case .typeBitmap: try typeBitmap(what, atLeast: field.minimum, into: &buffer)
        case .locator:
            try groups(
                what, count: 4, digits: 4, atLeast: 1, separator: UInt8(ascii: ":"),
                example: "2001:db8:1140:1000", into: &buffer)
        case .eui48:
            try groups(
                what, count: 6, digits: 2, atLeast: 2, separator: UInt8(ascii: "-"),
                example: "00-00-5e-00-53-2a", into: &buffer)
        case .eui64:
            try groups(
                what, count: 8, digits: 2, atLeast: 2, separator: UInt8(ascii: "-"),
                example: "00-00-5e-ef-10-00-00-2a", into: &buffer)
        case .serviceParameters: try serviceParameters(into: &buffer)
        case .location: try location(into: &buffer)
        case .gateway: try gateway(into: &buffer, origin: origin)
        case .relay: try relay(into: &buffer, origin: origin)
        case .nsap: try nsap(what, into: &buffer)
        case .atmAddress: try atmAddress(what, into: &buffer)
        case .hostIdentity: try hostIdentity(into: &buffer, origin: origin)
        case .services: try services(into: &buffer)
        case .oldTypeBitmap: try oldTypeBitmap(into: &buffer)
        case .addressChain: try addressChain(into: &buffer, origin: origin)
        case .addressPrefixes, .opaque:
            throw Mistake(
                "the data of \(type) has no text form of its own", at: wordRange(from: offset),
                hint: "it is written as \\# LENGTH HEX (RFC 3597)")
        }
    }

    /// Reads `\# LENGTH HEX` (RFC 3597 §5) at its backslash; of a known type, it must have its layout.
    @inline(never)
    private mutating func opaqueData(of type: RecordType, into buffer: inout WireBuffer) throws(Mistake) {
        let start = offset
        offset += 2
        skipBlanks()
        let lengthRange = wordRange(from: offset)
        let length = Int(try number("length", upTo: 65535))
        try hexRest("data", atLeast: 0, into: &buffer)
        if buffer.count != length {
            throw Mistake(
                "\(buffer.count) octets follow, not \(length)", at: lengthRange,
                hint: "\\# is followed by the number of octets and that many pairs of digits")
        }
        try checkData(of: type, buffer, at: start)
    }

    /// Holds data against the layout of its type.
    private func checkData(
        of type: RecordType, _ buffer: borrowing WireBuffer, at start: Int
    ) throws(Mistake) {
        if buffer.isOverfull { throw Self.tooLong(wordRange(from: start)) }
        do throws(RecordData.Invalid) {
            try RecordData.validate(type, buffer.octets)
        } catch {
            throw Mistake("invalid data for \(type): \(error.reason)", at: wordRange(from: start))
        }
    }

    /// What to say about data that no record can have.
    static func tooLong(_ range: Range<Int>) -> Mistake {
        Mistake("data is longer than 65535 octets", at: range)
    }

    private mutating func tag(_ what: String, into buffer: inout WireBuffer) throws(Mistake) {
        // In quotes too, as some programs export it.
        let isQuoted = next == UInt8(ascii: "\"")
        let range: Range<Int>
        if isQuoted {
            range = wordRange(from: offset).dropFirst().dropLast()
            var text = WireBuffer(capacity: 256)
            try self.text(what, into: &text)
        } else {
            range = try word(what)
        }
        if range.count > 255 || range.isEmpty || !range.allSatisfy({ Self.isLetterOrDigit(bytes[$0]) }) {
            throw Mistake(
                "invalid \(what) '\(string(range))'", at: range,
                hint: "a tag is letters and digits, such as issue, issuewild or iodef")
        }
        buffer.append(UInt8(range.count))
        for index in range { buffer.append(bytes[index]) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        byte &- 48 < 10 || (byte | 0x20) &- 97 < 26
    }
}
