import DNSWire

/// Zones that are neighbours: parents, children and siblings, whose records lead into each other.
struct ZoneGroup {
    var zones: [ZoneText]

    /// A group with a place in the name space of its own.
    /// - Parameter number: Tells it from others of the same start.
    static func random(_ number: Int, dice: inout Dice) throws -> ZoneGroup {
        let base = try DomainName(randomBase(number, &dice))
        var origins: [DomainName] = [base]
        for _ in 0..<dice.pick([0, 0, 0, 1, 1, 2, 3, 4]) {
            var name = dice.pick(origins)
            for _ in 0..<(dice.chance(80) ? 1 : 2) {
                name = name.prepending(Labels.any(&dice, wildcards: 0)) ?? name
            }
            if !origins.contains(name), name.wire.count < 120 { origins.append(name) }
        }
        // Now and then siblings without a parent.
        let served = origins.count > 1 && dice.chance(20) ? Array(origins.dropFirst()) : origins
        let signings = served.map { _ in Signing.random(&dice) }
        let isSigned = signings.contains { $0 != .unsigned }
        let zones = zip(served, signings).map { origin, signing in
            ZoneText(
                origin: origin,
                records: ZoneGenerator.zone(
                    origin, neighbours: origins, isSigned: isSigned, dice: dice.split()),
                signing: signing)
        }
        return ZoneGroup(zones: zones)
    }

    private static func randomBase(_ number: Int, _ dice: inout Dice) -> String {
        switch dice.number(1...20) {
        case 1: "\(number / 250).\(number % 250).in-addr.arpa"
        case 2:
            String(format(number, digits: 6).flatMap { [$0, "."] }) + "8.b.d.0.1.0.0.2.ip6.arpa"
        case 3: "z\(number)"
        case 4: "odd\\000\(format(number, digits: 4)).Example"
        case 5: String(repeating: "l", count: 50) + ".z\(number).example"
        default: "z\(number).example"
        }
    }

    private static func format(_ number: Int, digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
