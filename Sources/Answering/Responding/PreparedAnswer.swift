internal import DNSWire
internal import Zones

/// A block of a zone that is all of an answer but the question and the OPT record.
struct PreparedAnswer {
    /// Where the records begin in the zone's heap.
    var start: Int
    /// Octets of all sections.
    var length: Int
    /// Where the block ends, with glue and signatures; behind it is the list of the pointers that move.
    var end: Int
    /// The number of them.
    var relocationCount: Int
    /// By how much they move: what the name asked is longer than the one that the block was prepared for.
    var shift: Int
    /// AA, and the response code.
    var flags: UInt16
    /// The header's numbers: one question, records of the three sections. The last are glue.
    var counts: UInt64

    private var relocations: Int { (end &+ 1) & ~1 }
    /// Records of the answer section.
    var answers: UInt16 { UInt16(truncatingIfNeeded: counts &>> 32) }
    /// Records of the authority section.
    var authorities: UInt16 { UInt16(truncatingIfNeeded: counts &>> 16) }
    /// Records of the additional section.
    var additionals: UInt16 { UInt16(truncatingIfNeeded: counts) }

    /// An rrset; with its signatures, if it has any and they are wanted.
    @inline(__always)
    init(
        _ rrset: RRSet, _ signatures: Signatures, wantsDNSSEC: Bool = false, shift: Int, isAnswer: Bool,
        flags: UInt16
    ) {
        start = rrset.start
        relocationCount = rrset.relocationCount
        end = rrset.start &+ rrset.length &+ signatures.length
        length = wantsDNSSEC ? rrset.length &+ signatures.length : rrset.length
        self.shift = shift
        self.flags = flags
        let count = wantsDNSSEC ? rrset.count &+ signatures.count : rrset.count
        counts = 1 &<< 48 | UInt64(UInt16(truncatingIfNeeded: count)) &<< (isAnswer ? 32 : 16)
    }

    /// Adds the glue that follows an NS rrset; what is signed has its signatures behind the glue.
    @inline(__always)
    mutating func add(_ glue: Glue) {
        length &+= glue.length
        end &+= glue.length
        counts |= UInt64(UInt16(truncatingIfNeeded: glue.count))
    }

    /// Copies the first octets of the block to the place right after the question, where alone its
    /// pointers are right, and moves those that have to move.
    @inline(__always)
    func copy(_ octets: Int, from heap: FlatView, to output: MessageBuffer, at place: Int) {
        // Neither is negative.
        heap.check(end: start &+ octets)
        unsafe output.copy(unchecked: heap, from: start, count: octets, to: place)
        if shift == 0 { return }
        for index in 0..<relocationCount {
            let offset = Int(heap.word16(at: relocations &+ 2 &* index).littleEndian)
            if offset >= octets { return }
            output.add(big16: shift, at: place &+ offset)
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
            let shift = shift(of: found.node, in: zone)
            var answer = PreparedAnswer(servers, .none, shift: shift, isAnswer: false, flags: 0)
            answer.add(Glue(of: servers, in: zone.heap))
            return .answer(answer)
        case .exact, .wildcard:
            guard let rrset = zone.rrset(of: found.node, type: type) else { break }
            if let place = steeredPlace(rrset, entry.marks) { return .steered(rrset, place: place) }
            let shift = found.match == .exact ? 0 : shift(of: found.node, in: zone)
            let signatures = zone.signatures(of: rrset, node: found.node)
            var answer = PreparedAnswer(
                rrset, signatures, shift: shift, isAnswer: true, flags: authoritative)
            // The zone's own servers have their addresses with them, as the peers have it also with minimal responses;
            // else they are added one by one.
            if type == .ns && found.node == zone.apexNode {
                let glue = Glue(of: rrset, in: zone.heap)
                if table.minimalResponses {
                    answer.add(glue)
                } else {
                    answer.end &+= glue.length
                }
            }
            return .answer(answer)
        case .subtreeAlias:
            return .further(found)
        }
        if type == .any || zone.flags(of: found.node).contains(.alias) { return .further(found) }
        return .answer(denial(of: zone, flags: authoritative))
    }

    /// By how much pointers of a node's records move under the name asked.
    @inline(__always)
    func shift(of node: Int, in zone: CompiledZone) -> Int {
        question.length &- zone.nameLength(of: node) &- zone.apexLength
    }

    /// The SOA that says for how long something is known not to be (RFC 2308).
    @inline(__always)
    mutating func denial(of zone: CompiledZone, flags: UInt16, wantsDNSSEC: Bool = false) -> PreparedAnswer {
        let negative = zone.negative
        return PreparedAnswer(
            negative, zone.signatures(of: negative, node: zone.apexNode), wantsDNSSEC: wantsDNSSEC,
            shift: question.length &- zone.apexLength, isAnswer: false, flags: flags)
    }
}
