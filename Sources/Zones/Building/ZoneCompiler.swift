internal import DNSWire

/// Makes a compiled zone of what a builder has gathered.
struct ZoneCompiler: ~Copyable {
    var zone: PendingZone
    let limits: ZoneLimits
    var issues: IssueList
    var composer: AnswerComposer
    var key = NameKey()
    /// The table of names.
    var table = SlotTable(nameCount: 0, at: 0)
    /// Where each node lies in the heap, in units of eight octets; 0 for those that have no place there.
    var places: Column<UInt32>
    /// Whether it won't be in the nearer caches of a processor: what a query has to fetch then costs more than all else.
    let isLarge: Bool
    /// Whether any record is signed.
    var isSigned = false
    /// How the zone proves what it doesn't have.
    var denialKind = DenialKind.none
    /// How it hashes names.
    var parameters = NSEC3Parameters.none
    /// The records of the node that is being written, in the order of its directory: ranks above, indices below.
    private var order = Column<UInt64>(capacity: 16)
    /// The name servers of the rrset that is being written.
    private var servers = Column<WrittenServer>(capacity: 16)
    var recordCount = 0
    /// The aliases that lead to a name of the zone that was not written when they were.
    var aliases = Column<LinkedAlias>(capacity: 16)
    /// Whether names with a single record can be written in one go.
    private var mayWriteSingle = false
    /// Octets that are left for addresses that referrals don't need. Hosts that many delegations share are written
    /// behind each of them, so that without a bound a small file would fill all memory.
    private var glueRoom: Int
    /// Records that name a server, and others that lead to another name, in the order of their nodes.
    var serverReferences = Column<Reference>(capacity: 16)
    var references = Column<Reference>(capacity: 16)
    /// Nodes at which something may have a doubtful form.
    var doubtful = Column<UInt32>(capacity: 16)
    private var serial: UInt32 = 0

    /// A record that names a server, and where its data begins in the block.
    private struct WrittenServer: BitwiseCopyable {
        var record: UInt32
        var place: UInt32
    }

    /// What the rank of a signature has besides the type that it covers: all come after all else.
    private static let signatureRank = 1 << 16
    /// As many names as go by while a line of the table comes from memory, and more than that.
    private static let ahead = 24
    /// Places of steered rrsets, and of denials, are known by 31 and 32 bits, in units of eight octets; those of nodes
    /// by twice as many.
    private static let largestHeap = 16 << 30

    init(_ zone: consuming PendingZone, limits: ZoneLimits, issues: IssueList) {
        let room = zone.nodes.count * 24 + zone.nameOctets + zone.records.count * 32 + zone.data.count
        composer = AnswerComposer(capacity: room + SlotTable.mostSize(nameCount: zone.nodes.count))
        isLarge = room >= 4 << 20
        glueRoom = room + (64 << 20)
        places = Column(zeros: zone.nodes.count)
        self.limits = limits
        self.issues = issues
        self.zone = zone
    }

    /// The zone, or nil if any issue is an error.
    ///
    /// - Parameter now: Seconds since 1970, by which signatures are judged; nil: they aren't.
    mutating func compile(at now: UInt32?) -> (zone: Zone?, issues: [ZoneIssue]) {
        checkApex()
        isSigned = zone.kinds.contains(.signature)
        for node in zone.nodes.indices {
            markCut(node)
            checkNode(node)
        }
        // Of many warnings only the first are kept: those of name servers come first, those of forms after all targets.
        followReferences()
        checkForms()
        if issues.hasErrors { return (nil, issues.all(of: zone.origin)) }

        _ = composer.heap.extend(by: CompiledZone.apexName)
        let apex = zone.origin.lowercased.wire
        let apexPlace = composer.heap.extend(by: apex.count)
        composer.heap.copy(apex, from: 0, count: apex.count, to: apexPlace)
        findDenials()
        makeTable()
        mayWriteSingle =
            !isSigned && denialKind == .none && limits.recordsPerType ?? 1 > 0 && limits.typesPerName ?? 1 > 0
        let negative = composeNegative()
        var deepest = 0
        for node in zone.nodes.indices where !zone.nodes[node].isOccluded {
            if node + Self.ahead < zone.nodes.count {
                composer.heap.prefetch(at: table.place(of: zone.nodes[node + Self.ahead].hash))
            }
            if !mayWriteSingle || !composeSingle(node) {
                compose(node)
                if isLarge { fitIntoLines(node) }
            }
            if !isEntered(node) { continue }
            table.enter(places[node], of: zone.nodes[node].hash, in: &composer.heap)
            deepest = max(deepest, Int(zone.nodes[node].labels))
            if composer.heap.count > Self.largestHeap {
                report(.zoneTooLarge, node: 0) { _ in "the compiled zone has more than 16 GB" }
                return (nil, issues.all(of: zone.origin))
            }
        }
        reportOccluded()
        if issues.hasErrors { return (nil, issues.all(of: zone.origin)) }
        linkAliases()
        linkWildcards()
        let denials = FlatMemory(linkDenials())
        if isSigned, let now { checkSignatureTimes(at: now) }
        let apexLength = apex.count
        let apexNode = Int(places[0]) * 8
        let heap = FlatMemory(takeHeap())
        let head = ZoneHead(
            heap: heap.view, slots: table.start..<(table.start + table.size), apexLabels: zone.apexLabels,
            apexLength: apexLength,
            deepest: deepest, apexNode: apexNode, negative: negative, isSigned: isSigned,
            denials: DenialChain(kind: denialKind, entries: denials.view, parameters: parameters))
        return (
            Zone(
                origin: zone.origin, serial: serial, recordCount: recordCount, head: head, heap: heap,
                denials: denials), issues.all(of: zone.origin)
        )
    }

