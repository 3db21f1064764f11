internal import DNSWire

/// The chain of records that prove what a zone doesn't have.
extension ZoneCompiler {
    /// More hashes than these are refused: each query for a name that isn't there pays for them, and resolvers
    /// take no proof that costs them more (RFC 9276 §3.2; CVE-2023-50868).
    private static let mostIterations = 150

    /// Whether a node has an NSEC3 record, and besides its signatures nothing else.
    func hasOnlyNSEC3(_ node: Int) -> Bool {
        var next = zone.nodes[node].first
        if next == PendingNode.none || zone.nodes[node].labels != zone.apexLabels + 1 { return false }
        if zone.nodes[node].flags.contains(.isWildcard) { return false }
        var hasNSEC3 = false
        while next != PendingNode.none {
            let record = zone.records[Int(next)]
            if record.type == .nsec3 {
                hasNSEC3 = true
            } else if record.type != .rrsig || covered(by: record) != .nsec3 {
                return false
            }
            next = record.next
        }
        return hasNSEC3
    }

    /// Finds out how the zone proves what it doesn't have, before nodes are written.
    mutating func findDenials() {
        if !isSigned { return }
        let apex = records(of: 0).map { zone.records[$0] }
        // Parameters with flags are not for servers to use (RFC 5155 §4.1.2).
        let usable = apex.filter {
            $0.type == .nsec3param && $0.dataLength >= 5 && zone.octets(of: $0).prefix(2) == [1, 0]
        }
        if let record = usable.first {
            let data = zone.octets(of: record)
            let iterations = Int(data[2]) << 8 | Int(data[3])
            if iterations > 0 { reportIterations(iterations, record) }
            if iterations > Self.mostIterations { return }
            let salt = Array(data[5...])
            let start = composer.heap.extend(by: salt.count)
            composer.heap.copy(salt, from: 0, count: salt.count, to: start)
            parameters = NSEC3Parameters(
                iterations: iterations, saltStart: start, saltLength: salt.count)
            denialKind = .nsec3
        } else if apex.contains(where: { $0.type == .nsec }) {
            denialKind = .nsec
        } else if apex.contains(where: { $0.type == .dnskey }) {
            report(.brokenDenial, isError: false, node: 0) {
                """
                zone \($0.zone.origin) is signed, but its apex has neither NSEC nor NSEC3PARAM: nothing proves what \
                is not there
                """
            }
        }
    }

    private mutating func reportIterations(_ iterations: Int, _ record: PendingRecord) {
        let isError = iterations > Self.mostIterations
        report(.nsec3Iterations, isError: isError, node: 0, record: record) { _ in
            isError
                ? "NSEC3 with \(iterations) iterations; at most \(Self.mostIterations) are served (RFC 9276)"
                : "NSEC3 with \(iterations) iterations costs every denial as many more hashes; use 0 (RFC 9276)"
        }
    }

    /// Makes the chain, and tells each node of the heap by which records of it the node is denied.
    mutating func linkDenials() -> FlatBuffer {
        switch denialKind {
        case .none: return FlatBuffer(capacity: 0)
        case .nsec: return linkNSEC()
        case .nsec3: return linkNSEC3()
        }
    }

    private func isInChain(_ node: Int) -> Bool {
        places[node] != 0 && !zone.nodes[node].isHidden
    }

    // MARK: NSEC

    private mutating func linkNSEC() -> FlatBuffer {
        var order: [Int] = []
        for node in zone.nodes.indices where isInChain(node) {
            if zone.first(.nsec, of: node) != nil { order.append(node) }
        }
        // Signers write zones in this order, so that mostly there is nothing to sort.
        let isSorted = zip(order, order.dropFirst()).allSatisfy { isBefore($0, $1) }
        if !isSorted { order.sort { isBefore($0, $1) } }
        checkNSEC(order)
        var entries = FlatBuffer(capacity: order.count * DenialChain.nsecSize)
        for node in order {
            let place = entries.extend(by: DenialChain.nsecSize)
            entries.store(places[node], at: place)
        }
        let chain = DenialChain(kind: .nsec, entries: entries.view, parameters: parameters)
        let hasChild = findParents()
        var wildcard = FlatBuffer(capacity: MessageSize.name + 2)
        for node in zone.nodes.indices where isInChain(node) {
            let names = zone.names.view
            let (start, length) = (Int(zone.nodes[node].nameStart), Int(zone.nodes[node].nameLength))
            let own =
                zone.first(.nsec, of: node) != nil
                ? (node: Int(places[node]) * 8, isMatch: true)
                : chain.find(names, at: start, count: length, in: composer.heap.view)
            var below = 0
            if needsWildcardDenial(node) {
                // Right behind a name without descendants comes whatever would lie below it.
                below = own.node
                if hasChild[node] {
                    wildcard.shorten(to: 0)
                    _ = wildcard.extend(by: length + 2)
                    wildcard.store(UInt8(1), at: 0)
                    wildcard.store(UInt8(ascii: "*"), at: 1)
                    wildcard.copy(names, from: start, count: length, to: 2)
                    below = chain.find(wildcard.view, at: 0, count: length + 2, in: composer.heap.view).node
                }
            }
            link(node, own, below)
        }
        return entries
    }

    /// Whether a node can be the closest encloser of a name that isn't there.
    private func needsWildcardDenial(_ node: Int) -> Bool {
        zone.nodes[node].flags.isDisjoint(with: [.hasWildcard, .delegation, .subtreeAlias])
    }

