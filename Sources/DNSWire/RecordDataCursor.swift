/// A place in record data that moves forward over its fields; every read is checked.
struct RecordDataCursor: ~Escapable {
    let data: Span<UInt8>
    private(set) var offset = 0

    @_lifetime(copy data)
    init(_ data: Span<UInt8>) {
        self.data = data
    }

    var remaining: Int { data.count - offset }

    func invalid(_ reason: String) -> RecordData.Invalid {
        RecordData.Invalid(offset: offset, reason: reason)
    }

    /// Steps over octets and gives where they begin.
    @discardableResult
    mutating func take(_ count: Int, _ field: String) throws(RecordData.Invalid) -> Int {
        if remaining < count {
            throw invalid("data ends inside the \(field): \(remaining) of \(count) octets are there")
        }
        let start = offset
        offset += count
        return start
    }

    mutating func u8(_ field: String) throws(RecordData.Invalid) -> UInt8 {
        data[try take(1, field)]
    }

    mutating func u16(_ field: String) throws(RecordData.Invalid) -> UInt16 {
        let start = try take(2, field)
        return UInt16(data[start]) << 8 | UInt16(data[start + 1])
    }

    mutating func u32(_ field: String) throws(RecordData.Invalid) -> UInt32 {
        UInt32(try u16(field)) << 16 | UInt32(try u16(field))
    }

    /// Steps over a length and as many octets; gives the range of the octets.
    mutating func string(_ field: String) throws(RecordData.Invalid) -> Range<Int> {
        let length = Int(try u8(field))
        let start = try take(length, field)
        return start..<(start + length)
    }

    /// Steps over everything that is left.
    mutating func rest(_ field: String, atLeast minimum: Int = 0) throws(RecordData.Invalid) -> Range<Int> {
        if remaining < minimum { try take(minimum, field) }
        let start = offset
        offset = data.count
        return start..<data.count
    }

    /// Steps over a name without compression; gives its range.
    mutating func name(_ field: String) throws(RecordData.Invalid) -> Range<Int> {
        let start = offset
        while true {
            let length = Int(try u8(field))
            if length > 63 {
                offset -= 1
                throw invalid("the \(field) has a compression pointer or a label of more than 63 octets")
            }
            if length == 0 { break }
            try take(length, field)
        }
        if offset - start > 255 { throw invalid("the \(field) is longer than 255 octets") }
        return start..<offset
    }

    /// The octets of a range.
    func bytes(_ range: Range<Int>) -> [UInt8] {
        range.map { data[$0] }
    }
}
