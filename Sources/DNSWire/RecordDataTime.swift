/// The times of RRSIG (RFC 4034 §3.2): 32 bits of seconds since 1970, written in UTC.
///
/// The numbers wrap in 2106 (serial arithmetic, RFC 1982); a year from then on is written with the number
/// it wraps to, and a number is written as the time before that.
public enum SignatureTime {
    /// `YYYYMMDDHHmmSS`.
    public static func text(_ seconds: UInt32) -> String {
        let (days, time) = Int(seconds).quotientAndRemainder(dividingBy: 86400)
        let date = date(days: days)
        let value =
            (((((date.year * 100) + date.month) * 100 + date.day) * 100 + time / 3600) * 100 + time / 60 % 60)
            * 100 + time % 60
        return String(value)
    }

    /// The number for a UTC date and time; nil if there is no such time, or none since 1970.
    public static func seconds(
        year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
    ) -> UInt32? {
        guard (1970...9999).contains(year), (1...12).contains(month), (1...31).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...59).contains(second)
        else { return nil }
        let days = days(year: year, month: month, day: day)
        guard date(days: days) == (year, month, day) else { return nil }
        return UInt32(truncatingIfNeeded: ((days * 24 + hour) * 60 + minute) * 60 + second)
    }

    // The Gregorian calendar repeats after 400 years, which are 146,097 days; counting years from March puts
    // the leap day last, so that (153 m + 2) / 5 gives the days before month m.

    private static func days(year: Int, month: Int, day: Int) -> Int {
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yearOfEra = y % 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        // 719,468 days lie between 0000-03-01 and 1970-01-01.
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}
