internal import DNSWire

/// Makes a compiled zone of what a builder has gathered.
struct ZoneCompiler: ~Copyable {
    var zone: PendingZone
    let limits: ZoneLimits
    var issues: IssueList
    var composer: AnswerComposer
    var key = NameKey()
    /// Where each node lies in the heap, in units of eight octets; 0 for those that have no place there.
    var places: [UInt32]
    /// Whether any record is signed.
    var isSigned = false
    /// How the zone proves what it doesn't have.
    var denialKind = DenialKind.none
    /// How it hashes names.
    var parameters = NSEC3Parameters.none
    private var recordCount = 0
    private var serial: UInt32 = 0

    init(_ zone: consuming PendingZone, limits: ZoneLimits, issues: IssueList) {
        let room = zone.nodes.count * 24 + zone.names.view.count + zone.records.count * 32 + zone.data.count
        composer = AnswerComposer(capacity: room)
        places = Array(repeating: 0, count: zone.nodes.count)
        self.limits = limits
        self.issues = issues
        self.zone = zone
    }

    /// The zone, or nil if any issue is an error.
    ///
    /// - Parameter now: Seconds since 1970, by which signatures are judged; nil: they aren't.
    mutating func compile(at now: UInt32?) -> (zone: Zone?, issues: [ZoneIssue]) {
        checkApex()
        findSignatures()
        markCuts()
        checkNodes()
        checkNameServers()
        checkForms()
        if issues.hasErrors { return (nil, issues.all(of: zone.origin)) }

        _ = composer.heap.extend(by: CompiledZone.apexName)
        let apex = zone.origin.lowercased.wire
        let apexPlace = composer.heap.extend(by: apex.count)
        composer.heap.copy(apex, from: 0, count: apex.count, to: apexPlace)
        findDenials()
        let negative = composeNegative()
        var deepest = 0
        var nodeCount = 0
        for node in zone.nodes.indices where !zone.nodes[node].isOccluded {
            compose(node)
            if zone.nodes[node].isHidden { continue }
            deepest = max(deepest, Int(zone.nodes[node].labels))
            nodeCount += 1
        }
        reportOccluded()
        if issues.hasErrors { return (nil, issues.all(of: zone.origin)) }
        linkWildcards()
        // Places of steered rrsets, and of denials, are known by 31 and 32 bits.
        if composer.heap.count > 16 << 30 {
            report(.zoneTooLarge, node: 0, "the compiled zone has more than 16 GB")
            return (nil, issues.all(of: zone.origin))
        }
        let denials = FlatMemory(linkDenials())
        if isSigned, let now { checkSignatureTimes(at: now) }
        let slots = FlatMemory(makeSlots(nodeCount: nodeCount))
        let apexLength = apex.count
        let apexNode = Int(places[0]) * 8
        let heap = FlatMemory(takeHeap())
        let head = ZoneHead(
            slots: slots.view, heap: heap.view, apexLabels: zone.apexLabels, apexLength: apexLength,
            deepest: deepest, apexNode: apexNode, negative: negative, isSigned: isSigned,
            denials: DenialChain(kind: denialKind, entries: denials.view, parameters: parameters))
        return (
            Zone(
                origin: zone.origin, serial: serial, recordCount: recordCount, head: head, heap: heap,
                slots: slots, denials: denials), issues.all(of: zone.origin)
        )
    }

    private mutating func takeHeap() -> FlatBuffer {
        var taken = AnswerComposer(capacity: 0)
        swap(&taken, &composer)
        return taken.heap
    }

    /// Notes an issue about a node.
    mutating func report(
        _ kind: ZoneIssue.Kind, isError: Bool = true, node: Int, record: PendingRecord? = nil,
        _ message: String
    ) {
        issues.append(isError: isError) {
            ZoneIssue(
                kind, isError: isError, owner: zone.name(of: node), type: record?.type,
                location: record?.location, message: message)
        }
    }

