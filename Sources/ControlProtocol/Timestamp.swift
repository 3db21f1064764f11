/// A moment in universal time, in milliseconds; in JSON the text of RFC 3339: `2026-11-23T12:52:33.125Z`.
public struct Timestamp: Hashable, Sendable {
    /// Milliseconds since the beginning of 1970, leap seconds left out.
    public var milliseconds: Int64

    /// The moment so many milliseconds after the beginning of 1970.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Reads exactly the form that `description` writes; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let form = Array("0000-00-00T00:00:00.000Z".utf8)
        if bytes.count != form.count { return nil }
        let zero = UInt8(ascii: "0")
        for (byte, wanted) in zip(bytes, form) {
            if wanted == zero ? !(zero...UInt8(ascii: "9")).contains(byte) : byte != wanted { return nil }
        }
        func number(_ range: Range<Int>) -> Int64 { bytes[range].reduce(0) { $0 * 10 + Int64($1 - zero) } }
        let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
        let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
        let isDate = (1...12).contains(month) && (1...31).contains(day)
        if !isDate || hour > 23 || minute > 59 || second > 59 { return nil }
        let seconds =
            Self.days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
        milliseconds = seconds * 1000 + number(20..<23)
    }

    /// The calendar repeats after this many days, which are 400 years.
    private static let daysPerCycle: Int64 = 146_097
    /// Days from the first of March of the year 0 to the beginning of 1970.
    private static let daysTo1970: Int64 = 719_468

    /// Days since the beginning of 1970; years are counted from March, so that the leap day is the last one.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let year = month > 2 ? year : year - 1
        let cycle = (year >= 0 ? year : year - 399) / 400
        let yearOfCycle = year - cycle * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return cycle * daysPerCycle + yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
            - daysTo1970
    }

    private static func date(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let days = days + daysTo1970
        let cycle = (days >= 0 ? days : days - daysPerCycle + 1) / daysPerCycle
        let day = days - cycle * daysPerCycle
        let yearOfCycle = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        let month = fromMarch + (fromMarch < 10 ? 3 : -9)
        return (
            yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * fromMarch + 2) / 5 + 1
        )
    }
}

extension Timestamp: CustomStringConvertible {
    /// `2026-11-23T12:52:33.125Z`
    public var description: String {
        let day = (milliseconds >= 0 ? milliseconds : milliseconds - 86_399_999) / 86_400_000
        let rest = milliseconds - day * 86_400_000
        let (year, month, dayOfMonth) = Self.date(days: day)
        func digits(_ number: Int64, _ count: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
        }
        return "\(digits(year, 4))-\(digits(month, 2))-\(digits(dayOfMonth, 2))T"
            + "\(digits(rest / 3_600_000, 2)):\(digits(rest / 60_000 % 60, 2)):"
            + "\(digits(rest / 1000 % 60, 2)).\(digits(rest % 1000, 3))Z"
    }
}

extension Timestamp: Comparable {
    /// The earlier moment is the lesser.
    public static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }
}

extension Timestamp: Codable {
    /// Reads the text; throws `DecodingError` for another form.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let timestamp = Timestamp(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not a time in RFC 3339's form")
        }
        self = timestamp
    }

    /// Writes the text.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
