/// A domain name in wire form (RFC 1035 §3.1), absolute, its letters' case kept.
///
/// For the control plane; the path of a query works on the bytes of the message. Equality and order
/// ignore the case of ASCII letters (RFC 4343).
public struct DomainName: Sendable {
    /// The labels, each after its length, ending with the root's zero: 1 to 255 octets.
    public let wire: [UInt8]

    /// The root.
    public static let root = DomainName(uncheckedWire: [0])

    /// Takes bytes that are known to be a name in wire form.
    public init(uncheckedWire wire: [UInt8]) {
        self.wire = wire
    }

    /// Takes bytes in wire form; nil unless they are exactly one name without compression.
    public init?(wire: some Collection<UInt8>) {
        let wire = Array(wire)
        guard wire.count <= 255 else { return nil }
        var offset = 0
        while offset < wire.count, wire[offset] != 0 {
            if wire[offset] > 63 { return nil }
            offset += Int(wire[offset]) + 1
        }
        guard offset == wire.count - 1 else { return nil }
        self.wire = wire
    }

    /// The labels without the root's, the leftmost first.
    public var labels: [ArraySlice<UInt8>] {
        var labels: [ArraySlice<UInt8>] = []
        var offset = 0
        while wire[offset] != 0 {
            let next = offset + 1 + Int(wire[offset])
            labels.append(wire[(offset + 1)..<next])
            offset = next
        }
        return labels
    }

    /// The number of labels, the root's not counted.
    public var labelCount: Int {
        var count = 0
        var offset = 0
        while wire[offset] != 0 {
            offset += 1 + Int(wire[offset])
            count += 1
        }
        return count
    }

    /// The name without its leftmost label; nil for the root.
    public var parent: DomainName? {
        wire[0] == 0 ? nil : DomainName(uncheckedWire: Array(wire[(1 + Int(wire[0]))...]))
    }

    /// Whether the leftmost label is `*` (RFC 4592 §2.1.1).
    public var isWildcard: Bool { wire.count > 2 && wire[0] == 1 && wire[1] == UInt8(ascii: "*") }

    /// Whether the name is another one, or lies below it.
    public func isAtOrBelow(_ ancestor: DomainName) -> Bool {
        var offset = 0
        while wire.count - offset > ancestor.wire.count { offset += 1 + Int(wire[offset]) }
        return wire.count - offset == ancestor.wire.count
            && zip(wire[offset...], ancestor.wire).allSatisfy { Self.lowercased($0) == Self.lowercased($1) }
    }

    /// The name with ASCII letters in lower case.
    public var lowercased: DomainName {
        DomainName(uncheckedWire: wire.map(Self.lowercased))
    }

    /// An octet with an ASCII capital made small. Lengths of labels, 0 to 63, stay as they are.
    @inlinable public static func lowercased(_ octet: UInt8) -> UInt8 {
        octet &- 65 < 26 ? octet | 0x20 : octet
    }
}

extension DomainName: Hashable {
    /// Ignores the case of ASCII letters.
    public static func == (a: Self, b: Self) -> Bool {
        a.wire.count == b.wire.count && zip(a.wire, b.wire).allSatisfy { lowercased($0) == lowercased($1) }
    }

    /// Ignores the case of ASCII letters.
    public func hash(into hasher: inout Hasher) {
        for octet in wire { hasher.combine(Self.lowercased(octet)) }
    }
}

extension DomainName: Comparable {
    /// The canonical order of DNSSEC (RFC 4034 §6.1).
    public static func < (a: Self, b: Self) -> Bool {
        for (x, y) in zip(a.labels.reversed(), b.labels.reversed()) {
            for (p, q) in zip(x, y) where lowercased(p) != lowercased(q) {
                return lowercased(p) < lowercased(q)
            }
            if x.count != y.count { return x.count < y.count }
        }
        return a.labelCount < b.labelCount
    }
}

extension DomainName {
    /// Why a text is no domain name.
    public enum TextError: Error, Hashable, Sendable {
        /// The text is empty.
        case empty
        /// Two dots without a label between them, or a dot in front.
        case emptyLabel
        /// A label of more than 63 octets.
        case labelTooLong
        /// More than 255 octets in wire form.
        case nameTooLong
        /// A backslash that is followed neither by three digits up to 255 nor by another character.
        case badEscape
    }

    /// Reads a name in the presentation form of RFC 1035 §5.1, with `\X` and `\DDD` escapes.
    ///
    /// Without a dot at its end the name is relative to `origin`; `@` is the origin itself.
    public init(_ text: some StringProtocol, origin: DomainName = .root) throws(TextError) {
        try self.init(text: Array(text.utf8)[...], origin: origin)
    }

    /// Reads a name from bytes in presentation form; see ``init(_:origin:)``.
    public init(text: ArraySlice<UInt8>, origin: DomainName = .root) throws(TextError) {
        if text.isEmpty { throw .empty }
        if text.elementsEqual([UInt8(ascii: "@")]) {
            self = origin
            return
        }
        if text.elementsEqual([UInt8(ascii: ".")]) {
            self = .root
            return
        }
        var wire: [UInt8] = [0]
        var labelStart = 0
        var isAbsolute = false
        var index = text.startIndex
        while index < text.endIndex {
            var octet = text[index]
            index += 1
            if octet == UInt8(ascii: ".") {
                if wire.count == labelStart + 1 { throw .emptyLabel }
                wire[labelStart] = UInt8(wire.count - labelStart - 1)
                if index == text.endIndex {
                    isAbsolute = true
                } else {
                    labelStart = wire.count
                    wire.append(0)
                }
                continue
            }
            if octet == UInt8(ascii: "\\") {
                guard index < text.endIndex else { throw .badEscape }
                if (48...57).contains(text[index]) {
                    guard index + 3 <= text.endIndex,
                        text[index..<(index + 3)].allSatisfy({ (48...57).contains($0) })
                    else { throw .badEscape }
                    let value = text[index..<(index + 3)].reduce(0) { $0 * 10 + Int($1) - 48 }
                    if value > 255 { throw .badEscape }
                    octet = UInt8(value)
                    index += 3
                } else {
                    octet = text[index]
                    index += 1
                }
            }
            wire.append(octet)
            if wire.count - labelStart > 64 { throw .labelTooLong }
            if wire.count > 255 { throw .nameTooLong }
        }
        if isAbsolute {
            wire.append(0)
        } else {
            wire[labelStart] = UInt8(wire.count - labelStart - 1)
            wire += origin.wire
        }
        if wire.count > 255 { throw .nameTooLong }
        self.wire = wire
    }
}

extension DomainName: CustomStringConvertible {
    /// The presentation form, absolute, with escapes where a reader needs them.
    public var description: String {
        if wire.count == 1 { return "." }
        var text: [UInt8] = []
        for label in labels {
            for octet in label {
                switch octet {
                case UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: ";"),
                    UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "@"), UInt8(ascii: "$"):
                    text += [UInt8(ascii: "\\"), octet]
                case 0x21...0x7E: text.append(octet)
                default:
                    text += [UInt8(ascii: "\\"), 48 + octet / 100, 48 + octet / 10 % 10, 48 + octet % 10]
                }
            }
            text.append(UInt8(ascii: "."))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