    /// The indices of a node's records, in the order in which they came.
    func records(of node: Int) -> [Int] {
        var indices: [Int] = []
        var next = zone.nodes[node].first
        while next != PendingNode.none {
            indices.append(Int(next))
            next = zone.records[Int(next)].next
        }
        return indices
    }

    /// The SOA for negative answers: with the smaller of its TTL and its last field (RFC 2308 §3).
    private mutating func composeNegative() -> RRSet {
        // checkApex has seen to it that there is exactly one.
        guard let index = records(of: 0).first(where: { zone.records[$0].type == .soa }) else {
            return RRSet(type: .soa, count: 0, length: 0, relocationCount: 0, start: 0, place: 0)
        }
        let record = zone.records[index]
        let end = Int(record.dataStart) + Int(record.dataLength)
        func number(_ start: Int) -> UInt32 {
            zone.data[start..<(start + 4)].reduce(0) { $0 << 8 | UInt32($1) }
        }
        serial = number(end - 20)
        reserveFront()
        let start = composer.begin(owner: 0, of: zone, hasSeveral: true)
        let ttl = min(record.ttl, number(end - 4))
        composer.append(record, ttl: ttl, data: zone.data, movesOwner: true)
        let length = composer.blockLength
        composeSignatures(
            records(of: 0).filter { zone.records[$0].type == .rrsig && covered(by: zone.records[$0]) == .soa },
            of: .soa, node: 0, block: start,
            maximumTTL: ttl, movesOwner: true)
        composer.appendRelocations()
        return RRSet(
            type: .soa, count: 1, length: length, relocationCount: composer.relocations.count, start: start,
            place: 0)
    }

    /// Writes a node: its name, the directory of its rrsets and their answers.
    private mutating func compose(_ node: Int) {
        let name = zone.nodes[node]
        composer.align(to: 8)
        if denialKind != .none { _ = composer.heap.extend(by: 8) }
        let start = composer.heap.extend(by: 8 + (Int(name.nameLength) + 3) & ~3)
        places[node] = UInt32(truncatingIfNeeded: start / 8)
        composer.heap.store(name.nameLength, at: start)
        composer.heap.store(name.flags.rawValue, at: start + 1)
        composer.heap.copy(
            zone.names.view, from: Int(name.nameStart), count: Int(name.nameLength), to: start + 8)

        if name.first == PendingNode.none { return }
        if zone.records[Int(name.first)].next == PendingNode.none, !name.flags.contains(.delegation) {
            if zone.records[Int(name.first)].type == .rrsig { return reportUnused([Int(name.first)], of: node) }
            compose(
                [Int(name.first)][...], signatures: [], of: node, at: start,
                directory: composer.heap.extend(by: 12))
            composer.heap.store(UInt16(1).littleEndian, at: start + 2)
            return
        }
        var sorted = records(of: node)
        var signatures: [Int] = []
        if isSigned {
            signatures = sorted.filter { zone.records[$0].type == .rrsig }
            sorted.removeAll { zone.records[$0].type == .rrsig }
        }
        let isCut = name.flags.contains(.delegation)
        if isCut { sorted.removeAll { !isAtCut(zone.records[$0].type) } }
        // Stable, since the order within an rrset is the zone's.
        sorted = sorted.enumerated().sorted {
            (zone.records[$0.element].type, $0.offset) < (zone.records[$1.element].type, $1.offset)
        }.map(\.element)
        var types = 0
        for index in sorted.indices
        where index == 0 || zone.records[sorted[index]].type != zone.records[sorted[index - 1]].type {
            types += 1
        }
        if let most = limits.typesPerName, types > most {
            report(
                .beyondLimit, node: node, record: zone.records[sorted[0]],
                "\(zone.name(of: node)) has more than \(most) types (max-types-per-name)")
            return
        }
        composer.heap.store(UInt16(types).littleEndian, at: start + 2)
        var directory = composer.heap.extend(by: types * RRSet.entrySize)
        var rest = sorted[...]
        while let first = rest.first {
            let type = zone.records[first].type
            let rrset = rest.prefix { zone.records[$0].type == type }
            rest = rest.dropFirst(rrset.count)
            // The servers at a cut are the child's to sign (RFC 4035 §2.2).
            let own = isCut && type == .ns ? [] : signatures.filter { covered(by: zone.records[$0]) == type }
            compose(rrset, signatures: own, of: node, at: start, directory: directory)
            directory += RRSet.entrySize
        }
        if !signatures.isEmpty {
            let types = Set(sorted.map { zone.records[$0].type }.filter { !isCut || $0 != .ns })
            reportUnused(signatures.filter { !types.contains(covered(by: zone.records[$0])) }, of: node)
        }
    }

