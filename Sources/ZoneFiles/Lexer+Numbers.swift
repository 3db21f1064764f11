internal import DNSWire

extension Lexer {
    /// Reads a decimal number up to a limit.
    mutating func number(_ what: String, upTo limit: UInt32) throws(Mistake) -> UInt32 {
        let start = offset
        var index = start
        var value: UInt64 = 0
        while true {
            let digit = bytes[index] &- 48
            if digit > 9 { break }
            // Once out of every range it stays there, however many digits follow.
            if value <= UInt64(UInt32.max) { value = value * 10 + UInt64(digit) }
            index += 1
        }
        if index == start || !Self.endsWord(bytes[index]) || value > UInt64(limit) {
            throw badNumber(what, upTo: limit)
        }
        if let mistake = badWordEnd(start, at: index) { throw mistake }
        offset = index
        return UInt32(truncatingIfNeeded: value)
    }

    private func badNumber(_ what: String, upTo limit: UInt32) -> Mistake {
        if Self.endsWord(next) { return unexpected(what) }
        let range = wordRange(from: offset)
        let isNumber = range.allSatisfy { bytes[$0] &- 48 < 10 }
        return Mistake(
            isNumber
                ? "\(what) \(string(range)) is out of range" : "invalid \(what) '\(string(range))'",
            at: range, hint: "the \(what) is a number from 0 to \(limit)")
    }

    /// Reads a number of seconds, or numbers with the units w, d, h, m and s (`1h30m`).
    mutating func period(_ what: String, upTo limit: UInt32) throws(Mistake) -> UInt32 {
        let start = offset
        var index = start
        var total: UInt64 = 0
        var hasUnits = false
        while true {
            let numberStart = index
            var value: UInt64 = 0
            while bytes[index] &- 48 < 10 {
                // Once out of every range it stays there.
                if value <= UInt64(UInt32.max) { value = value * 10 + UInt64(bytes[index] - 48) }
                index += 1
            }
            if index == numberStart { throw badPeriod(what, upTo: limit, isTooLarge: false) }
            if Self.endsWord(bytes[index]) {
                if hasUnits { throw badPeriod(what, upTo: limit, isTooLarge: false) }
                total = value
                break
            }
            let unit: UInt64
            switch bytes[index] | 0x20 {
            case UInt8(ascii: "s"): unit = 1
            case UInt8(ascii: "m"): unit = 60
            case UInt8(ascii: "h"): unit = 3600
            case UInt8(ascii: "d"): unit = 86400
            case UInt8(ascii: "w"): unit = 604_800
            default: throw badPeriod(what, upTo: limit, isTooLarge: false)
            }
            hasUnits = true
            total += value * unit
            if total > 1 << 40 { throw badPeriod(what, upTo: limit, isTooLarge: true) }
            index += 1
            if Self.endsWord(bytes[index]) { break }
        }
        if let mistake = badWordEnd(start, at: index) { throw mistake }
        if total > UInt64(limit) { throw badPeriod(what, upTo: limit, isTooLarge: true) }
        offset = index
        return UInt32(truncatingIfNeeded: total)
    }

    private func badPeriod(_ what: String, upTo limit: UInt32, isTooLarge: Bool) -> Mistake {
        if Self.endsWord(next) { return unexpected(what) }
        let range = wordRange(from: offset)
        if isTooLarge {
            return Mistake(
                "\(what) \(string(range)) is out of range", at: range,
                hint: "the \(what) is at most \(limit) seconds")
        }
        return Mistake(
            "invalid \(what) '\(string(range))'", at: range,
            hint: "the \(what) is a number of seconds, or numbers with the units w, d, h, m, s: 1h30m")
    }

    /// Reads a time of RRSIG: `YYYYMMDDHHmmSS`, or a number of seconds (RFC 4034 §3.2).
    mutating func signatureTime(_ what: String) throws(Mistake) -> UInt32 {
        let start = offset
        var index = start
        while bytes[index] &- 48 < 10, index - start < 15 { index += 1 }
        if index - start != 14 { return try number(what, upTo: .max) }
        let range = wordRange(from: start)
        guard range.count == 14,
            let seconds = SignatureTime.seconds(
                year: digits(start, 4), month: digits(start + 4, 2), day: digits(start + 6, 2),
                hour: digits(start + 8, 2), minute: digits(start + 10, 2), second: digits(start + 12, 2))
        else {
            throw Mistake(
                "invalid \(what) '\(string(range))'", at: range,
                hint: "a time is written as YYYYMMDDHHmmSS, or as seconds since 1970")
        }
        _ = try word(what)
        return seconds
    }

    /// The number that a count of digits make.
    private func digits(_ start: Int, _ count: Int) -> Int {
        var value = 0
        for index in start..<(start + count) { value = value * 10 + Int(bytes[index] &- 48) }
        return value
    }
}
