internal import Addresses
internal import DNSWire
internal import Zones

/// The answers that are put together per query: aliases that lead elsewhere, ANY, steered rrsets, and what isn't there.
extension Responder {
    /// Goes on from what a zone knows of the name asked, through at most as many aliases as a ``NameSet``
    /// has room for. A chain that comes back to a name ends there, as NSD's and Knot's does.
    @inline(never)
    mutating func resolveFurther(
        _ type: RecordType, from client: IPAddress, over transport: Transport, zone index: Int,
        _ found: Lookup, _ draft: inout Draft
    ) {
        proofs.removeAll()
        follow(type, from: client, over: transport, zone: index, found, &draft)
        writeProofs(&draft)
        countSteering(draft)
    }

    private mutating func follow(
        _ type: RecordType, from client: IPAddress, over transport: Transport, zone index: Int,
        _ found: Lookup, _ draft: inout Draft
    ) {
        visited.removeAll()
        substituted.removeAll()
        compression.removeAll()
        _ = visited.insert(question.hash(labels: question.labelCount))
        var step = ChainStep(index: index, found: found, firstIndex: index)
        while true {
            let isAlias = take(step, type, over: transport, client, &draft)
            guard isAlias, visited.insert(target.hash(labels: target.labelCount)) else { return }
            // `target` was read from the data of the record that was written last.
            step.owner = draft.aliasPlace
            // Beyond the reach of a pointer (RFC 1035 §4.1.4) nothing can be said of it; the client goes on from it.
            if step.owner > 0x3FFF { return }
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
        _ step: ChainStep, _ type: RecordType, over transport: Transport, _ client: IPAddress,
        _ draft: inout Draft
    ) -> Bool {
        let entry = table.catalog[step.index]
        let zone = entry.zone
        let node = step.found.node
        switch step.found.match {
        case .absent:
            draft.code = .nameError
            denyFurther(step, zone, &draft)
            if draft.wantsDNSSEC { proveAbsence(step, zone) }
            return false
        case .subtreeAlias:
            guard substitute(step, zone, &draft) else { return false }
            if type != .cname { return true }
            if !table.minimalResponses { enrich(zone, type, client, &draft) }
            return false
        case .delegation:
            let labels = step.isFirst ? question.labelCount : target.labelCount
            if type != .ds || step.found.labels != labels {
                referFurther(step, zone, &draft)
                return false
            }
        case .exact, .wildcard:
            break
        }
        if type == .any || type == .rrsig && zone.isSigned {
            let all = transport == .tcp || !table.minimalAny
            answerSeveral(type, step, entry, all: all, &draft)
            if (all || type == .rrsig) && !table.minimalResponses { enrich(zone, type, client, &draft) }
            return false
        }
        if let rrset = zone.rrset(of: node, type: type) {
            answer(step, rrset, entry, &draft)
            if draft.wantsDNSSEC && step.found.match == .wildcard { proveExpansion(step, zone) }
            // The parent's servers are no help with a DS.
            if !table.minimalResponses && step.found.match != .delegation {
                enrich(zone, type, client, &draft)
            } else if type == .ns {
                // The authority section comes first.
                writeProofs(&draft)
                if !draft.isTruncated { addAddresses(zone, type, client, &draft) }
            }
            return false
        }
        // NSEC and RRSIG stand beside a CNAME (RFC 4034 §3, §4), so that they aren't looked for elsewhere.
        guard zone.flags(of: node).contains(.alias), step.found.match != .delegation, type != .nsec,
            type != .rrsig, let alias = zone.rrset(of: node, type: .cname)
        else {
            denyType(step, zone, &draft)
            return false
        }
        let start = draft.position
        if step.isFirst {
            let shift = step.found.match == .exact ? 0 : shift(of: node, in: zone)
            let answer = PreparedAnswer(
                alias, zone.signatures(of: alias, node: node), wantsDNSSEC: draft.wantsDNSSEC, shift: shift,
                isAnswer: true, flags: 0)
            guard draft.fits(answer.length) else { return false }
            answer.copy(answer.length, from: zone.heap, to: draft.output, at: start)
            draft.position += answer.length
            draft.answers += answer.answers
        } else {
            let count = append(alias, of: zone, node: node, owner: step.owner, &draft)
            if count == 0 { return false }
            draft.answers += count
        }
        if draft.wantsDNSSEC && step.found.match == .wildcard { proveExpansion(step, zone) }
        draft.aliasPlace = start + RRSet.recordHeader
        return target.read(in: draft.output, at: draft.aliasPlace, end: draft.position)
    }

    /// Whether a record of the chain's end is one of those that led there: a DNAME, which no record may repeat (RFC
    /// 2181 §5).
    private mutating func isThere(_ rrset: RRSet, _ step: ChainStep) -> Bool {
        rrset.type == .dname && step.found.match == .exact
            && substituted.contains(step.found.node, of: step.index)
    }

    private mutating func answer(
        _ step: ChainStep, _ rrset: RRSet, _ entry: ServedEntry, _ draft: inout Draft
    ) {
        if isThere(rrset, step) { return }
        if let place = steeredPlace(rrset, entry.marks) {
            if table.steering.addressCount(place) > 0 {
                draft.answers += appendSteered(place, rrset.type, owner: step.owner, &draft)
            } else {
                draft.isWithdrawn = true
                denyFurther(
                    step, entry.zone, maximumTTL: table.steering.negativeTimeToLive(place), &draft)
            }
        } else {
            draft.answers += append(rrset, of: entry.zone, node: step.found.node, owner: step.owner, &draft)
        }
    }

    /// What there is at the name, or all signatures of it.
    private mutating func answerSeveral(
        _ type: RecordType, _ step: ChainStep, _ entry: ServedEntry, all: Bool, _ draft: inout Draft
    ) {
        let before = draft.answers
        let zone = entry.zone
        var isAnyThere = false
        if type == .any {
            isAnyThere = answerAny(step, entry, all: all, &draft)
        } else {
            let node = step.found.node
            for index in 0..<zone.rrsetCount(of: node) {
                let rrset = zone.rrset(of: node, index: index)
                if draft.wantsDNSSEC && isThere(rrset, step) {
                    isAnyThere = true
                    continue
                }
                draft.answers += appendSignatures(of: rrset, zone, node: node, owner: step.owner, &draft)
            }
        }
        if draft.answers > before {
            if draft.wantsDNSSEC && step.found.match == .wildcard { proveExpansion(step, zone) }
        } else if !draft.isTruncated && !draft.isWithdrawn && !isAnyThere {
            denyType(step, zone, &draft)
        }
    }

    /// The first of the name's rrsets (RFC 8482 §4.1), or all of them: then signatures are data as well. True if one
    /// is there already.
    private mutating func answerAny(
        _ step: ChainStep, _ entry: ServedEntry, all: Bool, _ draft: inout Draft
    ) -> Bool {
        let zone = entry.zone
        let node = step.found.node
        let before = draft.answers
        let wantsDNSSEC = draft.wantsDNSSEC
        if all { draft.wantsDNSSEC = true }
        defer { draft.wantsDNSSEC = wantsDNSSEC }
        var bound: UInt32?
        var isAnyThere = false
        for index in 0..<zone.rrsetCount(of: node) {
            let rrset = zone.rrset(of: node, index: index)
            if isThere(rrset, step) {
                isAnyThere = true
                if all && !wantsDNSSEC {
                    // It came without its signatures, which nobody asked for there.
                    draft.answers += appendSignatures(of: rrset, zone, node: node, owner: step.owner, &draft)
                }
            } else if let place = steeredPlace(rrset, entry.marks) {
                if table.steering.addressCount(place) == 0 {
                    draft.isWithdrawn = true
                    bound = min(bound ?? .max, table.steering.negativeTimeToLive(place))
                    continue
                }
                draft.answers += appendSteered(place, rrset.type, owner: step.owner, &draft)
            } else {
                draft.answers += append(rrset, of: zone, node: node, owner: step.owner, &draft)
            }
            if !all || draft.isTruncated { return isAnyThere }
        }
        if draft.answers == before, let bound { denyFurther(step, zone, maximumTTL: bound, &draft) }
        return isAnyThere
    }

    /// Writes a DNAME and the CNAME that it makes of the name (RFC 6672 §2.2, §3.1).
    private mutating func substitute(_ step: ChainStep, _ zone: CompiledZone, _ draft: inout Draft) -> Bool {
        let node = step.found.node
        guard let rrset = zone.rrset(of: node, type: .dname) else { return false }
        // A DNAME may serve twice; its record is there once.
        if substituted.insert(node, of: step.index) {
            let count = append(rrset, of: zone, node: node, owner: 0, &draft)
            if count == 0 { return false }
            draft.answers += count
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
        // A longer name below the same DNAME would only grow from step to step (NSD ends there too). By the hash alone
        // another chain might end early, which the client could go on from.
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

    /// There is nothing of the type at a name that is there.
    private mutating func denyType(_ step: ChainStep, _ zone: CompiledZone, _ draft: inout Draft) {
        denyFurther(step, zone, &draft)
        if !draft.wantsDNSSEC { return }
        if step.found.match == .wildcard { proveLackOfWildcard(step, zone) } else { proveLack(step, zone) }
    }

    private mutating func denyFurther(
        _ step: ChainStep, _ zone: CompiledZone, maximumTTL: UInt32 = .max, _ draft: inout Draft
    ) {
        if step.isFirst && draft.answers == 0 {
            deny(zone, maximumTTL: maximumTTL, &draft)
        } else if step.index == step.firstIndex && maximumTTL == .max && draft.position < 0x3000 {
            // The question is a name of this zone, which the SOA's pointers lead into.
            let answer = denial(of: zone, flags: 0, wantsDNSSEC: draft.wantsDNSSEC)
            guard draft.fits(answer.length) else { return }
            answer.copyAnywhere(
                from: zone.heap, preparedFor: zone.apexLength, to: draft.output, at: draft.position)
            draft.position += answer.length
            draft.authorities += answer.authorities
        } else {
            draft.authorities += append(
                zone.negative, of: zone, node: zone.apexNode, owner: 0, maximumTTL: maximumTTL, &draft)
        }
    }

    /// Refers to the servers of a delegation; with its DS, or the proof that it has none (RFC 4035 §3.1.4).
    private mutating func referFurther(_ step: ChainStep, _ zone: CompiledZone, _ draft: inout Draft) {
        let node = step.found.node
        guard let servers = zone.rrset(of: node, type: .ns) else { return }
        if draft.answers == 0 { draft.flags.remove(.authoritative) }
        let count = append(servers, of: zone, node: node, owner: 0, &draft)
        if count == 0 { return }
        draft.authorities += count
        let isSigned = draft.wantsDNSSEC && zone.isSigned
        if isSigned {
            if let signer = zone.rrset(of: node, type: .ds) {
                draft.authorities += append(signer, of: zone, node: node, owner: 0, &draft)
            } else {
                proveLack(step, zone)
            }
        }
        // Those of aliases on the way too: the authority section comes first.
        writeProofs(&draft)
        if draft.isTruncated { return }
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
        var rest = glue.optionalCount
        while rest > 0 {
            let before = rest
            let count = appendHost(&place, of: servers, zone, node: node, owner: nil, rest: &rest, &draft)
            if count == 0 { break }
            draft.additionals += UInt16(truncatingIfNeeded: count)
            // The name just written; those below a delegation are not found, for they are not signed.
            if isSigned, count == before - rest {
                proofs.insert(zone.find(spare, labels: spare.labelCount), of: step.index)
            }
        }
        if isSigned { signGlue(zone, &draft) }
        draft.isTruncated = wasTruncated
    }

    /// Adds the signatures of addresses that are the zone's own data, as far as they fit (RFC 4035 §3.1.1), those of
    /// the hosts that were noted.
    private mutating func signGlue(_ zone: CompiledZone, _ draft: inout Draft) {
        for index in 0..<proofs.count {
            let host = proofs[index].node
            if zone.flags(of: host).contains(.delegation) { continue }
            expandName(of: host, zone)
            let owner = compression.place(of: spare, labels: spare.labelCount, in: draft.output)
            if owner == 0 { continue }
            for type in 0..<2 {
                guard let rrset = zone.rrset(of: host, type: type == 0 ? .a : .aaaa) else { continue }
                draft.additionals += appendSignatures(of: rrset, zone, node: host, owner: owner, &draft)
            }
        }
        proofs.removeAll()
    }
}
