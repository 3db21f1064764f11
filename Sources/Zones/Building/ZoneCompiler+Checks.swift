internal import DNSWire

/// What the records of a zone must be to each other.
extension ZoneCompiler {
    /// One SOA, and name servers.
    mutating func checkApex() {
        let records = records(of: 0).map { zone.records[$0] }
        var soas = 0
        for record in records where record.type == .soa {
            soas += 1
            if soas == 2 {
                report(
                    .multipleSOA, node: 0, record: record,
                    "zone \(zone.origin) has more than one SOA record")
            }
        }
        if soas == 0 { report(.noSOA, node: 0, "zone \(zone.origin) has no SOA record") }
        if !records.contains(where: { $0.type == .ns }) {
            report(.noApexNS, node: 0, "zone \(zone.origin) has no NS records")
        }
    }

    /// Finds delegations and DNAMEs, and the nodes below them.
    mutating func markCuts() {
        for node in zone.nodes.indices {
            // Parents come before their children.
            let parent = zone.nodes[Int(zone.nodes[node].parent)]
            if isSigned, zone.nodes[node].parent == 0, hasOnlyNSEC3(node) {
                zone.nodes[node].isHidden = true
                continue
            }
            if node != 0,
                parent.isOccluded || parent.flags.contains(.delegation)
                    || parent.flags.contains(.subtreeAlias)
            {
                zone.nodes[node].isOccluded = true
                continue
            }
            var next = zone.nodes[node].first
            while next != PendingNode.none {
                let record = zone.records[Int(next)]
                switch record.type {
                // What a delegation at a wildcard would mean is undefined (RFC 4592 §4.2); it is data.
                case .ns where node != 0 && !zone.nodes[node].flags.contains(.isWildcard):
                    zone.nodes[node].flags.insert(.delegation)
                case .cname: zone.nodes[node].flags.insert(.alias)
                case .dname: zone.nodes[node].flags.insert(.subtreeAlias)
                default: break
                }
                next = record.next
            }
        }
    }

    /// CNAME and DNAME beside what they don't tolerate, and SOAs where none belongs.
    mutating func checkNodes() {
        for node in zone.nodes.indices where node == 0 || !zone.nodes[node].isOccluded {
            let flags = zone.nodes[node].flags
            let first = zone.nodes[node].first
            if first == PendingNode.none { continue }
            if flags.isDisjoint(with: [.alias, .subtreeAlias]),
                zone.records[Int(first)].next == PendingNode.none,
                zone.records[Int(first)].type != .soa || node == 0
            {
                continue
            }
            let records = records(of: node).map { zone.records[$0] }
            let name = zone.name(of: node)
            if node != 0, let record = records.first(where: { $0.type == .soa }) {
                report(
                    .soaNotAtApex, node: node, record: record,
                    "SOA record of \(name) is not at the top of the zone (\(zone.origin))")
            }
            if flags.contains(.alias) { checkAlias(records, node: node, name: name) }
            if flags.contains(.subtreeAlias) { checkSubtreeAlias(records, node: node, name: name) }
        }
    }

    private mutating func checkAlias(_ records: [PendingRecord], node: Int, name: DomainName) {
        // DNSSEC's own types may stand beside (RFC 4034 §3, §4); KEY and NXT for old zones (RFC 2181 §10.1).
        let beside: Set<UInt16> = [5, 24, 25, 30, 46, 47]
        if let other = records.first(where: { !beside.contains($0.type.rawValue) }) {
            // Where both came, the later one is the mistake.
            let alias = records.last { $0.type == .cname }
            let late = alias.map { $0.location > other.location ? $0 : other } ?? other
            report(
                .cnameAndOther, node: node, record: late, "\(name): CNAME and other data (\(other.type))")
        }
        let aliases = records.filter { $0.type == .cname }
        if let second = aliases.dropFirst().first(where: { !isSame($0, aliases[0]) }) {
            report(.multipleCNAME, node: node, record: second, "\(name): multiple CNAME records")
        }
    }

