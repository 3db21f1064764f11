import DNSWire

/// Makes random queries for a group of zones.
struct QueryGenerator {
    private let zones: [ZoneText]
    /// Owners and names in data.
    private let names: [DomainName]
    private let cuts: [DomainName]
    private let wildcards: [DomainName]

    init(_ group: ZoneGroup) {
        zones = group.zones
        let records = group.zones.flatMap(\.records)
        let targets = records.flatMap { record in
            record.data.split(separator: " ").filter { $0.hasSuffix(".") && $0.count > 1 }
                .compactMap { try? DomainName($0) }
        }
        names = records.map(\.owner) + targets
        cuts = records.filter { ["NS", "DNAME"].contains($0.type) }.map(\.owner)
        wildcards = records.map(\.owner).filter { $0.labels.contains { Array($0) == Labels.wildcard } }
    }

    /// A query.
    func query(_ dice: inout Dice) -> Query {
        let zone = dice.pick(zones)
        let record = dice.pick(zone.records)
        var query = Query(name: name(near: record, zone, &dice), type: type(near: record, &dice))
        query.name = mixed(query.name, &dice)
        query.isOverTCP = dice.chance(20)
        query.wantsRecursion = dice.chance(30)
        query.authenticData = dice.chance(5)
        query.checkingDisabled = dice.chance(5)
        if dice.chance(70) {
            query.size = dice.pick([512, 1232, 1232, 4096, 0, 65535])
            query.wantsDNSSEC = dice.chance(65)
        }
        if dice.chance(1) { query.recordClass = dice.pick([255, 3, 4, 254, 0, 65535]) }
        return query
    }

    private func name(near record: ZoneRecord, _ zone: ZoneText, _ dice: inout Dice) -> DomainName {
        func below(_ name: DomainName, _ count: Int) -> DomainName {
            var name = name
            for _ in 0..<count {
                name = name.prepending(Labels.any(&dice, wildcards: 4)) ?? name
            }
            return name
        }
        switch dice.number(1...100) {
        case ...35: return record.owner
        case ...43: return below(record.owner, dice.number(1...2))
        case ...49: return record.owner.parent ?? .root
        case ...56: return record.owner.parent.map { below($0, 1) } ?? .root
        case ...68:
            // An instance of a wildcard, or a name beside or below one.
            if wildcards.isEmpty { return below(zone.origin, 1) }
            let name = dice.pick(wildcards)
            let labels = name.labels.map(Array.init)
            guard let place = labels.firstIndex(of: Labels.wildcard) else { return name }
            var made = DomainName(
                uncheckedWire: labels[(place + 1)...].flatMap { [UInt8($0.count)] + $0 } + [0])
            made = below(made, dice.chance(75) ? 1 : 2)
            if dice.chance(30) {
                for label in labels[..<place].reversed() { made = made.prepending(label) ?? made }
            }
            return made
        case ...76: return dice.pick(names)
        case ...88:
            if cuts.isEmpty { return below(zone.origin, 2) }
            let cut = dice.pick(cuts)
            return dice.chance(8) ? cut.grown(&dice) : below(cut, dice.number(0...2))
        case ...94: return below(zone.origin, dice.number(1...5))
        case ...96: return zone.origin
        case ...97: return below(zone.origin, 1).grown(&dice)
        case ...98: return zone.origin.parent ?? .root
        default: return below(.root, 2)
        }
    }

    private func type(near record: ZoneRecord, _ dice: inout Dice) -> RecordType {
        if dice.chance(45), let type = RecordType(record.type) { return type }
        return RecordType(
            dice.pick([
                1, 1, 1, 1, 28, 28, 16, 16, 15, 15, 2, 2, 2, 6, 6, 5, 5, 39, 43, 43, 43, 33, 64, 65, 35, 12,
                257,
                255, 255, 46, 47, 48, 50, 51, 65280, 65280, 999, 0, 41, 249, 250, 251, 252, 253, 254, 128, 10,
                3,
                99, 256, 65535, 32769,
            ]))
    }

    private func mixed(_ name: DomainName, _ dice: inout Dice) -> DomainName {
        if dice.chance(65) { return name }
        // Lengths of labels are below the letters.
        return DomainName(
            uncheckedWire: name.wire.map { octet in
                let isLetter = (65...90).contains(octet) || (97...122).contains(octet)
                return isLetter && dice.chance(50) ? octet ^ 0x20 : octet
            })
    }
}
