internal import DNSWire
internal import Telemetry
internal import Zones

/// The way of most queries: one question of class IN, at most an OPT record that is bare or holds a cookie
/// alone, an rrset of the very name that fits and that nothing is added to.
extension Responder {
    /// The zone of the name asked and its node there; unknown where more than the zone decides about the
    /// answer.
    @inline(never)
    mutating func locateQuestion() -> KnownPlace {
        let zone = table.catalog.find(question, atMost: question.labelCount)
        if zone < 0 { return KnownPlace() }
        let entry = table.catalog[zone]
        if !entry.isPlain { return KnownPlace(zone: zone) }
        return KnownPlace(zone: zone, node: entry.zone.find(question, labels: question.labelCount))
    }

    /// Answers such a query, whose node is there; 0 if it is another.
    @inline(__always)
    mutating func answerPlainly(
        _ query: RawSpan, _ header: QueryHeader, questionEnd end: Int, _ known: KnownPlace,
        _ output: MessageBuffer
    ) -> Int {
        let wanted = query.big32(at: end &- 4)
        let type = RecordType(UInt16(truncatingIfNeeded: wanted &>> 16))
        let hasOPT = header.recordCount != 0
        if hasOPT && !isPlainOPT(query, header, end) || wanted & 0xFFFF != 1 || type == .ns || type == .ds {
            return 0
        }
        let entry = table.catalog[known.zone]
        if !entry.marks.isEmpty && (type == .a || type == .aaaa) { return 0 }
        let zone = entry.zone
        let node = known.node
        guard let rrset = zone.plainRRSet(of: node, type: type) else { return 0 }
        var length = rrset.length
        var count = rrset.count
        let wantsDNSSEC = hasOPT && query.octet(at: end &+ 7) & 0x80 != 0
        if wantsDNSSEC && zone.isSigned {
            let signatures = zone.signatures(of: rrset, node: node)
            length &+= signatures.length
            count &+= signatures.count
        }
        let size = end &+ length
        if size > Self.leastLimit && size > plainLimit(query, header, end) { return 0 }

        output.copy(zone.heap, from: rrset.start, count: length, to: end)
        header.writeResponse(
            flags: HeaderFlags.authoritative.rawValue, questions: 1,
            answers: UInt16(truncatingIfNeeded: count), authorities: 0, additionals: hasOPT ? 1 : 0,
            to: output)
        counters.add(.noError)
        if !hasOPT { return size }
        writeBareOPT(to: output, at: size, wantsDNSSEC: wantsDNSSEC)
        return size &+ MessageSize.opt
    }

    /// The octets that every receiver takes, without an OPT record and the cookie that is added to it last.
    private static var leastLimit: Int {
        MessageSize.withoutEDNS &- MessageSize.opt &- MessageSize.cookieOption
    }

    /// The octets that this receiver takes over any transport, without an OPT record and its cookie.
    private mutating func plainLimit(_ query: RawSpan, _ header: QueryHeader, _ end: Int) -> Int {
        if header.recordCount == 0 { return MessageSize.withoutEDNS }
        let size = Int(max(min(query.big16(at: end &+ 3), table.maximumUDPSize), 512)) &- MessageSize.opt
        return query.byteCount == end &+ MessageSize.opt ? size : size &- MessageSize.cookieOption
    }

    /// Answers a query whose answer is another prepared block, a referral or a denial above all; 0 if that
    /// isn't so, or doesn't fit into what every receiver takes.
    @inline(never)
    mutating func answerPrepared(
        _ query: RawSpan, _ header: QueryHeader, questionEnd end: Int, _ known: KnownPlace,
        _ output: MessageBuffer
    ) -> Int {
        let wanted = query.big32(at: end &- 4)
        let type = RecordType(UInt16(truncatingIfNeeded: wanted &>> 16))
        let hasOPT = header.recordCount != 0
        if hasOPT && !isPlainOPT(query, header, end) || wanted & 0xFFFF != 1 || type == .ds || type.isMeta {
            return 0
        }
        let entry = table.catalog[known.zone]
        let answer: PreparedAnswer
        let wantsDNSSEC = hasOPT && query.octet(at: end &+ 7) & 0x80 != 0
        switch prepare(type, entry, node: known.node, wantsDNSSEC: wantsDNSSEC) {
        case .answer(let prepared): answer = prepared
        case .steered(let rrset, let place):
            return answerSteered(query, header, end, place, rrset, entry.zone, output)
        case .further: return 0
        }
        let size = end &+ answer.size
        if size > Self.leastLimit && size > plainLimit(query, header, end) { return 0 }
        answer.copy(answer.size, from: entry.zone.heap, to: output, at: end)
        header.writeResponse(
            flags: answer.flags, questions: 1, answers: answer.isAnswer ? answer.count : 0,
            authorities: answer.isAnswer ? 0 : answer.count,
            additionals: answer.requiredCount &+ answer.optionalCount &+ (hasOPT ? 1 : 0), to: output)
        counters.add(answer.flags & 15 == 0 ? .noError : .nameError)
        if !hasOPT { return size }
        writeBareOPT(to: output, at: size, wantsDNSSEC: wantsDNSSEC)
        return size &+ MessageSize.opt
    }

    /// Answers such a query with a steered rrset; 0 if that doesn't fit.
    private mutating func answerSteered(
        _ query: RawSpan, _ header: QueryHeader, _ end: Int, _ place: Int, _ rrset: RRSet,
        _ zone: CompiledZone, _ output: MessageBuffer
    ) -> Int {
        var draft = Draft(output, limit: Self.leastLimit)
        draft.position = end
        answerSteered(place, rrset, zone, &draft)
        if draft.isTruncated { return 0 }
        countSteering(draft)
        if header.recordCount != 0 {
            appendOPT(wantsDNSSEC: query.octet(at: end &+ 7) & 0x80 != 0, &draft)
        }
        return finish(&draft, header, questions: 1)
    }

    /// Whether all that follows the question is one OPT record of version 0, bare or with a cookie alone.
    @inline(__always)
    private mutating func isPlainOPT(_ query: RawSpan, _ header: QueryHeader, _ end: Int) -> Bool {
        let options = end &+ MessageSize.opt
        // Root and type; version; length.
        return header.recordCount == QueryHeader.oneAdditional && query.byteCount >= options
            && query.big32(at: end) &>> 8 == UInt32(RecordType.opt.rawValue) && query.octet(at: end &+ 6) == 0
            && (query.byteCount == options
                ? query.big16(at: end &+ 9) == 0 : isCookieAlone(query, at: options))
    }

    @inline(__always)
    private mutating func writeBareOPT(to output: MessageBuffer, at place: Int, wantsDNSSEC: Bool) {
        // As appendOPT does; root, type, size, code and version, and the upper half of the flags at once.
        let size = UInt64(table.maximumUDPSize)
        let flags: UInt64 = wantsDNSSEC ? 0x80 : 0
        output.store(big64: UInt64(RecordType.opt.rawValue) &<< 40 | size &<< 24 | flags, at: place)
        output.store(big16: 0, at: place &+ 8)
        output.store(octet: 0, at: place &+ 10)
    }
}