    private mutating func checkSubtreeAlias(_ records: [PendingRecord], node: Int, name: DomainName) {
        let aliases = records.filter { $0.type == .dname }
        if let second = aliases.dropFirst().first(where: { !isSame($0, aliases[0]) }) {
            report(.multipleDNAME, node: node, record: second, "\(name): multiple DNAME records")
        }
        if node != 0, let server = records.first(where: { $0.type == .ns }) {
            report(.dnameAndNS, node: node, record: server, "\(name): DNAME and NS records below the apex")
        }
    }

    /// TTLs that differ, and records that are there twice.
    mutating func checkRRSet(_ rrset: ArraySlice<Int>, of node: Int) {
        guard let first = rrset.first else { return }
        let ttl = zone.records[first].ttl
        var seen: Set<[UInt8]> = []
        for (position, index) in rrset.enumerated() {
            let record = zone.records[index]
            // A handful is compared pair by pair.
            let isDuplicate =
                rrset.count <= 8
                ? rrset.prefix(position).contains { isSame(zone.records[$0], record) }
                : !seen.insert(foldedData(of: record)).inserted
            if isDuplicate {
                zone.records[index].isDuplicate = true
                report(
                    .duplicateRecord, isError: false, node: node, record: record,
                    "\(zone.name(of: node)) \(record.type): the record is there twice")
                // A signature's TTL is that of what it signs (RFC 4034 §3).
            } else if record.ttl != ttl, record.type != .rrsig {
                report(
                    .ttlMismatch, isError: false, node: node, record: record,
                    """
                    \(zone.name(of: node)) \(record.type): the TTL \(record.ttl) differs from the first \
                    record's; \(ttl) is used
                    """)
            }
        }
    }

    /// Mail exchangers must not be aliases.
    mutating func checkExchangers(_ rrset: ArraySlice<Int>, of node: Int) {
        for index in rrset {
            let record = zone.records[index]
            guard let exchanger = self.node(ofNameIn: record, at: 2),
                zone.nodes[exchanger].flags.contains(.alias)
            else { continue }
            report(
                .mailExchangerIsAlias, isError: false, node: node, record: record,
                "\(zone.name(of: node)): MX \(zone.name(of: exchanger)) is a CNAME (illegal)")
        }
    }

    /// Name servers with a name in the zone must have an address there.
    mutating func checkNameServers() {
        for node in zone.nodes.indices where !zone.nodes[node].isOccluded {
            let isCut = zone.nodes[node].flags.contains(.delegation)
            if node != 0 && !isCut { continue }
            for index in records(of: node) where zone.records[index].type == .ns {
                checkNameServer(zone.records[index], of: node)
            }
        }
    }

    private mutating func checkNameServer(_ record: PendingRecord, of node: Int) {
        guard readName(in: record), zone.contains(key) else { return }
        let name = DomainName(uncheckedWire: (0..<key.length).map { key.octet(at: $0) })
        guard let server = zone.find(key, labels: key.labelCount) else {
            if let wildcard = wildcardCovering() {
                if node == 0 { zone.nodes[wildcard].flags.insert(.nameServer) }
                return
            }
            let below = isBelowCut(otherThan: node)
            reportMissing(name, record, of: node, isError: !below)
            return
        }
        if node == 0 && !zone.nodes[server].isOccluded { zone.nodes[server].flags.insert(.nameServer) }
        let types = Set(records(of: server).map { zone.records[$0].type })
        if types.contains(.cname) {
            report(
                .nameServerIsAlias, isError: false, node: node, record: record,
                "\(zone.name(of: node)): NS \(name) is a CNAME (illegal)")
        } else if types.isDisjoint(with: [.a, .aaaa]) {
            let isElsewhere =
                node == 0
                ? isAtOrBelowDelegation(server)
                : zone.nodes[server].isOccluded && !isBelow(server, cut: node)
            reportMissing(name, record, of: node, isError: !isElsewhere)
        }
    }

    private mutating func reportMissing(
        _ name: DomainName, _ record: PendingRecord, of node: Int, isError: Bool
    ) {
        report(
            .missingGlue, isError: isError, node: node, record: record,
            "\(zone.name(of: node)): NS \(name) has no address records (A or AAAA)")
    }