    /// The types that a delegation's parent answers for, or needs for the referral.
    private func isAtCut(_ type: RecordType) -> Bool {
        type == .ns || type == .ds || type == .nsec
    }

    /// Writes the answer of an rrset and its entry in the directory.
    private mutating func compose(
        _ rrset: ArraySlice<Int>, signatures: [Int], of node: Int, at nodePlace: Int, directory: Int
    ) {
        guard let first = rrset.first else { return }
        let type = zone.records[first].type
        if let most = limits.recordsPerType, rrset.count > most {
            report(
                .beyondLimit, node: node, record: zone.records[rrset[rrset.startIndex + most]],
                "\(zone.name(of: node)) has more than \(most) \(type) records (max-records-per-type)")
            return
        }
        let isReferral = type == .ns && zone.nodes[node].flags.contains(.delegation)
        let hasGlue = isReferral || type == .ns && node == 0
        if rrset.count > 1 { checkRRSet(rrset, of: node) }
        if hasGlue {
            composer.align(to: 4)
            _ = composer.heap.extend(by: 8)
        }
        if hasGlue || isSigned { reserveFront() }
        let isPlain = CompressibleNames(in: type).count == 0
        // Only compression looks at the owner; the name of most nodes is never made.
        let start =
            isPlain
            ? composer.begin()
            : composer.begin(
                owner: node, of: zone, hasSeveral: rrset.count > 1 || type == .soa || type.rawValue == 14)
        let ttl = zone.records[first].ttl
        var count = 0
        var targets: [(record: Int, place: Int)] = []
        for index in rrset where !zone.records[index].isDuplicate {
            let record = zone.records[index]
            if composer.blockLength + Int(record.dataLength) > Self.largestRRSet {
                report(
                    .tooLarge, node: node, record: record,
                    "the \(type) records of \(zone.name(of: node)) do not fit into a message")
                return
            }
            let place = composer.append(
                record, ttl: ttl, data: zone.data, movesOwner: isReferral)
            targets.append((index, place))
            count += 1
        }
        recordCount += count
        let length = composer.blockLength
        if hasGlue { composeGlue(targets, node: node, block: start, length: length) }
        if !signatures.isEmpty {
            recordCount += composeSignatures(signatures, of: type, node: node, block: start)
        }
        composer.appendRelocations()
        let entry =
            UInt64(type.rawValue) | UInt64(count) << 16 | UInt64(length) << 32
            | UInt64(composer.relocations.count) << 48
        composer.heap.store(entry.littleEndian, at: directory)
        composer.heap.store(UInt32(start - nodePlace).littleEndian, at: directory + 8)
    }

    /// Room for the numbers of an rrset's signatures, right in front of it.
    private mutating func reserveFront() {
        composer.align(to: 4)
        _ = composer.heap.extend(by: 4)
    }