    /// Lays out the table of names, for those that are nodes and can be asked for.
    private mutating func makeTable() {
        var count = 0
        for node in zone.nodes.indices where isEntered(node) { count += 1 }
        composer.align(to: SlotTable.lineSize)
        table = SlotTable(nameCount: count, at: composer.heap.count)
        for node in zone.nodes.indices where isEntered(node) { table.expect(zone.nodes[node].hash) }
        _ = composer.heap.extend(by: table.size)
    }

    @inline(__always)
    private func isEntered(_ node: Int) -> Bool { !zone.nodes[node].isOccluded && !zone.nodes[node].isHidden }

    private mutating func takeHeap() -> FlatBuffer {
        var taken = AnswerComposer(capacity: 0)
        swap(&taken, &composer)
        return taken.heap
    }

    /// Notes an issue about a node; what it says is made only if it is kept.
    mutating func report(
        _ kind: ZoneIssue.Kind, isError: Bool = true, node: Int, record: PendingRecord? = nil,
        _ message: (borrowing ZoneCompiler) -> String
    ) {
        if !issues.count(isError: isError) { return }
        issues.keep(
            ZoneIssue(
                kind, isError: isError, owner: zone.name(of: node), type: record?.type,
                location: record?.location, message: message(self)))
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
        guard let index = zone.first(.soa, of: 0) else {
            return RRSet(type: .soa, count: 0, length: 0, relocationCount: 0, start: 0, place: 0)
        }
        let record = zone.records[index]
        let end = Int(record.dataLength)
        serial = zone.word32(end - 20, of: record)
        reserveFront()
        let start = composer.begin(owner: 0, of: &zone, hasSeveral: true)
        let ttl = min(record.ttl, zone.word32(end - 4, of: record))
        composer.append(record, of: &zone, ttl: ttl, movesOwner: true)
        let length = composer.blockLength
        sortRecords(of: 0)
        composeSignatures(
            signatures(of: .soa, from: 0), of: .soa, node: 0, block: start, maximumTTL: ttl, movesOwner: true)
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
        let isCut = name.flags.contains(.delegation)
        let (plain, types) = sortRecords(of: node)
        if let most = limits.typesPerName, types > most {
            report(.beyondLimit, node: node, record: record(0)) {
                "\($0.zone.name(of: node)) has more than \(most) types (max-types-per-name)"
            }
            return
        }
        composer.heap.store(UInt16(types).littleEndian, at: start + 2)
        var directory = composer.heap.extend(by: types * RRSet.entrySize)
        var first = 0
        var unused = plain
        while first < plain {
            let type = record(first).type
            var end = first + 1
            while end < plain, rank(end) == rank(first) { end += 1 }
            // The servers at a cut are the child's to sign (RFC 4035 §2.2).
            let own = isCut && type == .ns ? plain..<plain : signatures(of: type, from: unused)
            if isSigned { reportUnused(unused..<max(own.lowerBound, unused), of: node) }
            unused = max(own.upperBound, unused)
            compose(first..<end, signatures: own, of: node, at: start, directory: directory)
            directory += RRSet.entrySize
            first = end
        }
        reportUnused(unused..<order.count, of: node)
    }

    /// Lets the node that was just written begin with a cache line, if it lies in more of them than it has to.
    private mutating func fitIntoLines(_ node: Int) {
        let start = Int(places[node]) * 8
        let missing = AnswerComposer.octetsToFit(composer.heap.count - start, at: start)
        if missing == 0 { return }
        // With it goes the word of its denials in front of it.
        composer.heap.insert(zeros: missing, at: denialKind == .none ? start : start - 8)
        places[node] += UInt32(missing / 8)
    }