    /// The wildcard that answers for the key, which is in the zone and no node, with an address.
    private func wildcardCovering() -> Int? {
        var labels = key.labelCount - 1
        var encloser = zone.find(key, labels: labels)
        while encloser == nil {
            labels -= 1
            encloser = zone.find(key, labels: labels)
        }
        guard let encloser, zone.nodes[encloser].flags.contains(.hasWildcard),
            let name = DomainName(wire: [1, UInt8(ascii: "*")] + zone.name(of: encloser).wire)
        else { return nil }
        var wildcard = NameKey()
        wildcard.read(name)
        guard let node = zone.find(wildcard, labels: wildcard.labelCount), !zone.nodes[node].isOccluded,
            records(of: node).contains(where: {
                zone.records[$0].type == .a || zone.records[$0].type == .aaaa
            })
        else { return nil }
        return node
    }

    /// Whether the key, which is in the zone and no node, lies below another delegation than this.
    private func isBelowCut(otherThan node: Int) -> Bool {
        var labels = key.labelCount - 1
        while labels >= zone.apexLabels {
            if let found = zone.find(key, labels: labels) {
                if node == 0 { return isAtOrBelowDelegation(found) }
                return found != node
                    && (zone.nodes[found].isOccluded && !isBelow(found, cut: node)
                        || zone.nodes[found].flags.contains(.delegation))
            }
            labels -= 1
        }
        return false
    }

    /// Whether a child zone, not this one, has to know a node's addresses.
    private func isAtOrBelowDelegation(_ node: Int) -> Bool {
        var node = node
        while node != 0 {
            if zone.nodes[node].flags.contains(.delegation) && !zone.nodes[node].isOccluded { return true }
            node = Int(zone.nodes[node].parent)
        }
        return false
    }

    /// Says which records nobody will be answered with.
    mutating func reportOccluded() {
        for node in zone.nodes.indices {
            let isCut = zone.nodes[node].flags.contains(.delegation) && !zone.nodes[node].isOccluded
            guard zone.nodes[node].isOccluded || isCut else { continue }
            for index in records(of: node) where !zone.records[index].isGlue {
                let record = zone.records[index]
                if isCut, [.ns, .ds, .nsec, .rrsig].contains(record.type) { continue }
                report(
                    .occluded, isError: false, node: node, record: record,
                    """
                    \(zone.name(of: node)) \(record.type): occluded by a delegation or a DNAME above it; it \
                    is not answered
                    """)
            }
        }
    }

    /// Whether a node is a cut or lies below it.
    func isBelow(_ node: Int, cut: Int) -> Bool {
        var node = node
        while zone.nodes[node].labels > zone.nodes[cut].labels { node = Int(zone.nodes[node].parent) }
        return node == cut
    }

    /// The node of the name that a record's data has at an octet; nil if it is not in the zone.
    mutating func node(ofNameIn record: PendingRecord, at offset: Int = 0) -> Int? {
        guard readName(in: record, at: offset), zone.contains(key) else { return nil }
        return zone.find(key, labels: key.labelCount)
    }

    private mutating func readName(in record: PendingRecord, at offset: Int = 0) -> Bool {
        let start = Int(record.dataStart) + offset
        return unsafe zone.data.withUnsafeBytes { key.read(unsafe $0.bytes, at: start) }
    }

    /// Whether two records of a type say the same, names in any case (RFC 1035 §2.3.3).
    private func isSame(_ a: PendingRecord, _ b: PendingRecord) -> Bool {
        if data(of: a) == data(of: b) { return true }
        return a.dataLength == b.dataLength && Self.namesStart(in: a.type) != .max
            && foldedData(of: a) == foldedData(of: b)
    }

    /// The data as it is alike for all records that say the same.
    private func foldedData(of record: PendingRecord) -> [UInt8] {
        let start = Self.namesStart(in: record.type)
        return data(of: record).enumerated().map { $0 < start ? $1 : DomainName.lowercased($1) }
    }

    /// Where data begins that is nothing but names; beyond all data for types that have something else.
    private static func namesStart(in type: RecordType) -> Int {
        switch type {
        case .ns, .cname, .ptr, .dname: 0
        case .mx: 2
        case .srv: 6
        default: .max
        }
    }

    private func data(of record: PendingRecord) -> ArraySlice<UInt8> {
        zone.data[Int(record.dataStart)..<(Int(record.dataStart) + Int(record.dataLength))]
    }
}
