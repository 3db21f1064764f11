import DNSWire

/// Fills one zone with random records that every server loads.
struct ZoneGenerator {
    /// What a name is.
    private enum Kind {
        case plain
        case alias
        case subtreeAlias
        case cut
        case belowCut
    }

    /// Where chance comes from.
    var dice: Dice
    private let origin: DomainName
    /// Apexes of the zones in this zone's neighbourhood, itself among them.
    private let neighbours: [DomainName]
    private let isSigned: Bool
    private var kinds: [DomainName: Kind] = [:]
    /// Owners in the order in which they came.
    private var owners: [DomainName] = []
    private var ttls: [String: UInt32] = [:]
    private var records: [ZoneRecord] = []
    private var seen: Set<String> = []

    private init(origin: DomainName, neighbours: [DomainName], isSigned: Bool, dice: Dice) {
        self.origin = origin
        self.isSigned = isSigned
        self.neighbours = neighbours
        self.dice = dice
    }

    /// A zone.
    /// - Parameter isSigned: Whether it or a neighbour is to be signed.
    static func zone(
        _ origin: DomainName, neighbours: [DomainName], isSigned: Bool, dice: Dice
    ) -> [ZoneRecord] {
        var generator = ZoneGenerator(
            origin: origin, neighbours: neighbours, isSigned: isSigned, dice: dice)
        generator.fill()
        generator.settleServers()
        return generator.records
    }

    private mutating func fill() {
        kinds[origin] = .plain
        owners = [origin]
        let minimum = dice.pick([0, 60, 300, 3600])
        // An apex that leads all below it away: nothing else can be there, nor (says NSD) be named.
        let isAlias = dice.chance(2) && origin.wire.count > 1
        add(
            origin, "SOA",
            "\((isAlias ? .root : target(.server)).text) hostmaster.\(suffix) 1 3600 900 604800 \(minimum)")
        for index in 0..<dice.number(1...3) {
            add(origin, "NS", isAlias ? "ns\(index).\(Self.elsewhere.text)" : target(.server).text)
        }
        if isAlias {
            add(origin, "DNAME", target(.alias).text)
            addData(to: origin)
            return
        }
        // Children that are served too are delegated most of the time.
        for child in neighbours where child != origin && child.isAtOrBelow(origin) && dice.chance(75) {
            addDelegation(child)
        }
        let steps = dice.chance(10) ? dice.number(40...80) : dice.number(3...25)
        for _ in 0..<steps { step() }
        if dice.chance(6) { addLargeSet() }
    }

    private mutating func step() {
        switch dice.number(1...100) {
        case ...44: addData(to: dice.chance(30) ? dice.pick(owners) : newName())
        case ...58: add(newName(), "CNAME", target(.alias).text)
        case ...64: add(newName(wildcards: 5), "DNAME", target(.alias).text)
        case ...80: addDelegation(newName(wildcards: 0))
        case ...84: addLoop()
        case ...88: addChain()
        case ...90: addData(to: newName().grown(&dice, atMost: longest))
        case ...92: add(newName().grown(&dice, atMost: longest), "CNAME", target(.alias).text)
        default: addData(to: newName(depth: 3))
        }
    }

    // MARK: Names

    /// With NSEC3 the wildcard below a name is hashed too: dnssec-signzone refuses a name that leaves no
    /// room for it, and NSD 4.6.1 crashes.
    private var longest: Int { isSigned ? 253 : 255 }

    private var suffix: String { origin.wire.count == 1 ? "" : origin.text }

    /// A name below one that is there.
    private mutating func newName(wildcards: Int = 14, depth: Int? = nil) -> DomainName {
        var name = dice.chance(45) ? origin : dice.pick(owners)
        for _ in 0..<(depth ?? (dice.chance(75) ? 1 : 2)) {
            name = name.prepending(Labels.any(&dice, wildcards: wildcards, isSigned: isSigned)) ?? name
        }
        return name
    }

    /// What a name in data is for.
    enum Use { case server, alias, host }

    /// A name for a record's data.
    mutating func target(_ use: Use) -> DomainName {
        var base = origin
        switch dice.number(1...100) {
        case ...40:
            let name = dice.pick(owners)
            // A wildcard is rather met by a name that it stands for.
            if name.isWildcard, dice.chance(70), let parent = name.parent {
                return parent.prepending(Labels.any(&dice, wildcards: 0, isSigned: isSigned)) ?? name
            }
            if dice.chance(75) || use == .server { return name }
            return name.prepending(Labels.any(&dice, wildcards: 3, isSigned: isSigned)) ?? name
        case ...60: break
        case ...80: base = dice.pick(neighbours)
        case ...85: return dice.pick(neighbours)
        case ...87: return use == .alias ? .root : origin
        case ...89: return base.grown(&dice, atMost: longest)
        default: base = Self.elsewhere
        }
        for _ in 0..<dice.number(1...2) {
            base =
                base.prepending(Labels.any(&dice, wildcards: use == .server ? 0 : 4, isSigned: isSigned))
                ?? base
        }
        return base
    }

    /// Nobody serves it.
    private static let elsewhere = DomainName(uncheckedWire: [9] + "elsewhere".utf8 + [0])

    // MARK: Records

