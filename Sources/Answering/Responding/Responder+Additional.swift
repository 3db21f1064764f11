internal import Addresses
internal import DNSWire
internal import Zones

/// What is added to positive answers that are not minimal: the zone's servers, and what the names in them
/// lead to.
extension Responder {
    /// Adds to a positive answer what fits, without TC for what doesn't.
    @inline(never)
    mutating func enrich(
        _ zone: CompiledZone, _ type: RecordType, _ client: IPAddress, _ draft: inout Draft
    ) {
        if draft.isTruncated || draft.answers == 0 || draft.authorities != 0 { return }
        // The addresses of a zone's servers come with them also with minimal responses.
        if draft.isMinimal && type != .ns { return }
        // Keys are long enough alone, and who asks for them wants nothing else, as BIND has it.
        if Self.isKeyMaterial(type) { return }
        // Names of a prepared answer are not known to the compression; the question's are.
        if draft.aliasPlace == 0 && type != .any { compression.removeAll() }
        // What proves the answer comes before what is only of help.
        writeProofs(&draft)
        if draft.isTruncated { return }
        let length = draft.aliasPlace == 0 ? question.length : target.length
        let isApexAnswer = (type == .ns || type == .any) && length == zone.apexLength
        if draft.addsServers, !draft.isMinimal, !isApexAnswer,
            let servers = zone.rrset(of: zone.apexNode, type: .ns)
        {
            draft.authorities += append(servers, of: zone, node: zone.apexNode, owner: 0, &draft)
        }
        draft.isTruncated = false
        // With ANY what the names lead to is left out, as BIND does.
        if type != .any { addAddresses(zone, type, client, &draft) }
    }

    /// KEY, DS, DNSKEY, CDS, CDNSKEY.
    private static func isKeyMaterial(_ type: RecordType) -> Bool {
        type == .ds || type == .dnskey || type.rawValue == 25 || type.rawValue == 59 || type.rawValue == 60
    }

    /// Adds what the names in the records so far lead to, as far as it fits, and what those lead to in turn:
    /// the targets of an alias form of SVCB, of the SRV records of a NAPTR. Of its own servers a zone says what
    /// it knows where the zone that they lie in says nothing.
    mutating func addAddresses(
        _ zone: CompiledZone, _ type: RecordType, _ client: IPAddress, _ draft: inout Draft
    ) {
        let answered =
            draft.aliasPlace == 0
            ? question.hash(labels: question.labelCount) : target.hash(labels: target.labelCount)
        visited.removeAll()
        let wasTruncated = draft.isTruncated
        let output = draft.output
        var place = MessageSize.header + question.length + 4
        while place < draft.position, !visited.isFull, draft.position &+ RRSet.recordHeader < draft.limit {
            let owner = place
            var octet = output.octet(at: place)
            while octet != 0 && octet < 0xC0 {
                place += Int(octet) + 1
                octet = output.octet(at: place)
            }
            place += octet == 0 ? 1 : 2
            let recordType = RecordType(output.big16(at: place))
            let data = place + 10
            place = data + Int(output.big16(at: place + 8))
            guard let further = FurtherData(of: recordType, in: output, from: data, to: place) else { continue }
            // Owners and names in the answer's own data alike are followed through pointers.
            let name = further.isOwner ? owner : further.name
            guard spare.read(in: output, at: name, end: draft.position) else { continue }
            // Names are told apart by their hashes alone here: two of the same would cost the second, or a type of it,
            // its place, and nothing that is left out here is missed.
            let hash = spare.hash(labels: spare.labelCount)
            guard visited.insert(hash) else { continue }
            let before = draft.additionals
            add(further, at: name, except: hash == answered ? type : nil, client, &draft)
            if draft.additionals == before && hash != answered && recordType == .ns && name <= 0x3FFF,
                spare.read(in: output, at: name, end: draft.position)
            {
                addOwnAddresses(zone, owner: name, &draft)
            }
        }
        // What is left out here is not missed.
        draft.isTruncated = wasTruncated
    }

    /// Adds what helps of the spare name, which the message has at a place. What is steered down is left
    /// out.
    private mutating func add(
        _ further: FurtherData, at place: Int, except type: RecordType?, _ client: IPAddress,
        _ draft: inout Draft
    ) {
        let index = table.catalog.find(spare, atMost: spare.labelCount)
        if index < 0 || place > 0x3FFF { return }
        let entry = table.catalog[index]
        if entry.isBroken || !entry.isOpen && !table.access.allows(client, list: entry.access) { return }
        let zone = entry.zone
        let found = zone.lookup(spare)
        switch found.match {
        case .exact, .wildcard:
            for index in 0..<further.typeCount {
                let wanted = further.type(index)
                guard wanted != type, let rrset = zone.rrset(of: found.node, type: wanted) else { continue }
                if let steered = steeredPlace(rrset, entry.marks) {
                    draft.additionals += appendSteered(steered, rrset.type, owner: place, &draft)
                } else {
                    draft.additionals += append(rrset, of: zone, node: found.node, owner: place, &draft)
                }
            }
        case .delegation:
            addGlue(of: found.node, zone, owner: place, &draft)
        case .absent, .subtreeAlias:
            break
        }
    }

    /// Adds what a zone knows of the addresses of the spare name, one of its own servers, if that lies in the
    /// zone as the name that was answered does.
    private mutating func addOwnAddresses(_ zone: CompiledZone, owner: Int, _ draft: inout Draft) {
        // An alias may lead to a name outside of the zone, and to one that is shorter than the zone's.
        let isAnswered = draft.aliasPlace == 0 ? zone.contains(question) : zone.contains(target)
        if !isAnswered || !zone.contains(spare) { return }
        let found = zone.lookup(spare)
        if found.match != .exact {
            addGlue(of: zone.apexNode, zone, owner: owner, &draft)
            return
        }
        for index in 0..<2 {
            guard let rrset = zone.rrset(of: found.node, type: index == 0 ? .a : .aaaa) else { continue }
            draft.additionals += append(rrset, of: zone, node: found.node, owner: owner, &draft)
        }
    }

    /// Adds those glue records of a delegation that the spare name owns.
    private mutating func addGlue(
        of node: Int, _ zone: CompiledZone, owner: Int, _ draft: inout Draft
    ) {
        guard let servers = zone.rrset(of: node, type: .ns) else { return }
        let glue = Glue(of: servers, in: zone.heap)
        let wanted = spare.hash(labels: spare.labelCount)
        var place = servers.length
        var rest = glue.count
        while rest > 0 {
            expand(place, of: servers, zone, node: node)
            if spare.hash(labels: spare.labelCount) == wanted,
                Compression.matches(spare, from: 0, in: draft.output, at: owner)
            {
                let count = appendHost(
                    &place, of: servers, zone, node: node, owner: owner, rest: &rest, &draft)
                draft.additionals += UInt16(truncatingIfNeeded: count)
                return
            }
            // Those of a host stand together.
            let host = zone.heap.word16(at: servers.start + place)
            repeat {
                place += servers.recordSize(at: place, in: zone.heap)
                rest -= 1
            } while rest > 0 && zone.heap.word16(at: servers.start + place) == host
        }
    }
}
