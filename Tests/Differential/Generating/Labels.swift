import DNSWire

/// Labels that names are made of: few, so that names meet, and odd ones.
enum Labels {
    private static let plain = [
        "a", "b", "c", "d", "www", "mail", "ns1", "ns2", "x", "y", "0", "1", "10", "_dns", "_tcp", "_25",
        "x-y", "xn--bcher-kva", "A", "Www", "MiXeD",
    ]
    /// Zeros, a blank, letters beyond ASCII, almost a wildcard.
    private static let odd = [
        [0], [1, 2], [255], [32], [195, 164], [42, 120], [120, 42], [42, 42], [45], [95],
    ].map { $0.map(UInt8.init) }
    /// A dot, quotes, and what else means something in master files: signers write some of it so that not
    /// every server reads it.
    private static let difficult = [
        [97, 46, 98], [34, 113], [64], [36], [59], [92], [40, 41], [91], [96], [123],
    ].map { $0.map(UInt8.init) }

    /// The wildcard's label.
    static let wildcard: [UInt8] = [42]

    /// A label; a wildcard's so many times in a hundred.
    static func any(_ dice: inout Dice, wildcards: Int, isSigned: Bool = true) -> [UInt8] {
        if dice.chance(wildcards) { return wildcard }
        if dice.chance(5) && !isSigned { return dice.pick(difficult) }
        if dice.chance(5) { return dice.pick(odd) }
        if dice.chance(2) { return [UInt8](repeating: UInt8(ascii: "l"), count: 63) }
        return Array(dice.pick(plain).utf8)
    }
}

extension DomainName {
    /// The name below this one with a label in front; nil if it would be too long.
    func prepending(_ label: [UInt8]) -> DomainName? {
        wire.count + label.count + 1 > 255
            ? nil : DomainName(uncheckedWire: [UInt8(label.count)] + label + wire)
    }

    /// The leftmost label.
    var firstLabel: [UInt8] { labels.first.map(Array.init) ?? [] }

    /// A name below this one of 250 octets and more, or this one if it is that long already.
    func grown(_ dice: inout Dice, atMost limit: Int = 255) -> DomainName {
        var name = self
        let wanted = dice.number(250...limit)
        while name.wire.count + 1 < wanted {
            let room = min(wanted - name.wire.count - 1, 63)
            guard let longer = name.prepending([UInt8](repeating: UInt8(ascii: "l"), count: room)) else {
                break
            }
            name = longer
        }
        return name
    }
}

extension DomainName {
    /// The presentation form in which all but letters, digits, `-`, `_` and `*` is written `\DDD`: what
    /// every reader understands (NSD 4.6 stumbles over a backslash at the end of a label).
    var text: String {
        if wire.count == 1 { return "." }
        return labels.map { label in
            label.map { octet in
                switch octet {
                case 48...57, 65...90, 97...122, 45, 95, 42: String(UnicodeScalar(octet))
                default: "\\" + String(String(1000 + Int(octet)).dropFirst())
                }
            }.joined() + "."
        }.joined()
    }
}
