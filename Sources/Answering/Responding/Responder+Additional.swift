internal import Addresses
internal import DNSWire
internal import Zones

/// What `minimal-responses no` adds: the zone's servers, and the addresses of names in the answer.
extension Responder {
    /// Adds to a positive answer what fits, without TC for what doesn't.
    @inline(never)
    mutating func enrich(
        _ zone: CompiledZone, _ type: RecordType, _ client: IPAddress, _ draft: inout Draft
    ) {
        if draft.isTruncated || draft.answers == 0 { return }
        // Names of a prepared answer are not known to the compression; the question's are.
        if draft.aliasPlace == 0 { compression.removeAll() }
        let isApexAnswer = type == .ns && draft.aliasPlace == 0 && question.length == zone.apexLength
        if !isApexAnswer, let servers = zone.rrset(of: zone.apexNode, type: .ns) {
            draft.authorities += append(servers, of: zone, node: zone.apexNode, owner: 0, &draft)
        }
        draft.isTruncated = false
        writeProofs(&draft)
        if !draft.isTruncated { addAddresses(type, client, &draft) }
    }

    /// Adds the addresses of the names that records of the answer and authority sections lead to, as far
    /// as they fit.
    mutating func addAddresses(_ type: RecordType, _ client: IPAddress, _ draft: inout Draft) {
        let answered =
            draft.aliasPlace == 0
            ? question.hash(labels: question.labelCount) : target.hash(labels: target.labelCount)
        visited.removeAll()
        let wasTruncated = draft.isTruncated
        let output = draft.output
        let end = draft.position
        var place = MessageSize.header + question.length + 4
        for _ in 0..<(Int(draft.answers) + Int(draft.authorities)) {
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
            guard let offset = Self.targetOffset(in: recordType) else { continue }
            var name = data + offset
            // A service binding whose target is the root speaks of its owner (RFC 9460 §2.5).
            if recordType == .svcb || recordType == .https, output.octet(at: name) == 0 { name = owner }
            // Owners and names in the answer's own data alike are followed through pointers.
            guard spare.read(in: output, at: name, end: end) else { continue }
            let hash = spare.hash(labels: spare.labelCount)
            guard visited.insert(hash) else { continue }
            addAddresses(at: name, except: hash == answered ? type : nil, client, &draft)
        }
        // What is left out here is not missed.
        draft.isTruncated = wasTruncated
    }

    /// Where the name whose addresses help stands in the data of a type; nil for types without one.
    private static func targetOffset(in type: RecordType) -> Int? {
        switch type.rawValue {
        // NS
        case 2: 0
        // MX, AFSDB, RT, KX, SVCB, HTTPS
        case 15, 18, 21, 36, 64, 65: 2
        // SRV
        case 33: 6
        default: nil
        }
    }

    /// Adds the addresses of the spare name, which the message has at a place. What is steered down is
    /// left out.
    private mutating func addAddresses(
        at place: Int, except type: RecordType?, _ client: IPAddress, _ draft: inout Draft
    ) {
        let index = table.catalog.find(spare, atMost: spare.labelCount)
        if index < 0 || place > 0x3FFF { return }
        let entry = table.catalog[index]
        if entry.isBroken || !entry.isOpen && !table.access.allows(client, list: entry.access) { return }
        let zone = entry.zone
        let found = zone.lookup(spare)
        switch found.match {
        case .exact, .wildcard:
            for index in 0..<2 {
                let wanted = index == 0 ? RecordType.a : RecordType.aaaa
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

    /// Adds those glue records of a delegation that the spare name owns.
    private mutating func addGlue(
        of node: Int, _ zone: CompiledZone, owner: Int, _ draft: inout Draft
    ) {
        guard let servers = zone.rrset(of: node, type: .ns) else { return }
        let glue = Glue(of: servers, in: zone.heap)
        let wanted = spare.hash(labels: spare.labelCount)
        var place = servers.length
        for _ in 0..<(glue.requiredCount + glue.optionalCount) {
            expand(place, of: servers, zone, node: node)
            if spare.hash(labels: spare.labelCount) == wanted {
                guard appendRecord(&place, of: servers, zone, node: node, owner: owner, &draft) else { return }
                draft.additionals += 1
            } else {
                let length = UInt16(bigEndian: zone.heap.word16(at: servers.start + place + 10))
                place += RRSet.recordHeader + Int(length)
            }
        }
    }
}