    /// Puts a node's records into the order of its directory; how many of them are no signatures, and of how many
    /// types they are. Within a type the order stays the zone's.
    @discardableResult
    private mutating func sortRecords(of node: Int) -> (plain: Int, types: Int) {
        order.removeAll()
        let isCut = zone.nodes[node].flags.contains(.delegation)
        var signatures = 0
        var next = zone.nodes[node].first
        while next != PendingNode.none {
            let record = zone.records[Int(next)]
            var rank = Int(record.type.rawValue)
            if record.type == .rrsig {
                rank = Self.signatureRank | Int(covered(by: record).rawValue)
                signatures += 1
            }
            if !isCut || rank >= Self.signatureRank || isAtCut(record.type) {
                order.append(UInt64(rank) << 32 | UInt64(next))
            }
            next = record.next
        }
        order.sort(by: <)
        let plain = order.count - signatures
        var types = 0
        for index in 0..<plain where index == 0 || rank(index) != rank(index - 1) { types += 1 }
        return (plain, types)
    }

    /// The rank of a record of the node that is being written.
    private func rank(_ index: Int) -> Int { Int(order[index] >> 32) }

    func recordIndex(_ index: Int) -> Int { Int(UInt32(truncatingIfNeeded: order[index])) }

    func record(_ index: Int) -> PendingRecord { zone.records[recordIndex(index)] }

    /// Where the signatures of a type lie in the order, or would, from an index on.
    private mutating func signatures(of type: RecordType, from index: Int) -> Range<Int> {
        if !isSigned { return order.count..<order.count }
        let rank = Self.signatureRank | Int(type.rawValue)
        var start = index
        while start < order.count, self.rank(start) < rank { start += 1 }
        var end = start
        while end < order.count, self.rank(end) == rank { end += 1 }
        return start..<end
    }

    /// The types that a delegation's parent answers for, or needs for the referral.
    private func isAtCut(_ type: RecordType) -> Bool {
        type == .ns || type == .ds || type == .nsec
    }

