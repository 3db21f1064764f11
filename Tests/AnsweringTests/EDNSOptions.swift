import TestZones

extension TestAnswer {
    /// The options of the OPT record by code, each at most once; nil without a record, or if they are malformed.
    var options: [UInt16: [UInt8]]? {
        guard let data = opt?.data else { return nil }
        var options: [UInt16: [UInt8]] = [:]
        var place = 0
        while place < data.count {
            guard place + 4 <= data.count else { return nil }
            let code = UInt16(data[place]) << 8 | UInt16(data[place + 1])
            let end = place + 4 + Int(data[place + 2]) << 8 + Int(data[place + 3])
            guard end <= data.count, options[code] == nil else { return nil }
            options[code] = Array(data[(place + 4)..<end])
            place = end
        }
        return options
    }

    /// The data of the COOKIE option.
    var cookie: [UInt8]? { options?[10] }
    /// The extended error's number; nil if there is none, or if it has a text.
    var extendedError: UInt16? {
        options?[15].flatMap { $0.count == 2 ? UInt16($0[0]) << 8 | UInt16($0[1]) : nil }
    }
}

extension TestQuery {
    /// The same with another option.
    func with(_ code: UInt16, _ data: [UInt8] = []) -> TestQuery {
        var query = self
        query.options += Self.big(code) + Self.big(UInt16(data.count)) + data
        return query
    }
}

/// The octets that hexadecimal digits stand for.
func octets(_ digits: String) -> [UInt8] {
    let values = digits.compactMap(\.hexDigitValue)
    return stride(from: 0, to: values.count - 1, by: 2).map { UInt8(values[$0] << 4 | values[$0 + 1]) }
}
