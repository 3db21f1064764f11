internal import Health

/// A value of a JSON text.
enum JSONValue: Hashable {
    /// A string's text, or a number, `true`, `false` or `null` as it is written.
    case text(String)
    /// `an object` or `an array`.
    case container(String)
}

/// Goes through a JSON text (RFC 8259) for one value in it. The text must be right as a whole; it is read once, from
/// its beginning to its end, and nothing of it is kept but the value.
struct JSONScanner {
    /// As deep as a text may be: far deeper than those that tell a server's health.
    static let maximumDepth = JSONPath.maximumSteps

    private let text: [UInt8]
    private var index = 0
    private var found: JSONValue?

    private struct Mistake: Error { let what: String }

    private init(_ text: [UInt8]) {
        self.text = text
        // A mark of the byte order says nothing (§8.1).
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { index = 3 }
    }

    /// The value at a path; nil if there is none. Of members of one name the last counts.
    static func value(at path: JSONPath, in text: [UInt8]) throws(ProbeFailure) -> JSONValue? {
        var scanner = JSONScanner(text)
        do throws(Mistake) {
            try scanner.value(path.steps[...], depth: 0)
            scanner.skipBlanks()
            if scanner.index < text.count { throw Mistake(what: "something follows") }
            return scanner.found
        } catch {
            throw ProbeFailure("the body is no JSON: \(error.what) at octet \(scanner.index)")
        }
    }

    /// - Parameter steps: What is left of the path here; nil beside it.
    private mutating func value(_ steps: ArraySlice<JSONPath.Step>?, depth: Int) throws(Mistake) {
        if depth > Self.maximumDepth { throw Mistake(what: "it is nested too deeply") }
        skipBlanks()
        let isWanted = steps?.isEmpty == true
        let start = index
        switch next {
        case UInt8(ascii: "{"):
            if isWanted { found = .container("an object") }
            try object(steps, depth)
        case UInt8(ascii: "["):
            if isWanted { found = .container("an array") }
            try array(steps, depth)
        case UInt8(ascii: "\""):
            let string = try string(isWanted: isWanted)
            if isWanted { found = .text(string) }
        default:
            switch next {
            case UInt8(ascii: "t"): try word("true")
            case UInt8(ascii: "f"): try word("false")
            case UInt8(ascii: "n"): try word("null")
            default: try number()
            }
            if isWanted { found = .text(String(decoding: text[start..<index], as: UTF8.self)) }
        }
    }

    private mutating func object(_ steps: ArraySlice<JSONPath.Step>?, _ depth: Int) throws(Mistake) {
        index += 1
        skipBlanks()
        if skip("}") { return }
        repeat {
            skipBlanks()
            var below: ArraySlice<JSONPath.Step>?
            if case .member(let wanted)? = steps?.first {
                if try string(isWanted: true) == wanted {
                    below = steps?.dropFirst()
                    found = nil
                }
            } else {
                _ = try string(isWanted: false)
            }
            skipBlanks()
            if !skip(":") { throw Mistake(what: "no ':'") }
            try value(below, depth: depth + 1)
            skipBlanks()
        } while skip(",")
        if !skip("}") { throw Mistake(what: "no ',' or '}'") }
    }

    private mutating func array(_ steps: ArraySlice<JSONPath.Step>?, _ depth: Int) throws(Mistake) {
        index += 1
        skipBlanks()
        if skip("]") { return }
        var place = 0
        repeat {
            var below: ArraySlice<JSONPath.Step>?
            if case .element(place)? = steps?.first { below = steps?.dropFirst() }
            try value(below, depth: depth + 1)
            place += 1
            skipBlanks()
        } while skip(",")
        if !skip("]") { throw Mistake(what: "no ',' or ']'") }
    }

    /// Reads a string; its text where it is wanted.
    private mutating func string(isWanted: Bool) throws(Mistake) -> String {
        if !skip("\"") { throw Mistake(what: "no '\"'") }
        var bytes: [UInt8] = []
        while let byte = next {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return isWanted ? String(decoding: bytes, as: UTF8.self) : ""
            case UInt8(ascii: "\\"):
                let scalar = try escaped()
                if isWanted { bytes += Array(String(scalar).utf8) }
            case ..<0x20: throw Mistake(what: "a control character")
            default: if isWanted { bytes.append(byte) }
            }
        }
        throw Mistake(what: "no end of a string")
    }

    private mutating func escaped() throws(Mistake) -> Unicode.Scalar {
        let byte = next
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte ?? 0)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let high = try codeUnit()
            guard (0xD800..<0xDC00).contains(high), next == UInt8(ascii: "\\"), index + 1 < text.count,
                text[index + 1] == UInt8(ascii: "u")
            else { return Unicode.Scalar(high) ?? "\u{FFFD}" }
            let before = index
            index += 2
            let low = try codeUnit()
            if (0xDC00..<0xE000).contains(low) {
                return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + low - 0xDC00) ?? "\u{FFFD}"
            }
            // Half a pair, and what follows it stands for itself.
            index = before
            return "\u{FFFD}"
        default: throw Mistake(what: "a '\\' before what needs none")
        }
    }

    private mutating func codeUnit() throws(Mistake) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw Mistake(what: "no four hexadecimal digits")
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }

    /// §6: no zeros before it, digits around the point and in the exponent.
    private mutating func number() throws(Mistake) {
        _ = skip("-")
        if !skip("0") { try digits("no value") }
        if skip(".") { try digits("no digits after the point") }
        if skip("e") || skip("E") {
            if !skip("+") { _ = skip("-") }
            try digits("no exponent")
        }
    }

    private mutating func digits(_ otherwise: String) throws(Mistake) {
        let start = index
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { index += 1 }
        if index == start { throw Mistake(what: next == nil ? "it ends" : otherwise) }
    }

    private mutating func word(_ word: String) throws(Mistake) {
        if !text[index...].starts(with: word.utf8) { throw Mistake(what: "no value") }
        index += word.utf8.count
    }

    private var next: UInt8? { index < text.count ? text[index] : nil }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { index += 1 }
    }
}