    /// Adds a record if it may be there.
    @discardableResult
    private mutating func add(_ owner: DomainName, _ type: String, _ data: String) -> Bool {
        guard owner.isAtOrBelow(origin), owner.wire.count <= longest, mayHave(owner, type) else {
            return false
        }
        let key = "\(owner.lowercased) \(type)"
        let ttl = ttls[key] ?? UInt32(dice.pick([0, 1, 60, 300, 300, 3600, 3600, 86400, 2_147_483_647]))
        // The same record twice is one record.
        guard seen.insert("\(key) \(data.lowercased())").inserted else { return false }
        if type == "CNAME" || type == "DNAME", ttls[key] != nil { return false }
        ttls[key] = ttl
        if kinds[owner] == nil { owners.append(owner) }
        switch type {
        case "CNAME": kinds[owner] = .alias
        case "DNAME": kinds[owner] = .subtreeAlias
        case "NS" where owner != origin: kinds[owner] = .cut
        default: if kinds[owner] == nil { kinds[owner] = isBelowCut(owner) ? .belowCut : .plain }
        }
        records.append(ZoneRecord(owner: owner, ttl: ttl, type: type, data: data))
        return true
    }

    private func mayHave(_ owner: DomainName, _ type: String) -> Bool {
        let kind = kinds[owner]
        // Nothing lies below a DNAME (RFC 6672 §2.4).
        var ancestor = owner.parent
        while let name = ancestor, name.isAtOrBelow(origin) {
            if kinds[name] == .subtreeAlias { return false }
            ancestor = name.parent
        }
        switch kind {
        case .alias: return false
        case .cut: return type == "NS" || type == "DS" || type == "A" || type == "AAAA"
        default: break
        }
        switch type {
        case "CNAME":
            return kind == nil && !isBelowCut(owner)
        case "DNAME":
            let isFree = !owners.contains { $0 != owner && $0.isAtOrBelow(owner) }
            return isFree && !isBelowCut(owner) && (kind == nil || kind == .plain)
        case "NS":
            // No server takes NS at a wildcard.
            return owner == origin
                || kind != .subtreeAlias && (kind == nil || kind == .belowCut)
                    && !owner.isWildcard
        case "DS":
            return kind == .cut
        default:
            return true
        }
    }

    private func isBelowCut(_ name: DomainName) -> Bool {
        var ancestor = name.parent
        while let name = ancestor, name.isAtOrBelow(origin) {
            if kinds[name] == .cut { return true }
            ancestor = name.parent
        }
        return false
    }

    private mutating func addData(to owner: DomainName) {
        for _ in 0..<dice.number(1...3) {
            let type = randomType()
            for _ in 0..<(dice.chance(25) ? dice.number(2...4) : 1) { add(owner, type, randomData(type)) }
        }
    }

    private mutating func addDelegation(_ name: DomainName) {
        for _ in 0..<dice.number(1...3) {
            var server = target(.server)
            if dice.chance(50) {
                // Below the cut, or the cut itself.
                server =
                    dice.chance(85)
                    ? name.prepending(Array(dice.pick(["ns1", "ns2", "a"]).utf8)) ?? name : name
            }
            guard add(name, "NS", server.text) else { return }
            if server.isAtOrBelow(name) ? dice.chance(85) : dice.chance(35) { addAddresses(to: server) }
        }
        if dice.chance(35) {
            add(name, "DS", "\(dice.number(0...65535)) 13 2 \(randomHex(32))")
        }
        // What a cut hides.
        if dice.chance(5), let hidden = name.prepending(Labels.any(&dice, wildcards: 10, isSigned: isSigned)) {
            add(hidden, "TXT", "\"hidden\"")
        }
    }

    private mutating func addAddresses(to host: DomainName) {
        if dice.chance(80) { add(host, "A", "192.0.2.\(dice.number(0...255))") }
        if dice.chance(50) { add(host, "AAAA", "2001:db8::\(dice.number(1...9999))") }
    }

    /// Gives name servers in the zone the addresses without which no checker lets the zone pass: all but
    /// those below another delegation, and aliases.
    private mutating func settleServers() {
        for index in records.indices where records[index].type == "NS" {
            guard let server = try? DomainName(records[index].data), server.isAtOrBelow(origin) else {
                continue
            }
            let owner = records[index].owner
            let cut = self.cut(of: server)
            let isSibling = cut != nil && cut != owner && owner != origin
            if kinds[server] == .alias && owner != origin || isSibling || hasAddress(server) { continue }
            if !add(server, "A", "192.0.2.\(dice.number(0...255))") {
                let other = "ns\(index).\(Self.elsewhere.text)"
                records[index].data = other
                // In the root zone nothing is elsewhere.
                if let server = try? DomainName(other) { add(server, "A", "192.0.2.1") }
            }
        }
    }

    private func hasAddress(_ host: DomainName) -> Bool {
        ["A", "AAAA"].contains { ttls["\(host.lowercased) \($0)"] != nil }
    }

    /// The delegation that a name lies at or below.
    private func cut(of name: DomainName) -> DomainName? {
        var found: DomainName?
        var ancestor: DomainName? = name
        while let name = ancestor, name.isAtOrBelow(origin) {
            if kinds[name] == .cut { found = name }
            ancestor = name.parent
        }
        return found
    }

    private mutating func addLoop() {
        let names = (0..<dice.number(1...3)).map { _ in newName() }
        for (index, name) in names.enumerated() { add(name, "CNAME", names[(index + 1) % names.count].text) }
    }

    private mutating func addChain() {
        var name = newName()
        for _ in 0..<dice.number(2...14) {
            let next = newName(wildcards: 4)
            add(name, "CNAME", next.text)
            name = next
        }
        addData(to: name)
    }

    private mutating func addLargeSet() {
        let owner = newName()
        if dice.chance(60) {
            for index in 0..<dice.number(20...90) { add(owner, "A", "192.0.2.\(index)") }
        } else if dice.chance(50) {
            let text = String(repeating: "t", count: 240)
            for index in 0..<dice.number(4...80) { add(owner, "TXT", "\"\(index)\" \"\(text)\"") }
        } else {
            for index in 0..<dice.number(10...60) { add(owner, "MX", "\(index) \(target(.host).text)") }
        }
    }
}
