internal import DNSWire
internal import Zones

/// Aliases of a name of the same zone, which the zone knows to lead there.
extension Responder {
    /// Answers a plain query with an alias and what there is of the type at the name that it leads to; 0 if the zone
    /// doesn't know that name, if that is steered or has names to compress, or doesn't fit.
    @inline(never)
    mutating func answerAlias(
        _ query: RawSpan, _ end: Int, _ type: RecordType, _ opt: UInt64, _ entry: ServedEntry, _ found: Lookup,
        _ output: MessageBuffer
    ) -> Int {
        let zone = entry.zone
        let node = found.node
        let flags = zone.flags(of: node)
        // What stands beside an alias is not looked for elsewhere (RFC 4034 §3, §4), the DS of an apex is its parent's,
        // and names may lie in the zone below that is served too.
        guard found.match == .exact || found.match == .wildcard, flags.contains(.alias), !entry.hasZoneBelow,
            type != .any, type != .ds, type != .nsec, type != .rrsig,
            let alias = zone.rrset(of: node, type: .cname)
        else { return 0 }
        let shift = shift(of: node, in: zone)
        let answer = PreparedAnswer(
            alias, .none, shift: shift, isAnswer: true, flags: HeaderFlags.authoritative.rawValue)
        let place = end &+ answer.length
        let owner = end &+ RRSet.recordHeader
        // Whether the alias says all about what it leads to.
        let isKnown = flags.contains(.leadsToAddress) && (type != .a || entry.marks.isEmpty)
        var rrset: RRSet?
        if !isKnown {
            let target = zone.target(ofAlias: node)
            if target == 0 { return 0 }
            rrset = zone.rrset(of: target, type: type)
            if let rrset, CompressibleNames(in: type).count > 0 || steeredPlace(rrset, entry.marks) != nil {
                return 0
            }
        }
        let isAddress = isKnown && type == .a
        let denial = denial(of: zone, flags: 0)
        let size = place &+ (isAddress ? RRSet.recordHeader &+ 4 : rrset?.length ?? denial.length)
        if !fits(size, query, end, opt, output) { return 0 }
        answer.copy(answer.length, from: zone.heap, to: output, at: end)
        var counts = answer.counts
        if isAddress {
            // As the alias's TTL, 32 bits at its sixth octet, but with the address's type and octets.
            let ttl = UInt64(UInt32(bigEndian: zone.heap.word32(at: alias.start &+ 6)))
            let type = UInt64(RecordType.a.rawValue)
            output.store(
                big64: UInt64(0xC000 | owner) &<< 48 | type &<< 32 | 1 &<< 16 | ttl &>> 16, at: place)
            output.store(
                big64: ttl &<< 48 | 4 &<< 32 | UInt64(zone.address(ofAlias: alias)), at: place &+ 8)
            counts &+= 1 &<< 32
        } else if let rrset {
            output.copy(zone.heap, from: rrset.start, count: rrset.length, to: place)
            setOwners(ofRecords: rrset.count, at: place, to: owner, output)
            counts &+= UInt64(rrset.count) &<< 32
        } else {
            denial.copyAnywhere(from: zone.heap, preparedFor: zone.apexLength, to: output, at: place)
            counts &+= 1 &<< 16
        }
        return finish(flags: answer.flags, counts: counts, size: size, query, end, opt, output)
    }
}
