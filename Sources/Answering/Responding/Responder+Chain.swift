internal import Addresses
internal import DNSWire
internal import Zones

/// The answers that are put together per query: aliases, ANY, steered rrsets, and what isn't there.
extension Responder {
    /// Where a chain of aliases stands.
    private struct Step {
        /// The zone's place in the catalog.
        var index: Int
        /// How the zone knows the name.
        var found: Lookup
        /// The place of the zone that the question fell into.
        let firstIndex: Int
        /// Where the message has the name.
        var owner = MessageSize.header
        /// Whether the name is the question's.
        var isFirst: Bool { owner == MessageSize.header }
    }

    /// Goes on from what a zone knows of the name asked, through at most as many aliases as a ``NameSet``
    /// has room for. A chain that comes back to a name ends there, as NSD's and Knot's does.
    @inline(never)
    mutating func resolveFurther(
        _ type: RecordType, from client: IPAddress, over transport: Transport, zone index: Int,
        _ found: Lookup, _ draft: inout Draft
    ) {
        follow(type, from: client, over: transport, zone: index, found, &draft)
        countSteering(draft)
    }

    private mutating func follow(
        _ type: RecordType, from client: IPAddress, over transport: Transport, zone index: Int,
        _ found: Lookup, _ draft: inout Draft
    ) {
        visited.removeAll()
        compression.removeAll()
        _ = visited.insert(question.hash(labels: question.labelCount))
        var step = Step(index: index, found: found, firstIndex: index)
        while true {
            let isAlias = take(step, type, over: transport, client, &draft)
            guard isAlias, visited.insert(target.hash(labels: target.labelCount)) else { return }
            // `target` was read from the data of the record that was written last.
            step.owner = draft.aliasPlace
            let labels = target.labelCount
            step.index = table.catalog.find(target, atMost: labels)
            if step.index < 0 { return }
            if type == .ds, labels > 0, table.catalog[step.index].labels == labels {
                let parent = table.catalog.find(target, atMost: labels - 1)
                if parent >= 0 { step.index = parent }
            }
            let entry = table.catalog[step.index]
            if entry.isBroken || !entry.isOpen && !table.access.allows(client, list: entry.access) { return }
            step.found = entry.zone.lookup(target)
        }
    }

    /// Takes one step; true if it wrote an alias and `target` is the name that it leads to.
    private mutating func take(
        _ step: Step, _ type: RecordType, over transport: Transport, _ client: IPAddress,
        _ draft: inout Draft
    ) -> Bool {
        let entry = table.catalog[step.index]
        let zone = entry.zone
        let node = step.found.node
        switch step.found.match {
        case .absent:
            draft.code = .nameError
            denyFurther(step, zone, &draft)
            return false
        case .subtreeAlias:
            guard substitute(step, zone, &draft) else { return false }
            if type != .cname { return true }
            if !table.minimalResponses { enrich(zone, type, client, &draft) }
            return false
        case .delegation:
            let labels = step.isFirst ? question.labelCount : target.labelCount
            if type != .ds || step.found.labels != labels {
                referFurther(to: node, of: zone, &draft)
                return false
            }
        case .exact, .wildcard:
            break
        }
        if type == .any {
            let all = transport == .tcp || !table.minimalAny
            answerAny(step, entry, all: all, &draft)
            if all && !table.minimalResponses { enrich(zone, type, client, &draft) }
            return false
        }
        if let rrset = zone.rrset(of: node, type: type) {
            answer(step, rrset, entry, &draft)
            // The parent's servers are no help with a DS.
            if !table.minimalResponses && step.found.match != .delegation {
                enrich(zone, type, client, &draft)
            } else if type == .ns {
                addAddresses(type, client, &draft)
            }
            return false
        }
        guard zone.flags(of: node).contains(.alias), step.found.match != .delegation,
            let alias = zone.rrset(of: node, type: .cname)
        else {
            denyFurther(step, zone, &draft)
            return false
        }
        let start = draft.position
        if step.isFirst {
            guard draft.fits(alias.length) else { return false }
            let shift =
                step.found.match == .exact
                ? 0 : question.length - zone.nameLength(of: node) - zone.apexLength
            PreparedAnswer(alias, shift: shift, isAnswer: true, flags: 0)
                .copy(alias.length, from: zone.heap, to: draft.output, at: start)
            draft.position += alias.length
        } else {
            guard append(alias, of: zone, node: node, owner: step.owner, &draft) else { return false }
        }
        draft.answers += 1
        draft.aliasPlace = start + RRSet.recordHeader
        return target.read(in: draft.output, at: draft.aliasPlace, end: draft.position)
    }

    private mutating func answer(
        _ step: Step, _ rrset: RRSet, _ entry: ServedEntry, _ draft: inout Draft
    ) {
        if let place = steeredPlace(rrset, entry.marks) {
            if table.steering.addressCount(place) > 0 {
                draft.answers += appendSteered(place, rrset.type, owner: step.owner, &draft)
            } else {
                draft.isWithdrawn = true
                denyFurther(
                    step, entry.zone, maximumTTL: table.steering.negativeTimeToLive(place), &draft)
            }
        } else if append(rrset, of: entry.zone, node: step.found.node, owner: step.owner, &draft) {
            draft.answers += UInt16(rrset.count)
        }
    }