    /// Writes the signatures of an rrset behind it; their number.
    @discardableResult
    private mutating func composeSignatures(
        _ signatures: [Int], of type: RecordType, node: Int, block: Int, maximumTTL: UInt32 = .max,
        movesOwner: Bool = false
    ) -> Int {
        let before = composer.blockLength
        var count = 0
        if signatures.count > 1 { checkRRSet(signatures[...], of: node) }
        for index in signatures {
            let record = zone.records[index]
            if record.isDuplicate { continue }
            if composer.blockLength + Int(record.dataLength) > Self.largestRRSet {
                report(
                    .tooLarge, node: node, record: record,
                    "the \(type) records of \(zone.name(of: node)) and their signatures do not fit into a message"
                )
                return count
            }
            composer.append(
                record, ttl: min(record.ttl, maximumTTL), data: zone.data, movesOwner: movesOwner)
            count += 1
        }
        composer.heap.store(UInt16(count).littleEndian, at: block - 4)
        composer.heap.store(UInt16(composer.blockLength - before).littleEndian, at: block - 2)
        return count
    }

    // What a message has room for beside header, the longest question, the OPT record and a further name.
    private static let largestRRSet =
        MessageSize.maximum - MessageSize.question - MessageSize.opt - MessageSize.name - 512

    /// Adds to a referral the addresses of its servers: first those below the cut, then others of the zone.
    private mutating func composeGlue(
        _ targets: [(record: Int, place: Int)], node: Int, block: Int, length: Int
    ) {
        let owner = Int(zone.nodes[node].nameLength) + zone.origin.wire.count
        var counts: [UInt16] = [0, 0]
        var ends = [length, length]
        var isReported = false
        for isRequired in [true, false] {
            let which = isRequired ? 0 : 1
            var seen: Set<Int> = []
            for target in targets {
                guard let server = self.node(ofNameIn: zone.records[target.record]),
                    seen.insert(server).inserted,
                    isRequired == isBelow(server, cut: node)
                else { continue }
                let pointer = MessageSize.header + owner + 4 + target.place
                for index in records(of: server) {
                    let record = zone.records[index]
                    guard record.type == .a || record.type == .aaaa, !record.isDuplicate else { continue }
                    if pointer > 0x3FFF - MessageSize.name
                        || composer.blockLength + RRSet.recordHeader + 16 >= Self.largestRRSet
                    {
                        if isRequired, node != 0, !isReported {
                            // RFC 9471 §3.1: a referral is not whole without them.
                            isReported = true
                            report(
                                .tooLarge, node: node, record: record,
                                "the glue of \(zone.name(of: node)) does not fit into a message")
                        }
                        continue
                    }
                    composer.append(
                        record, ttl: record.ttl, data: zone.data, pointer: pointer, movesOwner: true)
                    counts[which] += 1
                    if zone.nodes[server].isOccluded || zone.nodes[server].flags.contains(.delegation),
                        !record.isGlue
                    {
                        zone.records[index].isGlue = true
                        recordCount += 1
                    }
                }
            }
            ends[which] = composer.blockLength
        }
        composer.heap.store(counts[0], at: block - 12)
        composer.heap.store(counts[1], at: block - 10)
        composer.heap.store(UInt16(ends[0] - length), at: block - 8)
        composer.heap.store(UInt16(ends[1] - ends[0]), at: block - 6)
    }

    private mutating func linkWildcards() {
        for node in zone.nodes.indices
        where zone.nodes[node].flags.contains(.isWildcard) && places[node] != 0 && node != 0 {
            let parent = Int(places[Int(zone.nodes[node].parent)]) * 8
            composer.heap.store(places[node].littleEndian, at: parent + 4)
        }
    }

    /// The table of nodes by hash: five eighths full, a small one a quarter.
    private func makeSlots(nodeCount: Int) -> FlatBuffer {
        let count = nodeCount < 64 ? max(16, nodeCount * 4) : nodeCount * 8 / 5
        var slots = FlatBuffer(capacity: count * 8)
        _ = slots.extend(by: count * 8)
        for node in zone.nodes.indices where places[node] != 0 && !zone.nodes[node].isHidden {
            let hash = zone.nodes[node].hash
            var slot = Int(hash.multipliedFullWidth(by: UInt64(count)).high)
            while slots.word64(at: slot * 8) != 0 { slot = slot + 1 == count ? 0 : slot + 1 }
            slots.store(hash << 32 | UInt64(places[node]), at: slot * 8)
        }
        return slots
    }
}
