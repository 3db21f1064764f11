internal import DNSWire

/// What the records of a zone must be to each other.
extension ZoneCompiler {
    /// One SOA, and name servers.
    mutating func checkApex() {
        let records = records(of: 0).map { zone.records[$0] }
        let soas = records.filter { $0.type == .soa }
        // The same one again is a duplicate as any other.
        if let second = soas.dropFirst().first(where: { !isSame($0, soas[0]) }) {
            report(.multipleSOA, node: 0, record: second) {
                "zone \($0.zone.origin) has more than one SOA record"
            }
        }
        if zone.records.count == 0 {
            return report(.noSOA, node: 0) { "zone \($0.zone.origin) has no records" }
        }
        if soas.isEmpty { report(.noSOA, node: 0) { "zone \($0.zone.origin) has no SOA record" } }
        if !records.contains(where: { $0.type == .ns }) {
            report(.noApexNS, node: 0) { "zone \($0.zone.origin) has no NS records" }
        }
    }

    /// Finds out whether a node is a delegation or has a DNAME, or lies below one. Its parent comes before it.
    @inline(__always)
    mutating func markCut(_ node: Int) {
        let kinds = zone.nodes[node].kinds
        if isSigned, kinds.contains(.hashedDenial), hasOnlyNSEC3(node) {
            zone.nodes[node].isHidden = true
            return
        }
        let above = Int(zone.nodes[node].parent)
        if zone.nodes[above].isHidden {
            // What has only NSEC3 is a name like others if one lies below it, unless the apex has a DNAME for both.
            if zone.nodes[0].flags.contains(.subtreeAlias) {
                zone.nodes[node].isOccluded = true
            } else {
                zone.nodes[above].isHidden = false
            }
        }
        let parent = zone.nodes[above]
        if node != 0,
            parent.isOccluded || parent.flags.contains(.delegation) || parent.flags.contains(.subtreeAlias)
        {
            zone.nodes[node].isOccluded = true
        }
        // What a delegation at a wildcard would mean is undefined (RFC 4592 §4.2); it is data.
        if kinds.contains(.nameServer), node != 0, !zone.nodes[node].isOccluded,
            !zone.nodes[node].flags.contains(.isWildcard)
        {
            zone.nodes[node].flags.insert(.delegation)
        }
        if kinds.contains(.alias) { zone.nodes[node].flags.insert(.alias) }
        if kinds.contains(.subtreeAlias) { zone.nodes[node].flags.insert(.subtreeAlias) }
    }

    /// Looks at what stands beside each other at a node, and notes what is to be looked at after that.
    @inline(__always)
    mutating func checkNode(_ node: Int) {
        let pending = zone.nodes[node]
        if pending.first == PendingNode.none { return }
        let hasSeveral = pending.first != pending.last
        let mayClash = hasSeveral && !pending.kinds.isDisjoint(with: [.alias, .subtreeAlias])
        if mayClash || node != 0 && pending.kinds.contains(.authority) { checkClash(node) }
        if pending.isOccluded { return }
        if !pending.kinds.isDisjoint(with: [.nameServer, .alias, .other]) { noteReferences(of: node) }
        if mayHaveDoubtfulForm(node) { doubtful.append(UInt32(truncatingIfNeeded: node)) }
    }

    /// CNAME and DNAME beside what they don't tolerate, and SOAs where none belongs.
    @inline(never)
    private mutating func checkClash(_ node: Int) {
        let flags = zone.nodes[node].flags
        let records = records(of: node).map { zone.records[$0] }
        if node != 0, let record = records.first(where: { $0.type == .soa }) {
            report(.soaNotAtApex, node: node, record: record) {
                "SOA record of \($0.zone.name(of: node)) is not at the top of the zone (\($0.zone.origin))"
            }
        }
        if flags.contains(.alias) { checkAlias(records, node: node) }
        if flags.contains(.subtreeAlias) { checkSubtreeAlias(records, node: node) }
    }

    private mutating func checkAlias(_ records: [PendingRecord], node: Int) {
        // DNSSEC's own types may stand beside (RFC 4034 §3, §4), and their predecessors SIG and NXT, but a KEY
        // may not any more (RFC 2181 §10.1 let it).
        let beside: Set<UInt16> = [5, 24, 30, 46, 47]
        if let other = records.first(where: { !beside.contains($0.type.rawValue) }) {
            // Where both came, the later one is the mistake.
            let alias = records.last { $0.type == .cname }
            let late = alias.map { $0.location > other.location ? $0 : other } ?? other
            report(.cnameAndOther, node: node, record: late) {
                "\($0.zone.name(of: node)): CNAME and other data (\(other.type))"
            }
        }
        let aliases = records.filter { $0.type == .cname }
        if let second = aliases.dropFirst().first(where: { !isSame($0, aliases[0]) }) {
            report(.multipleCNAME, node: node, record: second) {
                "\($0.zone.name(of: node)): multiple CNAME records"
            }
        }
    }

    private mutating func checkSubtreeAlias(_ records: [PendingRecord], node: Int) {
        let aliases = records.filter { $0.type == .dname }
        if let second = aliases.dropFirst().first(where: { !isSame($0, aliases[0]) }) {
            report(.multipleDNAME, node: node, record: second) {
                "\($0.zone.name(of: node)): multiple DNAME records"
            }
        }
        if node != 0, let server = records.first(where: { $0.type == .ns }) {
            report(.dnameAndNS, node: node, record: server) {
                "\($0.zone.name(of: node)): DNAME and NS records below the apex"
            }
        }
    }

