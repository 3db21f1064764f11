internal import DNSWire
internal import Zones

/// A block of a zone that is all of an answer but header, question and OPT record.
struct PreparedAnswer {
    /// Where the records begin in the zone's heap.
    var start: Int
    /// Octets of the answer's, or the authority section's, records.
    var length: Int
    /// Pointers that move, and where the list of them is.
    var relocationCount: Int
    var relocations: Int
    /// By how much they move: what the name asked is longer than the one that the block was prepared for.
    var shift: Int
    /// The records that the length is of.
    var count: UInt16
    /// Whether they are the answer section's, not the authority section's.
    var isAnswer: Bool
    /// AA, and the response code.
    var flags: UInt16
    /// Octets and records of glue that must be there, and of glue that may be left out; they follow.
    var requiredLength = 0
    var optionalLength = 0
    var requiredCount: UInt16 = 0
    var optionalCount: UInt16 = 0

    /// Octets of all.
    @inline(__always) var size: Int { length &+ requiredLength &+ optionalLength }

    /// An rrset; with its signatures, if it has any and they are wanted.
    @inline(__always)
    init(
        _ rrset: RRSet, _ signatures: Signatures, wantsDNSSEC: Bool, shift: Int, isAnswer: Bool,
        flags: UInt16
    ) {
        start = rrset.start
        relocationCount = rrset.relocationCount
        relocations = (rrset.start &+ rrset.length &+ signatures.length &+ 1) & ~1
        length = wantsDNSSEC ? rrset.length &+ signatures.length : rrset.length
        count = UInt16(truncatingIfNeeded: wantsDNSSEC ? rrset.count &+ signatures.count : rrset.count)
        self.shift = shift
        self.isAnswer = isAnswer
        self.flags = flags
    }

    /// An NS rrset with its glue, whose signatures come behind all.
    init(
        _ rrset: RRSet, _ glue: Glue, _ signatures: Signatures, shift: Int, isAnswer: Bool, flags: UInt16
    ) {
        start = rrset.start
        relocationCount = rrset.relocationCount
        relocations = (rrset.start &+ rrset.length &+ glue.length &+ signatures.length &+ 1) & ~1
        length = rrset.length
        count = UInt16(truncatingIfNeeded: rrset.count)
        requiredLength = glue.requiredLength
        optionalLength = glue.optionalLength
        requiredCount = UInt16(truncatingIfNeeded: glue.requiredCount)
        optionalCount = UInt16(truncatingIfNeeded: glue.optionalCount)
        self.shift = shift
        self.isAnswer = isAnswer
        self.flags = flags
    }

    /// Copies the first octets of the block to the place right after the question, where alone its
    /// pointers are right, and moves those that have to move.
    @inline(__always)
    func copy(_ octets: Int, from heap: FlatView, to output: MessageBuffer, at place: Int) {
        output.copy(heap, from: start, count: octets, to: place)
        if shift == 0 { return }
        for index in 0..<relocationCount {
            let offset = Int(heap.word16(at: relocations &+ 2 &* index).littleEndian)
            if offset >= octets { return }
            let pointer = output.big16(at: place &+ offset)
            output.store(big16: pointer &+ UInt16(truncatingIfNeeded: shift), at: place &+ offset)
        }
    }

    /// Copies the block, without glue, to any place of a message about a name at or below the one that it was
    /// prepared for: pointers into that name move as above, those into the block with the block.
    func copyAnywhere(
        from heap: FlatView, preparedFor ownerLength: Int, to output: MessageBuffer, at place: Int
    ) {
        output.copy(heap, from: start, count: length, to: place)
        let blockStart = MessageSize.header &+ ownerLength &+ 4
        for index in 0..<relocationCount {
            let offset = Int(heap.word16(at: relocations &+ 2 &* index).littleEndian)
            if offset >= length { return }
            let pointer = Int(output.big16(at: place &+ offset) & 0x3FFF)
            let moved = pointer < blockStart ? pointer &+ shift : pointer &+ place &- blockStart
            output.store(big16: 0xC000 | UInt16(truncatingIfNeeded: moved), at: place &+ offset)
        }
    }
}

/// What a zone has for a question.
enum Preparation {
    /// This, as it is.
    case answer(PreparedAnswer)
    /// An rrset that is answered from this place of the view.
    case steered(RRSet, place: Int)
    /// Something that has to be put together: an alias, ANY, DS at a cut, or what needs a proof.
    case further(Lookup)
}

