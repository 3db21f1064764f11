internal import DNSWire

/// A record that leads to another name.
struct Reference: BitwiseCopyable {
    let record: UInt32
    /// The record's own node.
    let node: UInt32
    /// Where the name begins among the data of all records.
    let nameStart: UInt32
    /// Whether the name lies in the zone.
    var isInZone = false
}

/// What the names that records lead to must be.
extension ZoneCompiler {
    /// What the zone knows about the name that a record leads to.
    private enum Standing {
        /// It has an address, its own or a wildcard's: at this node.
        case address(Int)
        /// It is an alias, or a wildcard that is one answers for it.
        case alias
        /// It lies below a DNAME.
        case belowAlias
        /// Another zone has it, below this delegation, and there is no address of it here.
        case delegated(Int)
        /// It has no address.
        case none
    }

    /// Notes those records of a node that lead to other names.
    @inline(never)
    mutating func noteReferences(of node: Int) {
        var next = zone.nodes[node].first
        while next != PendingNode.none {
            let record = zone.records[Int(next)]
            switch record.type {
            case .ns: Self.note(record, next, of: node, in: &serverReferences)
            case .cname, .mx, .srv: Self.note(record, next, of: node, in: &references)
            default: break
            }
            next = record.next
        }
    }

    @inline(__always)
    private static func note(
        _ record: PendingRecord, _ index: UInt32, of node: Int, in references: inout Column<Reference>
    ) {
        guard let start = record.type.targetStart, start < Int(record.dataLength) else { return }
        references.append(
            Reference(
                record: index, node: UInt32(truncatingIfNeeded: node),
                nameStart: record.dataStart &+ UInt32(truncatingIfNeeded: start)))
    }

    /// Finds the nodes that records lead to, those of name servers first, and looks at what they are.
    mutating func followReferences() {
        var taken = Column<Reference>(capacity: 0)
        swap(&taken, &serverReferences)
        follow(&taken)
        taken = Column(capacity: 0)
        swap(&taken, &references)
        follow(&taken)
    }

    /// What the table has for a name is fetched from memory while the names before it are looked for: they may be
    /// anywhere in the zone.
    private mutating func follow(_ references: inout Column<Reference>) {
        let ahead = 8
        for index in 0..<(references.count + ahead) {
            if index < references.count {
                references[index].isInZone = readTarget(references[index]) && zone.contains(key)
                if references[index].isInZone { zone.expect(key) }
            }
            // By the builder's contract each has a name there; data without one leads nowhere.
            if index >= ahead, readTarget(references[index - ahead]) { follow(references[index - ahead]) }
        }
    }

    private mutating func readTarget(_ reference: Reference) -> Bool {
        key.read(zone.data.view, at: Int(reference.nameStart))
    }

    /// Follows a record to the name that the key has.
    private mutating func follow(_ reference: Reference) {
        let (node, index) = (Int(reference.node), Int(reference.record))
        let target = reference.isInZone ? zone.find(key, labels: key.labelCount) : nil
        if let target { zone.records[index].target = UInt32(target) }
        let record = zone.records[index]
        if record.type == .cname { return }
        // "No mail here" (RFC 7505), "no such service" (RFC 2782).
        if record.type != .ns, key.length == 1 { return }
        // The apex's own labels have been looked at.
        let end = reference.isInZone && zone.hasHostOrigin ? key.offset(labels: zone.apexLabels) : nil
        if !key.isHostName(from: 0, to: end) { reportBadName(record, node: node) }
        if record.type != .srv, looksLikeAddress() {
            report(.targetIsAddress, isError: false, node: node, record: record) {
                "\($0.zone.name(of: node)): \(record.type) \($0.key.name) is an address"
            }
        }
        guard reference.isInZone else { return }
        let standing = target.map { self.standing(of: $0) } ?? standingOfMissing()
        if record.type == .ns {
            checkNameServer(record, standing, of: node)
        } else {
            checkTarget(of: record, standing, node: node)
        }
    }

