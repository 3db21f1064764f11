internal import Addresses
internal import DNSWire
internal import Zones

/// From the question to the sections (RFC 1034 §4.3.2): the common cases, whose answers are prepared.
extension Responder {
    mutating func resolve(
        _ type: RecordType, _ recordClass: UInt16, from client: IPAddress, over transport: Transport,
        _ known: KnownPlace, _ draft: inout Draft
    ) {
        if recordClass == 3 { return answerServerQuestion(type, from: client, &draft) }
        var known = known
        if known.zone == KnownPlace.unknown {
            known.zone = table.catalog.find(question, atMost: question.labelCount)
        }
        // Other classes have no zones here. Zones aren't transferred, and what is no zone can't be (RFC 5936
        // §2.2.1).
        let isTransfer = type == .axfr || type == .ixfr
        let isServed = (recordClass == 1 || recordClass == 255) && !isTransfer
        if known.zone < 0 || !isServed {
            let isApex = known.zone >= 0 && table.catalog[known.zone].labels == question.labelCount
            draft.code = isTransfer && recordClass == 1 && !isApex ? .notAuthorized : .refused
            draft.extendedError = isServed ? .notAuthoritative : .notSupported
            return
        }
        // The DS of an apex is its parent's, if that is served too (RFC 4035 §3.1.4.1).
        let labels = question.labelCount
        if type == .ds && labels > 0 && table.catalog[known.zone].labels == labels {
            let parent = table.catalog.find(question, atMost: labels &- 1)
            if parent >= 0 { known = KnownPlace(zone: parent) }
        }
        let entry = table.catalog[known.zone]
        if !entry.isOpen && !allows(client, entry, &draft) { return }
        if entry.isBroken {
            draft.code = .serverFailure
            draft.extendedError = .invalidData
            return
        }
        if type.isMeta && type != .any && type.rawValue != 0 { return refuse(type, &draft) }
        draft.flags = .authoritative
        // Nothing is added for who doesn't even say what class is meant.
        if recordClass == 255 { draft.isMinimal = true }
        if known.node == KnownPlace.unknown { known.node = entry.zone.find(question) }
        resolve(type, from: client, over: transport, known, &draft)
        // ANY class is answered, but never with authority (RFC 1034 §4.3.2).
        if recordClass == 255 { draft.flags.remove(.authoritative) }
    }

    /// Refuses a client that may not ask.
    private mutating func allows(_ client: IPAddress, _ entry: ServedEntry, _ draft: inout Draft) -> Bool {
        if table.access.allows(client, list: entry.access) { return true }
        draft.code = .refused
        draft.extendedError = .prohibited
        return false
    }

    /// Refuses what no zone can have and no question can mean: NXNAME (RFC 9824 §3.5), OPT, the keys and signatures
    /// of messages, and numbers that are kept for more of the kind (type 0 has no use, which is no reason); MAILB
    /// and MAILA are questions that nobody answers any more (RFC 1035 §3.2.3).
    private mutating func refuse(_ type: RecordType, _ draft: inout Draft) {
        let isQuestion = type.rawValue == 253 || type.rawValue == 254
        draft.code = isQuestion ? .notImplemented : .formatError
        draft.extendedError = isQuestion ? .notSupported : .invalidQueryType
    }

    /// Answers from a zone; the node of the name asked is known.
    private mutating func resolve(
        _ type: RecordType, from client: IPAddress, over transport: Transport, _ known: KnownPlace,
        _ draft: inout Draft
    ) {
        let entry = table.catalog[known.zone]
        switch prepare(type, entry, node: known.node, wantsDNSSEC: draft.wantsDNSSEC) {
        case .answer(let answer):
            place(answer, entry.zone, &draft)
            if answer.answers > 0 && !table.minimalResponses { enrich(entry.zone, type, client, &draft) }
        case .steered(let rrset, let place):
            answerSteered(place, rrset, entry.zone, &draft)
            countSteering(draft)
            if draft.answers > 0 && !table.minimalResponses { enrich(entry.zone, type, client, &draft) }
        case .further(let found):
            resolveFurther(type, from: client, over: transport, zone: known.zone, found, &draft)
        }
    }

    /// Puts a prepared answer right after the question, as far as it fits: not without its rrset; without
    /// glue that is required only with TC (RFC 9471); without other glue as it is.
    private mutating func place(_ answer: PreparedAnswer, _ zone: CompiledZone, _ draft: inout Draft) {
        draft.flags = HeaderFlags(rawValue: answer.flags & HeaderFlags.authoritative.rawValue)
        draft.code = ResponseCode(rawValue: answer.flags & 15)
        var length = answer.length
        var additionals = answer.additionals
        if draft.position &+ length > draft.limit && additionals > 0 {
            let glue = Glue(behind: answer.start, in: zone.heap)
            length &-= glue.length
            additionals = 0
            // Of a referral; the zone's own servers are known without.
            if answer.answers == 0 && draft.fits(length &+ glue.requiredLength) {
                length &+= glue.requiredLength
                additionals = UInt16(truncatingIfNeeded: glue.requiredCount)
            }
        }
        guard draft.fits(length) else { return }
        answer.copy(length, from: zone.heap, to: draft.output, at: draft.position)
        draft.position &+= length
        draft.answers = answer.answers
        draft.authorities = answer.authorities
        draft.additionals = additionals
    }

    /// Answers the question with a steered rrset of the name asked.
    mutating func answerSteered(
        _ place: Int, _ rrset: RRSet, _ zone: CompiledZone, _ draft: inout Draft
    ) {
        draft.flags = .authoritative
        if table.steering.addressCount(place) > 0 {
            draft.answers = appendSteered(place, rrset.type, owner: MessageSize.header, &draft)
        } else {
            draft.isWithdrawn = true
            deny(zone, maximumTTL: table.steering.negativeTimeToLive(place), &draft)
        }
    }

    /// The place in the view that an rrset is answered from; nil if it is answered from the zone.
    mutating func steeredPlace(_ rrset: RRSet, _ marks: SteeringTable) -> Int? {
        guard let place = marks.index(of: rrset), place < table.steering.count else { return nil }
        return place
    }

    /// Adds the SOA that says for how long something is known not to be (RFC 2308).
    mutating func deny(_ zone: CompiledZone, maximumTTL: UInt32 = .max, _ draft: inout Draft) {
        let start = draft.position
        let flags = draft.flags.rawValue | draft.code.rawValue
        place(denial(of: zone, flags: flags, wantsDNSSEC: draft.wantsDNSSEC), zone, &draft)
        if draft.position > start, maximumTTL != .max {
            let ttl = UInt32(bigEndian: zone.heap.word32(at: zone.negative.start + 6))
            draft.output.store(big32: min(ttl, maximumTTL), at: start + 6)
        }
    }
}