    /// All of the name's rrsets, or the first of them (RFC 8482 §4.1).
    private mutating func answerAny(_ step: Step, _ entry: ServedEntry, all: Bool, _ draft: inout Draft) {
        let zone = entry.zone
        let node = step.found.node
        let before = draft.answers
        var bound: UInt32?
        for index in 0..<zone.rrsetCount(of: node) {
            let rrset = zone.rrset(of: node, index: index)
            if let place = steeredPlace(rrset, entry.marks) {
                if table.steering.addressCount(place) == 0 {
                    draft.isWithdrawn = true
                    bound = min(bound ?? .max, table.steering.negativeTimeToLive(place))
                    continue
                }
                draft.answers += appendSteered(place, rrset.type, owner: step.owner, &draft)
            } else if append(rrset, of: zone, node: node, owner: step.owner, &draft) {
                draft.answers += UInt16(rrset.count)
            }
            if !all || draft.isTruncated { return }
        }
        if draft.answers == before { denyFurther(step, zone, maximumTTL: bound ?? .max, &draft) }
    }

    /// Writes a DNAME and the CNAME that it makes of the name (RFC 6672 §2.2, §3.1).
    private mutating func substitute(_ step: Step, _ zone: CompiledZone, _ draft: inout Draft) -> Bool {
        let node = step.found.node
        guard let rrset = zone.rrset(of: node, type: .dname) else { return false }
        // A DNAME may serve twice; its record is there once.
        if visited.insert(UInt64(truncatingIfNeeded: rrset.place) &* NameHash.root ^ UInt64(step.index)) {
            guard append(rrset, of: zone, node: node, owner: 0, &draft) else { return false }
            draft.answers += 1
        } else if visited.isFull {
            return false
        }
        let labels = step.found.labels
        let prefix = step.isFirst ? question.offset(labels: labels) : target.offset(labels: labels)
        let (length, hash) =
            step.isFirst
            ? (question.length, question.hash(labels: labels)) : (target.length, target.hash(labels: labels))
        let output = draft.output
        let suffix = rrset.start + RRSet.recordHeader
        let isName: Bool
        if step.isFirst {
            isName = spare.fill { index, _ in
                index < prefix
                    ? output.octet(at: MessageSize.header + index)
                    : UInt8(zone.heap.octet(at: suffix + index - prefix))
            }
        } else {
            isName = Self.fill(&spare, from: target, count: prefix, then: zone.heap, at: suffix)
        }
        if !isName {
            draft.code = .nameExists
            return false
        }
        let start = draft.position
        guard draft.fits(RRSet.recordHeader) else { return false }
        output.store(big16: UInt16(0xC000 | step.owner), at: start)
        output.store(big16: RecordType.cname.rawValue, at: start + 2)
        output.store(big16: 1, at: start + 4)
        output.store(big32: UInt32(bigEndian: zone.heap.word32(at: rrset.start + 6)), at: start + 6)
        draft.position = start + RRSet.recordHeader
        guard writeSpare(&draft) else {
            draft.position = start
            return false
        }
        output.store(big16: UInt16(draft.position - start - RRSet.recordHeader), at: start + 10)
        draft.answers += 1
        draft.aliasPlace = start + RRSet.recordHeader
        // A longer name below the same DNAME would only grow from step to step (NSD ends there too).
        if spare.length > length, spare.labelCount > labels, spare.hash(labels: labels) == hash {
            return false
        }
        return target.read(in: output, at: draft.aliasPlace, end: draft.position)
    }

    private static func fill(
        _ key: inout NameKey, from name: borrowing NameKey, count: Int, then heap: FlatView, at suffix: Int
    ) -> Bool {
        // A borrowed key can't be captured, so its octets are first taken out.
        var octets = [256 of UInt8](repeating: 0)
        for index in 0..<count { octets[index] = name.writtenOctet(at: index) }
        return key.fill { index, _ in
            index < count ? octets[index] : UInt8(heap.octet(at: suffix + index - count))
        }
    }

    private mutating func denyFurther(
        _ step: Step, _ zone: CompiledZone, maximumTTL: UInt32 = .max, _ draft: inout Draft
    ) {
        if step.isFirst && draft.answers == 0 {
            deny(zone, maximumTTL: maximumTTL, &draft)
        } else if step.index == step.firstIndex && maximumTTL == .max && draft.position < 0x3000 {
            // The question is a name of this zone, which the SOA's pointers lead into.
            guard draft.fits(zone.negative.length) else { return }
            let shift = question.length &- zone.apexLength
            PreparedAnswer(zone.negative, shift: shift, isAnswer: false, flags: 0).copyAnywhere(
                from: zone.heap, preparedFor: zone.apexLength, to: draft.output, at: draft.position)
            draft.position += zone.negative.length
            draft.authorities = 1
        } else if append(zone.negative, of: zone, node: zone.apexNode, owner: 0, maximumTTL: maximumTTL, &draft)
        {
            draft.authorities += 1
        }
    }

    private mutating func referFurther(to node: Int, of zone: CompiledZone, _ draft: inout Draft) {
        guard let servers = zone.rrset(of: node, type: .ns),
            append(servers, of: zone, node: node, owner: 0, &draft)
        else { return }
        draft.authorities += UInt16(servers.count)
        let glue = Glue(of: servers, in: zone.heap)
        var place = servers.length
        let position = draft.position
        for _ in 0..<glue.requiredCount {
            guard appendRecord(&place, of: servers, zone, node: node, owner: nil, &draft) else {
                draft.position = position
                draft.additionals = 0
                return
            }
            draft.additionals += 1
        }
        let wasTruncated = draft.isTruncated
        for _ in 0..<glue.optionalCount {
            guard appendRecord(&place, of: servers, zone, node: node, owner: nil, &draft) else { break }
            draft.additionals += 1
        }
        draft.isTruncated = wasTruncated
    }
}