    /// Name servers with a name in the zone must have an address there. Without one of its own servers a zone is
    /// not served; where a delegation's lacks one, the zone is still right for everything else. NS records at a wildcard
    /// are data, which is wrong if it leads nowhere.
    private mutating func checkNameServer(_ record: PendingRecord, _ standing: Standing, of node: Int) {
        if case .address(let server) = standing {
            if node == 0, !zone.nodes[server].isOccluded { zone.nodes[server].flags.insert(.nameServer) }
            return
        }
        switch standing {
        case .address: break
        case .alias:
            report(.nameServerIsAlias, isError: node == 0, node: node, record: record) {
                "\($0.zone.name(of: node)): NS \($0.key.name) is a CNAME (illegal)"
            }
        case .belowAlias:
            report(.nameServerIsAlias, isError: node == 0, node: node, record: record) {
                "\($0.zone.name(of: node)): NS \($0.key.name) is below a DNAME (illegal)"
            }
        case .delegated(let cut):
            report(.missingGlue, isError: false, node: node, record: record) {
                """
                \($0.zone.name(of: node)): NS \($0.key.name) has no \(cut == node ? "required" : "sibling") glue: \
                address records (A or AAAA)
                """
            }
        case .none:
            report(
                .missingGlue, isError: node == 0 || !zone.nodes[node].flags.contains(.delegation), node: node,
                record: record
            ) {
                "\($0.zone.name(of: node)): NS \($0.key.name) has no address records (A or AAAA)"
            }
        }
    }

    /// Where mail and services are sent to must have an address and be no alias (RFC 2181 §10.3, RFC 2782).
    private mutating func checkTarget(of record: PendingRecord, _ standing: Standing, node: Int) {
        let type = record.type
        switch standing {
        case .address, .delegated: return
        case .alias:
            report(
                type == .mx ? .mailExchangerIsAlias : .targetIsAlias, isError: false, node: node,
                record: record
            ) { "\($0.zone.name(of: node)): \(type) \($0.key.name) is a CNAME (illegal)" }
        case .belowAlias:
            report(.targetIsAlias, isError: false, node: node, record: record) {
                "\($0.zone.name(of: node)): \(type) \($0.key.name) is below a DNAME (illegal)"
            }
        case .none:
            report(.targetWithoutAddress, isError: false, node: node, record: record) {
                "\($0.zone.name(of: node)): \(type) \($0.key.name) has no address records (A or AAAA)"
            }
        }
    }

    /// What the zone knows about the key, which lies in it and is none of its names.
    private mutating func standingOfMissing() -> Standing {
        var labels = key.labelCount - 1
        var encloser = zone.find(key, labels: labels)
        while encloser == nil, labels > zone.apexLabels {
            labels -= 1
            encloser = zone.find(key, labels: labels)
        }
        guard let encloser else { return .none }
        if let cut = cut(atOrAbove: encloser) { return cut }
        guard zone.nodes[encloser].flags.contains(.hasWildcard),
            let name = DomainName(wire: [1, UInt8(ascii: "*")] + zone.name(of: encloser).wire)
        else { return .none }
        var wildcard = NameKey()
        wildcard.read(name)
        guard let node = zone.find(wildcard, labels: wildcard.labelCount) else { return .none }
        return standing(of: node)
    }

    private mutating func standing(of node: Int) -> Standing {
        let kinds = zone.nodes[node].kinds
        if kinds.contains(.alias) { return .alias }
        if kinds.contains(.address) { return .address(node) }
        // The owner of a DNAME is no alias itself.
        if zone.nodes[node].flags.contains(.subtreeAlias), !zone.nodes[node].isOccluded { return .none }
        return cut(atOrAbove: node) ?? .none
    }

    /// What takes a node, or names below it, out of the zone.
    private mutating func cut(atOrAbove node: Int) -> Standing? {
        var node = node
        while zone.nodes[node].isOccluded { node = Int(zone.nodes[node].parent) }
        if zone.nodes[node].flags.contains(.subtreeAlias) { return .belowAlias }
        return zone.nodes[node].flags.contains(.delegation) ? .delegated(node) : nil
    }

    /// Whether the key is written like an IPv4 address, the origin added or not. IPv6 addresses have colons,
    /// which no host's name has.
    private mutating func looksLikeAddress() -> Bool {
        var place = 0
        for _ in 0..<4 {
            let length = Int(key.octet(at: place))
            if !(1...3).contains(length) { return false }
            var number = 0
            for index in (place + 1)...(place + length) {
                let digit = Int(key.octet(at: index)) - 48
                if !(0...9).contains(digit) { return false }
                number = number * 10 + digit
            }
            if number > 255 { return false }
            place += length + 1
        }
        return place == key.length - 1 || key.length - place == zone.origin.wire.count && zone.contains(key)
    }
}
