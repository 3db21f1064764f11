internal import DNSWire

/// Records that can be served and are probably not what was meant.
extension ZoneCompiler {
    /// Whether the owner's name, or what its records are, needs a closer look.
    @inline(__always)
    mutating func mayHaveDoubtfulForm(_ node: Int) -> Bool {
        let pending = zone.nodes[node]
        return !pending.kinds.isDisjoint(with: [.other, .authority])
            || pending.kinds.contains(.address) && !pending.hasHostName
            || pending.kinds.contains(.nameServer) && pending.flags.contains(.isWildcard)
            || isInsideWildcard(node)
    }

    @inline(__always)
    private mutating func isInsideWildcard(_ node: Int) -> Bool {
        zone.hasWildcards && node != 0
            && zone.nodes[Int(zone.nodes[node].parent)].flags.contains(.isWildcard)
    }

    /// Looks at the records of the names for which that is worth it.
    mutating func checkForms() {
        for index in doubtful.indices { checkForms(of: Int(doubtful[index])) }
        doubtful = Column(capacity: 0)
    }

    private mutating func checkForms(of node: Int) {
        let pending = zone.nodes[node]
        if pending.kinds.contains(.address), !pending.hasHostName { reportBadOwner(node) }
        if isInsideWildcard(node) {
            report(.wildcardInside, isError: false, node: node, record: zone.records[Int(pending.first)]) {
                "\($0.zone.name(of: node)) has a '*' inside, which is no wildcard there (RFC 4592)"
            }
        }
        if pending.kinds.isDisjoint(with: [.other, .authority, .nameServer]) { return }
        var (policy, deletion): (PendingRecord?, PendingRecord?)
        var hasKey = false
        var next = pending.first
        while next != PendingNode.none {
            let record = zone.records[Int(next)]
            switch record.type.rawValue {
            case 48: hasKey = true
            case 59, 60: deletion = deletion ?? record
            case 99: if policy == nil, isSenderPolicy(record) { policy = record }
            default: break
            }
            checkForm(of: record, node: node)
            next = record.next
        }
        // RFC 7208 §3.1: receivers look at TXT only.
        if let policy, !hasTextPolicy(node) {
            report(.doubtfulForm, isError: false, node: node, record: policy) {
                "\($0.zone.name(of: node)): SPF record without an SPF policy in a TXT record: nobody reads it"
            }
        }
        if let deletion, node == 0, !hasKey {
            report(.doubtfulForm, isError: false, node: node, record: deletion) {
                "\($0.zone.origin) has \(deletion.type) but no DNSKEY records"
            }
        }
    }

    private mutating func checkForm(of record: PendingRecord, node: Int) {
        switch record.type.rawValue {
        case 2:
            if node != 0, zone.nodes[node].flags.contains(.isWildcard) {
                report(.nameServerAtWildcard, isError: false, node: node, record: record) {
                    """
                    \($0.zone.name(of: node)): NS records at a wildcard have no defined meaning (RFC 4592); they are \
                    data here, and other servers refuse them
                    """
                }
            }
        case 6:
            checkHost(in: record, at: 0, node: node)
            if readName(in: record) { checkMailbox(in: record, at: key.length, node: node) }
        // What an address leads back to is a host.
        case 12: if zone.isReverse { checkHost(in: record, at: 0, node: node) }
        case 14, 17: checkMailbox(in: record, at: 0, node: node)
        case 15: if !zone.nodes[node].hasHostName { reportBadOwner(of: record, node: node) }
        case 18, 21: checkHost(in: record, at: 2, node: node)
        case 43: checkDelegationSigner(record, node: node)
        // RFC 4034 §2, 5155 §4, 7344 §4.1, 7477 §2.1, 8976 §2
        case 48, 51, 59, 60, 62, 63:
            if node != 0 {
                report(.notAtApex, isError: false, node: node, record: record) {
                    "\($0.zone.name(of: node)): \(record.type) has a meaning at the top of a zone only"
                }
            } else if record.type == .dnskey, zone.octet(2, of: record) != 3 {
                // RFC 4034 §2.1.2
                report(.doubtfulForm, isError: false, node: node, record: record) {
                    "\($0.zone.name(of: node)): DNSKEY is invalid, since its protocol is not 3"
                }
            }
        case 64, 65: checkHost(in: record, at: 2, node: node)
        default: break
        }
    }

