extension Lexer {
    /// Reads a place on the globe (RFC 1876 §3):
    /// `d1 [m1 [s1]] {N|S} d2 [m2 [s2]] {E|W} alt[m] [size[m] [hp[m] [vp[m]]]]`.
    mutating func location(into buffer: inout WireBuffer) throws(Mistake) {
        let latitude = try angle("latitude", limit: 90, positive: "N", negative: "S")
        let longitude = try angle("longitude", limit: 180, positive: "E", negative: "W")
        skipBlanks()
        // From 100 km below the reference spheroid up to what 32 bits hold.
        let altitude = try centimetres("altitude", -10_000_000...4_284_967_295)
        // RFC 1876 §3: 1 m, 10 km, 10 m.
        var sizes: [Int] = [100, 1_000_000, 1000]
        for (index, name) in ["size", "horizontal precision", "vertical precision"].enumerated() {
            skipBlanks()
            if isAtEntryEnd { break }
            sizes[index] = try centimetres(name, 0...9_000_000_000)
        }
        buffer.append(0 as UInt8)
        for size in sizes { buffer.append(Self.digitAndPower(size)) }
        buffer.append(UInt32(truncatingIfNeeded: latitude + 1 << 31))
        buffer.append(UInt32(truncatingIfNeeded: longitude + 1 << 31))
        buffer.append(UInt32(truncatingIfNeeded: altitude + 10_000_000))
    }

    /// The first digit in the upper half, the power of ten in the lower.
    private static func digitAndPower(_ centimetres: Int) -> UInt8 {
        var digit = centimetres
        var power = 0
        while digit > 9 {
            digit /= 10
            power += 1
        }
        return UInt8(digit << 4 | power)
    }

    /// Reads degrees, minutes, seconds and the hemisphere; gives thousandths of seconds.
    private mutating func angle(
        _ what: String, limit: Int, positive: Character, negative: Character
    ) throws(Mistake) -> Int {
        var total = 0
        skipBlanks()
        let start = offset
        for (index, part) in ["degrees", "minutes", "seconds"].enumerated() {
            skipBlanks()
            if index > 0, (next | 0x20) &- 97 < 26 { break }
            let unit = [3_600_000, 60_000, 1000][index]
            if index < 2 {
                let most = index == 0 ? limit : 59
                total += Int(try number("\(what)'s \(part)", upTo: UInt32(most))) * unit
            } else {
                total += try decimal("\(what)'s seconds", places: 3, 0...59_999, unit: "")
            }
        }
        if total > limit * 3_600_000 {
            throw Mistake("\(what) is more than \(limit) degrees", at: wordRange(from: start))
        }
        skipBlanks()
        let range = try word("hemisphere (\(positive) or \(negative))")
        let hemisphere = string(range)
        if hemisphere == String(positive) { return total }
        if hemisphere == String(negative) { return -total }
        throw Mistake(
            "unexpected '\(string(range))' in the \(what)", at: range,
            hint: "the \(what) ends with a capital \(positive) or \(negative)")
    }

    private mutating func centimetres(_ what: String, _ limits: ClosedRange<Int>) throws(Mistake) -> Int {
        try decimal(what, places: 2, limits, unit: "m")
    }

    /// Reads a number with decimal places, as a whole number of its last place; a unit may follow.
    private mutating func decimal(
        _ what: String, places: Int, _ limits: ClosedRange<Int>, unit: String
    ) throws(Mistake) -> Int {
        let range = try word(what)
        let mistake = Mistake(
            "invalid \(what) '\(string(range))'", at: range,
            hint: "a number with at most \(places) decimal places")
        var text = fullString(range)[...]
        if !unit.isEmpty, text.hasSuffix(unit) { text = text.dropLast() }
        let isNegative = text.hasPrefix("-")
        if isNegative { text = text.dropFirst() }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        guard let whole = parts.first, (1...12).contains(whole.utf8.count), fraction.utf8.count <= places,
            (String(whole) + fraction).utf8.allSatisfy({ (48...57).contains($0) }),
            let value = Int(
                String(whole) + fraction + String(repeating: "0", count: places - fraction.utf8.count))
        else { throw mistake }
        let signed = isNegative ? -value : value
        if !limits.contains(signed) {
            throw Mistake("\(what) '\(string(range))' is out of range", at: range)
        }
        return signed
    }
}