    /// TTLs that differ, and records that are there twice: a handful is compared pair by pair.
    mutating func checkRRSet(_ rrset: Range<Int>, of node: Int) {
        if rrset.count > 8 { return checkLargeRRSet(rrset, of: node) }
        for place in rrset {
            let isDuplicate = (rrset.lowerBound..<place).contains { isSame(record($0), record(place)) }
            checkRecord(place, first: rrset.lowerBound, isDuplicate: isDuplicate, of: node)
        }
    }

    private mutating func checkLargeRRSet(_ rrset: Range<Int>, of node: Int) {
        var seen: Set<[UInt8]> = []
        for place in rrset {
            let isDuplicate = !seen.insert(foldedData(of: record(place))).inserted
            checkRecord(place, first: rrset.lowerBound, isDuplicate: isDuplicate, of: node)
        }
    }

    private mutating func checkRecord(_ place: Int, first: Int, isDuplicate: Bool, of node: Int) {
        let (record, ttl) = (record(place), record(first).ttl)
        if isDuplicate {
            zone.records[recordIndex(place)].isDuplicate = true
            report(.duplicateRecord, isError: false, node: node, record: record) {
                "\($0.zone.name(of: node)) \(record.type): the record is there twice"
            }
            // A signature's TTL is that of what it signs (RFC 4034 §3).
        } else if record.ttl != ttl, record.type != .rrsig {
            report(.ttlMismatch, isError: false, node: node, record: record) {
                """
                \($0.zone.name(of: node)) \(record.type): the TTL \(record.ttl) differs from the first \
                record's; \(ttl) is used
                """
            }
        }
    }

    /// Says which records nobody will be answered with. Below a delegation they may be what is left of an older
    /// zone; below a DNAME there must be none (RFC 6672 §2.4).
    mutating func reportOccluded() {
        for node in zone.nodes.indices {
            let isCut = zone.nodes[node].flags.contains(.delegation) && !zone.nodes[node].isOccluded
            guard zone.nodes[node].isOccluded || isCut else { continue }
            let alias = isCut ? nil : subtreeAlias(above: node)
            var next = zone.nodes[node].first
            while next != PendingNode.none {
                let record = zone.records[Int(next)]
                next = record.next
                if let alias {
                    // The hashed names of a zone that has a DNAME at its apex lie below it.
                    if alias == 0, record.type == .nsec3 || record.type == .rrsig { continue }
                    report(.belowDNAME, node: node, record: record) {
                        "\($0.zone.name(of: node)) \(record.type) is below the DNAME \($0.zone.name(of: alias)) (illegal)"
                    }
                    continue
                }
                if record.isGlue { continue }
                if isCut, [.ns, .ds, .nsec, .rrsig].contains(record.type) { continue }
                report(.occluded, isError: false, node: node, record: record) {
                    """
                    \($0.zone.name(of: node)) \(record.type): occluded by the delegation \(isCut ? "there" : "above it"); \
                    it is not answered
                    """
                }
            }
        }
    }

    /// The nearest node above an occluded one that has a DNAME.
    private mutating func subtreeAlias(above node: Int) -> Int? {
        var node = node
        while zone.nodes[node].isOccluded {
            node = Int(zone.nodes[node].parent)
            if zone.nodes[node].flags.contains(.subtreeAlias) { return node }
        }
        return nil
    }

    /// Whether a node is a cut or lies below it.
    mutating func isBelow(_ node: Int, cut: Int) -> Bool {
        var node = node
        while zone.nodes[node].labels > zone.nodes[cut].labels { node = Int(zone.nodes[node].parent) }
        return node == cut
    }

    /// The node of the name that a record's data has at an octet; nil if it is not in the zone.
    mutating func node(ofNameIn record: PendingRecord, at offset: Int = 0) -> Int? {
        guard readName(in: record, at: offset), zone.contains(key) else { return nil }
        return zone.find(key, labels: key.labelCount)
    }

    mutating func readName(in record: PendingRecord, at offset: Int = 0) -> Bool {
        offset < Int(record.dataLength) && key.read(zone.data.view, at: Int(record.dataStart) + offset)
    }

    /// Whether two records of a type say the same, names in any case (RFC 1035 §2.3.3).
    private mutating func isSame(_ a: PendingRecord, _ b: PendingRecord) -> Bool {
        if a.dataLength != b.dataLength { return false }
        let start = a.type.targetStart ?? .max
        for place in 0..<Int(a.dataLength) {
            let (mine, other) = (zone.octet(place, of: a), zone.octet(place, of: b))
            if mine == other { continue }
            if place < start || DomainName.lowercased(mine) != DomainName.lowercased(other) { return false }
        }
        return true
    }

    /// The data as it is alike for all records that say the same.
    private func foldedData(of record: PendingRecord) -> [UInt8] {
        let start = record.type.targetStart ?? .max
        return zone.octets(of: record).enumerated().map { $0 < start ? $1 : DomainName.lowercased($1) }
    }
}