    private mutating func checkDelegationSigner(_ record: PendingRecord, node: Int) {
        if node == 0 {
            report(.misplacedDS, node: node, record: record) {
                "DS record at the top of the zone (\($0.zone.name(of: node)))"
            }
        } else if !zone.nodes[node].flags.contains(.delegation) {
            report(.misplacedDS, isError: false, node: node, record: record) {
                "\($0.zone.name(of: node)): DS without NS records: it signs no delegation"
            }
        }
        let digest = zone.octet(3, of: record)
        if digest == 1 || digest == 3 {
            // RFC 8624 §3.3
            report(.doubtfulForm, isError: false, node: node, record: record) {
                "\($0.zone.name(of: node)): DS has the deprecated digest type \(digest) (\(digest == 1 ? "SHA-1" : "GOST"))"
            }
        }
    }

    private func hasTextPolicy(_ node: Int) -> Bool {
        records(of: node).contains { zone.records[$0].type == .txt && isSenderPolicy(zone.records[$0]) }
    }

    /// Whether the text, its parts joined, begins with the version in any case, and a blank or nothing more comes after
    /// that (RFC 7208 §3.3, §4.5).
    private func isSenderPolicy(_ record: PendingRecord) -> Bool {
        let version = Array("v=spf1 ".utf8)
        var found = 0
        var left = 0
        for octet in zone.octets(of: record) {
            if left == 0 {
                left = Int(octet)
                continue
            }
            if DomainName.lowercased(octet) != version[found] { return false }
            found += 1
            if found == version.count { return true }
            left -= 1
        }
        return found == version.count - 1
    }
}

/// Names that hosts and mailboxes may have, as BIND's `check-names` has it (RFC 952, RFC 1123 §2.1).
extension ZoneCompiler {
    /// Once for all addresses of a node.
    @inline(never)
    private mutating func reportBadOwner(_ node: Int) {
        var next = zone.nodes[node].first
        while next != PendingNode.none {
            let record = zone.records[Int(next)]
            if record.type == .a || record.type == .aaaa { return reportBadOwner(of: record, node: node) }
            next = record.next
        }
    }

    private mutating func reportBadOwner(of record: PendingRecord, node: Int) {
        if isDomainController(node) { return }
        report(.badName, isError: false, node: node, record: record) {
            "\($0.zone.name(of: node)) \(record.type): bad owner name (check-names): letters, digits and hyphens only"
        }
    }

    /// Whether a name is one of domain controllers' own: gc._msdcs.FOREST.
    private mutating func isDomainController(_ node: Int) -> Bool {
        zone.read(node, into: &key)
        return Self.domainController.indices.allSatisfy { key.octet(at: $0) == Self.domainController[$0] }
    }

    private static let domainController = Array("\u{2}gc\u{6}_msdcs".utf8)

    /// A host's name in a record's data.
    private mutating func checkHost(in record: PendingRecord, at offset: Int, node: Int) {
        guard readName(in: record, at: offset), !key.isHostName(from: 0) else { return }
        reportBadName(record, node: node)
    }

    /// A mailbox in a record's data: anything visible as its first label.
    private mutating func checkMailbox(in record: PendingRecord, at offset: Int, node: Int) {
        guard readName(in: record, at: offset), key.length > 1 else { return }
        let length = Int(key.octet(at: 0))
        let isVisible = (1...length).allSatisfy { (33...126).contains(key.octet(at: $0)) }
        if !isVisible || !key.isHostName(from: length + 1) { reportBadName(record, node: node) }
    }

    mutating func reportBadName(_ record: PendingRecord, node: Int) {
        report(.badName, isError: false, node: node, record: record) {
            "\($0.zone.name(of: node)) \(record.type): bad name \($0.key.name) (check-names)"
        }
    }
}