extension Responder {
    /// What the zone has for a type at the name asked, whose node is known, 0 if it has none (RFC 1034 §4.3.2).
    @inline(__always)
    mutating func prepare(
        _ type: RecordType, _ entry: ServedEntry, node: Int, wantsDNSSEC: Bool
    ) -> Preparation {
        let zone = entry.zone
        let found =
            node == 0 ? zone.lookupClosestEncloser(question) : zone.match(of: node, labels: question.labelCount)
        if zone.isSigned { return prepareSigned(type, entry, found, wantsDNSSEC) }
        return prepare(type, entry, found)
    }

    /// The same in a signed zone. What needs a proof is put together.
    @inline(never)
    private mutating func prepareSigned(
        _ type: RecordType, _ entry: ServedEntry, _ found: Lookup, _ wantsDNSSEC: Bool
    ) -> Preparation {
        if type == .rrsig { return .further(found) }
        if !wantsDNSSEC { return prepare(type, entry, found) }
        let zone = entry.zone
        guard found.match == .exact, type != .ns, let rrset = zone.rrset(of: found.node, type: type),
            steeredPlace(rrset, entry.marks) == nil
        else { return .further(found) }
        return .answer(
            PreparedAnswer(
                rrset, zone.signatures(of: rrset, node: found.node), wantsDNSSEC: true, shift: 0,
                isAnswer: true,
                flags: HeaderFlags.authoritative.rawValue))
    }

    /// The same without signatures.
    @inline(__always)
    private mutating func prepare(
        _ type: RecordType, _ entry: ServedEntry, _ found: Lookup
    ) -> Preparation {
        let authoritative = HeaderFlags.authoritative.rawValue
        let zone = entry.zone
        switch found.match {
        case .absent:
            return .answer(denial(of: zone, flags: authoritative | ResponseCode.nameError.rawValue))
        case .delegation:
            // The parent answers for DS itself (RFC 4035 §3.1.4.1).
            guard type != .ds || found.labels != question.labelCount,
                let servers = zone.rrset(of: found.node, type: .ns)
            else { return .further(found) }
            let shift = question.length &- zone.nameLength(of: found.node) &- zone.apexLength
            return .answer(
                PreparedAnswer(
                    servers, Glue(of: servers, in: zone.heap), .none, shift: shift, isAnswer: false, flags: 0))
        case .exact, .wildcard:
            guard let rrset = zone.rrset(of: found.node, type: type) else { break }
            if let place = steeredPlace(rrset, entry.marks) { return .steered(rrset, place: place) }
            let shift =
                found.match == .exact
                ? 0 : question.length &- zone.nameLength(of: found.node) &- zone.apexLength
            let signatures = zone.signatures(of: rrset, node: found.node)
            if type == .ns && found.node == zone.apexNode {
                return .answer(servers(rrset, signatures, of: zone))
            }
            return .answer(
                PreparedAnswer(
                    rrset, signatures, wantsDNSSEC: false, shift: shift, isAnswer: true, flags: authoritative))
        case .subtreeAlias:
            return .further(found)
        }
        if type == .any || zone.flags(of: found.node).contains(.alias) { return .further(found) }
        return .answer(denial(of: zone, flags: authoritative))
    }

    /// The zone's own servers, and their addresses also with minimal responses, as the peers do; none is required.
    private mutating func servers(
        _ rrset: RRSet, _ signatures: Signatures, of zone: CompiledZone
    ) -> PreparedAnswer {
        let flags = HeaderFlags.authoritative.rawValue
        var answer = PreparedAnswer(
            rrset, Glue(of: rrset, in: zone.heap), signatures, shift: 0, isAnswer: true, flags: flags)
        answer.optionalLength &+= answer.requiredLength
        answer.optionalCount &+= answer.requiredCount
        answer.requiredLength = 0
        answer.requiredCount = 0
        if !table.minimalResponses {
            // They are added one by one.
            answer.optionalLength = 0
            answer.optionalCount = 0
        }
        return answer
    }

    /// The SOA that says for how long something is known not to be (RFC 2308).
    @inline(__always)
    mutating func denial(of zone: CompiledZone, flags: UInt16, wantsDNSSEC: Bool = false) -> PreparedAnswer {
        let shift = question.length &- zone.apexLength
        let signatures = zone.signatures(of: zone.negative, node: zone.apexNode)
        return PreparedAnswer(
            zone.negative, signatures, wantsDNSSEC: wantsDNSSEC, shift: shift, isAnswer: false, flags: flags)
    }
}