    private mutating func link(_ node: Int, _ own: (node: Int, isMatch: Bool), _ below: Int) {
        let place = Int(places[node]) * 8
        let word = UInt32(truncatingIfNeeded: own.node / 8)
        composer.heap.store((own.isMatch ? word : word | CompiledZone.spanning).littleEndian, at: place - 8)
        composer.heap.store(UInt32(truncatingIfNeeded: below / 8).littleEndian, at: place - 4)
    }

    private func findParents() -> [Bool] {
        var hasChild = Array(repeating: false, count: zone.nodes.count)
        for node in zone.nodes.indices where node != 0 && isInChain(node) {
            hasChild[Int(zone.nodes[node].parent)] = true
        }
        return hasChild
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        let names = zone.names.view
        return CanonicalOrder.compare(
            names, Int(zone.nodes[a].nameStart), Int(zone.nodes[a].nameLength), names,
            Int(zone.nodes[b].nameStart), Int(zone.nodes[b].nameLength)) < 0
    }

    /// Each record must name the next one, and each name with data must have one (RFC 4035 §2.3).
    private mutating func checkNSEC(_ order: [Int]) {
        for (index, node) in order.enumerated() {
            let next = order[index + 1 < order.count ? index + 1 : 0]
            guard let own = zone.first(.nsec, of: node) else { continue }
            if self.node(ofNameIn: zone.records[own]) == next { continue }
            let record = zone.records[own]
            return report(.brokenDenial, isError: false, node: node, record: record) {
                "\($0.zone.name(of: node)): the NSEC record does not name \($0.zone.name(of: next)), the next name"
            }
        }
        let members = Set(order)
        for node in zone.nodes.indices where isInChain(node) && zone.nodes[node].first != PendingNode.none {
            if members.contains(node) { continue }
            return report(.brokenDenial, isError: false, node: node) {
                "\($0.zone.name(of: node)) has no NSEC record although the zone is signed"
            }
        }
    }

    // MARK: NSEC3

    private mutating func linkNSEC3() -> FlatBuffer {
        var order: [(digest: SHA1Digest, node: Int)] = []
        for node in zone.nodes.indices where zone.nodes[node].labels == zone.apexLabels + 1 {
            guard places[node] != 0, hasNSEC3OfChain(node) else { continue }
            let start = Int(zone.nodes[node].nameStart)
            let label = zone.names.view.array(from: start + 1, count: Int(zone.nodes[node].nameLength) - 1)
            if let digest = SHA1Digest(label: label) { order.append((digest, node)) }
        }
        order.sort { $0.digest < $1.digest }
        checkNSEC3(order)
        var entries = FlatBuffer(capacity: order.count * DenialChain.nsec3Size)
        for (digest, node) in order {
            let place = entries.extend(by: DenialChain.nsec3Size)
            entries.store(digest.high, at: place)
            entries.store(digest.middle, at: place + 8)
            entries.store(digest.low, at: place + 16)
            entries.store(places[node], at: place + 20)
        }
        let chain = DenialChain(kind: .nsec3, entries: entries.view, parameters: parameters)
        var missing: Int?
        for node in zone.nodes.indices where isInChain(node) {
            zone.read(node, into: &key)
            let labels = key.labelCount
            let heap = composer.heap.view
            let own = chain.find(parameters.hash(key, labels: labels, saltIn: heap))
            var below = 0
            if needsWildcardDenial(node) {
                below =
                    chain.find(parameters.hash(key, labels: labels, isWildcardBelow: true, saltIn: heap)).node
            }
            link(node, own, below)
            if !own.isMatch, missing == nil, !mayLackNSEC3(node) { missing = node }
        }
        if let missing, !order.isEmpty {
            report(.brokenDenial, isError: false, node: missing) {
                "\($0.zone.name(of: missing)) has no NSEC3 record although the zone is signed"
            }
        }
        return entries
    }

    /// Whether a node has an NSEC3 record that was made with the zone's parameters.
    private func hasNSEC3OfChain(_ node: Int) -> Bool {
        if !zone.nodes[node].kinds.contains(.hashedDenial) { return false }
        return records(of: node).contains {
            let data = zone.octets(of: zone.records[$0])
            guard zone.records[$0].type == .nsec3, data.count > 5, data.count > 5 + Int(data[4]) else {
                return false
            }
            let iterations = Int(data[2]) << 8 | Int(data[3])
            return data[0] == 1 && iterations == parameters.iterations
                && data[5..<(5 + Int(data[4]))].elementsEqual(
                    composer.heap.view.array(from: parameters.saltStart, count: parameters.saltLength))
        }
    }

    /// With opt-out, insecure delegations and what is only there for them have no record (RFC 5155 §7.1).
    private func mayLackNSEC3(_ node: Int) -> Bool {
        let own = records(of: node)
        if own.isEmpty { return true }
        return zone.nodes[node].flags.contains(.delegation)
            && !own.contains { zone.records[$0].type == .ds }
    }

    /// Each record must have the hash of the next one.
    private mutating func checkNSEC3(_ order: [(digest: SHA1Digest, node: Int)]) {
        if order.isEmpty {
            return report(.brokenDenial, isError: false, node: 0) {
                "zone \($0.zone.origin) has NSEC3PARAM, and no NSEC3 record of these parameters"
            }
        }
        for (index, entry) in order.enumerated() {
            let next = order[index + 1 < order.count ? index + 1 : 0].digest
            guard let own = zone.first(.nsec3, of: entry.node) else {
                continue
            }
            let data = zone.octets(of: zone.records[own])
            let start = 6 + Int(data[4])
            if SHA1Digest(octets: data[start..<min(start + 20, data.count)]) == next { continue }
            let record = zone.records[own]
            return report(.brokenDenial, isError: false, node: entry.node, record: record) {
                "\($0.zone.name(of: entry.node)): the NSEC3 record does not name the next hash"
            }
        }
    }
}
