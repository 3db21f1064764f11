internal import DNSWire
internal import Telemetry
internal import Zones

/// The way of most queries: one question of class IN, at most an OPT record that is bare or holds a cookie
/// alone, a zone that alone decides about the answer, and an answer that is prepared, or an alias whose end the zone
/// knows, fits, and has nothing added.
extension Responder {
    /// Answers such a query, but for its cookie; 0 if it is another. Less than 0, with all bits turned, if a cookie
    /// has to be added.
    @inline(never)
    mutating func answerPlainly(
        _ query: RawSpan, questionEnd end: Int, _ index: Int, _ output: MessageBuffer
    ) -> Int {
        guard let entry = pending[index].entry else {
            known = KnownPlace(zone: -1)
            return 0
        }
        known = KnownPlace(zone: entry.index)
        if !entry.isPlain { return 0 }
        let zone = entry.zone
        let node = zone.find(question, on: pending[index].trail)
        known.node = node

        let wanted = query.big32(at: end &- 4)
        let type = RecordType(UInt16(truncatingIfNeeded: wanted &>> 16))
        if UInt16(truncatingIfNeeded: wanted) != 1 { return 0 }
        var opt: UInt64 = 0
        if !QueryHeader(query).isQuestionAlone {
            opt = plainOPT(query, at: end)
            if opt == 0 { return 0 }
        }
        // An rrset of the very name. Servers have glue behind them at the apex only: those at a wildcard are data.
        if node != 0, type != .ds, type != .ns || node == zone.apexNode,
            entry.marks.isEmpty || type != .a && type != .aaaa,
            opt & Self.wantsDNSSEC == 0 || !zone.isSigned, let rrset = zone.plainRRSet(of: node, type: type)
        {
            var answer = PreparedAnswer(
                rrset, .none, shift: 0, isAnswer: true, flags: HeaderFlags.authoritative.rawValue)
            if type == .ns { answer.add(Glue(of: rrset, in: zone.heap)) }
            if end &+ answer.length <= Self.leastLimit {
                return write(answer, zone.heap, query, end, opt, output.short)
            }
        }
        return answerPrepared(query, end, type, opt, entry, node, output)
    }

    /// Answers such a query with any other prepared block, a referral or a denial above all, or from the view; 0 if
    /// that isn't so, or doesn't fit.
    @inline(never)
    private mutating func answerPrepared(
        _ query: RawSpan, _ end: Int, _ type: RecordType, _ opt: UInt64, _ entry: ServedEntry, _ node: Int,
        _ output: MessageBuffer
    ) -> Int {
        // What no zone has, and whose DS is the parent's.
        if type.isMeta || type == .ds && node == entry.zone.apexNode { return 0 }
        switch prepare(type, entry, node: node, wantsDNSSEC: opt & Self.wantsDNSSEC != 0) {
        case .answer(let answer):
            if !fits(end &+ answer.length, query, end, opt, output) { return 0 }
            return write(answer, entry.zone.heap, query, end, opt, output)
        case .steered(let rrset, let place):
            var draft = Draft(output, limit: Self.leastLimit)
            draft.position = end
            answerSteered(place, rrset, entry.zone, &draft)
            if draft.isTruncated { return 0 }
            countSteering(draft)
            if opt != 0 { draft.additionals &+= 1 }
            let size = finish(&draft, QueryHeader(query), questions: 1)
            return opt == 0 ? size : writeOPT(query, end, opt, size, output)
        case .further(let found):
            return answerAlias(query, end, type, opt, entry, found, output)
        }
    }

    /// Writes all that follows the question, and the header, of what is known to fit.
    @inline(__always)
    private mutating func write(
        _ answer: PreparedAnswer, _ heap: FlatView, _ query: RawSpan, _ end: Int, _ opt: UInt64,
        _ output: MessageBuffer
    ) -> Int {
        answer.copy(answer.length, from: heap, to: output, at: end)
        return finish(
            flags: answer.flags, counts: answer.counts, size: end &+ answer.length, query, end, opt, output)
    }

    /// Writes the header, and the OPT record, of an answer whose records are written.
    @inline(__always)
    mutating func finish(
        flags: UInt16, counts: UInt64, size: Int, _ query: RawSpan, _ end: Int, _ opt: UInt64,
        _ output: MessageBuffer
    ) -> Int {
        QueryHeader(query).writeResponse(flags: flags, counts: counts &+ (opt == 0 ? 0 : 1), to: output)
        counters.add(flags & 15 == 0 ? .noError : .nameError)
        return opt == 0 ? size : writeOPT(query, end, opt, size, output)
    }

    /// The octets that every receiver takes, without an OPT record and the cookie that is added to it last.
    private static var leastLimit: Int {
        MessageSize.withoutEDNS &- MessageSize.opt &- MessageSize.cookieOption
    }

    /// Whether this receiver takes so many octets over any transport, with an OPT record and its cookie.
    @inline(__always)
    mutating func fits(
        _ size: Int, _ query: RawSpan, _ end: Int, _ opt: UInt64, _ output: MessageBuffer
    ) -> Bool {
        size <= Self.leastLimit || size <= plainLimit(query, end, opt, output.capacity)
    }

    /// The octets that this receiver takes over any transport, without an OPT record and its cookie.
    private mutating func plainLimit(
        _ query: RawSpan, _ end: Int, _ opt: UInt64, _ capacity: Int
    ) -> Int {
        if opt == 0 { return MessageSize.withoutEDNS }
        let size = UInt16(truncatingIfNeeded: opt &>> 24)
        let limit = min(Int(max(min(size, table.maximumUDPSize), 512)), capacity) &- MessageSize.opt
        return query.byteCount == end &+ MessageSize.opt ? limit : limit &- MessageSize.cookieOption
    }

    /// The DO bit in an OPT record's first octets.
    private static var wantsDNSSEC: UInt64 { 0x80 }

    /// The first eight octets of the OPT record of version 0, bare or with a cookie alone, that is all that follows
    /// the question: root, type, size, code, version and half of the flags; 0 if something else does.
    @inline(__always)
    private mutating func plainOPT(_ query: RawSpan, at place: Int) -> UInt64 {
        let options = place &+ MessageSize.opt
        if !QueryHeader(query).isQuestionWithOne || query.byteCount < options { return 0 }
        let opt = query.big64(at: place)
        let isOurs = opt & 0xFFFF_FF00_0000_FF00 == UInt64(RecordType.opt.rawValue) &<< 40
        let isPlain =
            query.byteCount == options
            ? query.big16(at: options &- 2) == 0 : isCookieAlone(query, at: options)
        return isOurs && isPlain ? opt : 0
    }

    /// Writes a bare OPT record at the end of an answer; its size, with all bits turned if a cookie has to be added.
    @inline(__always)
    private mutating func writeOPT(
        _ query: RawSpan, _ end: Int, _ opt: UInt64, _ size: Int, _ output: MessageBuffer
    ) -> Int {
        // As appendOPT does; the octet of the flags is written twice.
        let flags = opt & Self.wantsDNSSEC
        let own = UInt64(RecordType.opt.rawValue) &<< 40 | UInt64(table.maximumUDPSize) &<< 24 | flags
        output.store(big64: own, at: size)
        output.store(big32: UInt32(truncatingIfNeeded: flags) &<< 24, at: size &+ 7)
        let whole = size &+ MessageSize.opt
        return query.byteCount == end &+ MessageSize.opt ? whole : ~whole
    }
}