    /// Writes the answer of an rrset, a run of the order, and its entry in the directory.
    private mutating func compose(
        _ rrset: Range<Int>, signatures: Range<Int>, of node: Int, at nodePlace: Int, directory: Int
    ) {
        let (type, ttl) = (record(rrset.lowerBound).type, record(rrset.lowerBound).ttl)
        if let most = limits.recordsPerType, rrset.count > most {
            report(.beyondLimit, node: node, record: record(rrset.lowerBound + most)) {
                "\($0.zone.name(of: node)) has more than \(most) \(type) records (max-records-per-type)"
            }
            return
        }
        let isReferral = type == .ns && zone.nodes[node].flags.contains(.delegation)
        let hasGlue = isReferral || type == .ns && node == 0
        if rrset.count > 1 { checkRRSet(rrset, of: node) }
        if hasGlue {
            composer.align(to: 4)
            _ = composer.heap.extend(by: 8)
            servers.removeAll()
        }
        if hasGlue || isSigned { reserveFront() }
        let start = composer.begin(
            owner: node, of: &zone, hasSeveral: rrset.count > 1 || type == .soa || type.rawValue == 14)
        var count = 0
        for index in rrset {
            let record = record(index)
            if record.isDuplicate { continue }
            if composer.blockLength + Int(record.dataLength) > Self.largestRRSet {
                report(.tooLarge, node: node, record: record) {
                    "the \(type) records of \($0.zone.name(of: node)) do not fit into a message"
                }
                return
            }
            let place = composer.append(record, of: &zone, ttl: ttl, movesOwner: isReferral)
            if hasGlue {
                servers.append(WrittenServer(record: UInt32(recordIndex(index)), place: UInt32(place)))
            }
            count += 1
        }
        recordCount += count
        let length = composer.blockLength
        if hasGlue {
            let reserved = signatures.reduce(0) { $0 + RRSet.recordHeader + Int(record($1).dataLength) }
            composeGlue(node: node, block: start, length: length, reserved: reserved)
        }
        if !signatures.isEmpty {
            recordCount += composeSignatures(signatures, of: type, node: node, block: start)
        }
        composer.appendRelocations()
        if type == .cname, !isSigned {
            noteAlias(node, at: nodePlace, to: record(rrset.lowerBound).target, ttl: ttl)
        }
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
        _ signatures: Range<Int>, of type: RecordType, node: Int, block: Int, maximumTTL: UInt32 = .max,
        movesOwner: Bool = false
    ) -> Int {
        let before = composer.blockLength
        var count = 0
        if signatures.count > 1 { checkRRSet(signatures, of: node) }
        for index in signatures {
            let record = record(index)
            if record.isDuplicate { continue }
            if composer.blockLength + Int(record.dataLength) > Self.largestRRSet {
                report(.tooLarge, node: node, record: record) {
                    "the \(type) records of \($0.zone.name(of: node)) and their signatures do not fit into a message"
                }
                return count
            }
            composer.append(record, of: &zone, ttl: min(record.ttl, maximumTTL), movesOwner: movesOwner)
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
    ///
    /// - Parameter reserved: Octets that the signatures will need, which glue must not push out.
    private mutating func composeGlue(node: Int, block: Int, length: Int, reserved: Int) {
        let limit = Self.largestRRSet - reserved
        let required = appendGlue(isRequired: true, node: node, limit: limit)
        let end = composer.blockLength
        var optional = 0
        if glueRoom > 0 {
            optional = appendGlue(isRequired: false, node: node, limit: limit)
            glueRoom -= composer.blockLength - end
            if glueRoom <= 0 { reportGlueRoom(at: node) }
        }
        composer.heap.store(UInt16(required), at: block - 12)
        composer.heap.store(UInt16(optional), at: block - 10)
        composer.heap.store(UInt16(end - length), at: block - 8)
        composer.heap.store(UInt16(composer.blockLength - end), at: block - 6)
        for index in servers.indices {
            let target = zone.records[Int(servers[index].record)].target
            if target != PendingNode.none { zone.nodes[Int(target)].isInReferral = false }
        }
    }

    private mutating func reportGlueRoom(at node: Int) {
        if !issues.count(isError: false) { return }
        issues.keep(
            ZoneIssue(
                .zoneTooLarge, isError: false, owner: zone.name(of: node), type: .ns,
                message:
                    "name servers that many delegations share have so many addresses that further referrals "
                    + "come without those that they don't need"))
    }

    /// Octets of a host's addresses, and the records that were looked at for them.
    private func addressLength(ofHost node: Int) -> (octets: Int, records: Int) {
        var octets = 0
        var records = 0
        var next = zone.nodes[node].first
        while next != PendingNode.none {
            let record = zone.records[Int(next)]
            next = record.next
            records += 1
            if record.type == .a || record.type == .aaaa, !record.isDuplicate {
                octets += RRSet.recordHeader + Int(record.dataLength)
            }
        }
        return (octets, records)
    }

    /// The number of addresses added.
    private mutating func appendGlue(isRequired: Bool, node: Int, limit: Int) -> Int {
        let owner = Int(zone.nodes[node].nameLength) + zone.apex.length
        var count = 0
        var isReported = false
        for index in servers.indices {
            let target = zone.records[Int(servers[index].record)].target
            guard target != PendingNode.none else { continue }
            let server = Int(target)
            if zone.nodes[server].isInReferral || isRequired != isBelow(server, cut: node) { continue }
            zone.nodes[server].isInReferral = true
            let isGlue = zone.nodes[server].isOccluded || zone.nodes[server].flags.contains(.delegation)
            let pointer = MessageSize.header + owner + 4 + Int(servers[index].place)
            var next = zone.nodes[server].first
            // All addresses of a host or none: half an rrset is none (RFC 2181 §9).
            let (octets, looks) = addressLength(ofHost: server)
            let isWhole =
                pointer <= 0x3FFF - MessageSize.name && composer.blockLength + octets < limit
            if !isRequired {
                // To look is not for nothing either.
                glueRoom -= looks
                if !isWhole { continue }
            }
            while next != PendingNode.none {
                let (place, record) = (Int(next), zone.records[Int(next)])
                next = record.next
                guard record.type == .a || record.type == .aaaa, !record.isDuplicate else { continue }
                if !isWhole {
                    if node != 0, !isReported {
                        // RFC 9471 §3.1: a referral is not whole without them.
                        isReported = true
                        report(.tooLarge, node: node, record: record) {
                            "the glue of \($0.zone.name(of: node)) does not fit into a message"
                        }
                    }
                    continue
                }
                composer.append(record, of: &zone, ttl: record.ttl, pointer: pointer, movesOwner: true)
                count += 1
                if isGlue, !record.isGlue {
                    zone.records[place].isGlue = true
                    recordCount += 1
                }
            }
        }
        return count
    }

    private mutating func linkWildcards() {
        if !zone.hasWildcards { return }
        for node in zone.nodes.indices
        where zone.nodes[node].flags.contains(.isWildcard) && places[node] != 0 && node != 0 {
            let parent = Int(places[Int(zone.nodes[node].parent)]) * 8
            composer.heap.store(places[node].littleEndian, at: parent + 4)
        }
    }
}
