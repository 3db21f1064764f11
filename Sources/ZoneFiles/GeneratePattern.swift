/// One side of `$GENERATE`: text with places where the running number goes.
struct GeneratePattern {
    /// A piece of it.
    enum Piece: Equatable {
        case text([UInt8])
        case number(offset: Int, width: Int, base: UInt8)
    }

    let pieces: [Piece]

    /// Why a text is no pattern, and at which of its bytes.
    struct Failure: Error {
        let offset: Int
        let reason: String
    }

    /// Reads `$` for the number, `${OFFSET[,WIDTH[,BASE]]}`, `$$` and `\$` for a dollar sign.
    init(_ text: [UInt8]) throws(Failure) {
        var pieces: [Piece] = []
        var plain: [UInt8] = []
        var index = 0
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "\\"), index + 1 < text.count {
                plain += text[index...index + 1]
                index += 2
                continue
            }
            index += 1
            if byte != UInt8(ascii: "$") {
                plain.append(byte)
                continue
            }
            if index < text.count, text[index] == UInt8(ascii: "$") {
                plain.append(byte)
                index += 1
                continue
            }
            if !plain.isEmpty { pieces.append(.text(plain)) }
            plain = []
            if index < text.count, text[index] == UInt8(ascii: "{") {
                guard let end = text[index...].firstIndex(of: UInt8(ascii: "}")) else {
                    throw Failure(offset: index - 1, reason: "'${' is never closed")
                }
                pieces.append(try Self.modifier(text[(index + 1)..<end], at: index - 1))
                index = end + 1
            } else {
                pieces.append(.number(offset: 0, width: 0, base: UInt8(ascii: "d")))
            }
        }
        if !plain.isEmpty { pieces.append(.text(plain)) }
        self.pieces = pieces
    }

    private static func modifier(_ text: ArraySlice<UInt8>, at offset: Int) throws(Failure) -> Piece {
        let parts = String(decoding: text, as: UTF8.self).split(
            separator: ",", omittingEmptySubsequences: false)
        let bases = ["d", "o", "x", "X", "n", "N"]
        // The width is bounded by what a name can hold.
        guard (1...3).contains(parts.count), let start = Int32(parts[0]),
            let width = parts.count > 1 ? Int(parts[1]) : 0, (0...255).contains(width),
            let base = parts.count > 2 ? bases.first(where: { $0 == parts[2] }) : "d"
        else {
            throw Failure(
                offset: offset, reason: "invalid modifier '${\(String(decoding: text, as: UTF8.self))}'")
        }
        return .number(offset: Int(start), width: width, base: base.utf8.first ?? 0)
    }

    /// The text for a number; nil where a number below zero has no such form.
    func text(for number: Int) -> [UInt8]? {
        var text: [UInt8] = []
        for piece in pieces {
            switch piece {
            case .text(let bytes): text += bytes
            case .number(let offset, let width, let base):
                let value = number + offset
                if value < 0, base != UInt8(ascii: "d") { return nil }
                text += Self.digits(value, width: width, base: base)
            }
        }
        return text
    }

    private static func digits(_ value: Int, width: Int, base: UInt8) -> [UInt8] {
        let isUpper = base == UInt8(ascii: "X") || base == UInt8(ascii: "N")
        if base | 0x20 == UInt8(ascii: "n") {
            // Nibbles from the lowest, a label each; the width counts digits and dots.
            var text: [UInt8] = []
            var rest = value
            repeat {
                if !text.isEmpty, text.last != UInt8(ascii: ".") { text.append(UInt8(ascii: ".")) }
                if !text.isEmpty, text.count >= width, rest == 0 { break }
                text += String(rest & 15, radix: 16, uppercase: isUpper).utf8
                rest >>= 4
            } while rest != 0 || text.count < width
            return text
        }
        let radix = base | 0x20 == UInt8(ascii: "x") ? 16 : base == UInt8(ascii: "o") ? 8 : 10
        let digits = Array(String(abs(value), radix: radix, uppercase: isUpper).utf8)
        let sign = value < 0 ? [UInt8(ascii: "-")] : []
        return sign + Array(repeating: UInt8(ascii: "0"), count: max(0, width - sign.count - digits.count))
            + digits
    }
}
