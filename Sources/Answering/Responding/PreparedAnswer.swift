internal import DNSWire
internal import Zones

/// A block of a zone that is all of an answer but header, question and OPT record.
struct PreparedAnswer {
    /// Where the records begin in the zone's heap.
    var start: Int
    /// Octets of the answer's, or the authority section's, records.
    var length: Int
    /// Pointers that move.
    var relocationCount: Int
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

    @inline(__always)
    init(_ rrset: RRSet, shift: Int, isAnswer: Bool, flags: UInt16) {
        start = rrset.start
        length = rrset.length
        relocationCount = rrset.relocationCount
        self.shift = shift
        count = UInt16(truncatingIfNeeded: rrset.count)
        self.isAnswer = isAnswer
        self.flags = flags
    }

    /// Adds the glue of an NS rrset.
    mutating func add(_ glue: Glue) {
        requiredLength = glue.requiredLength
        optionalLength = glue.optionalLength
        requiredCount = UInt16(truncatingIfNeeded: glue.requiredCount)
        optionalCount = UInt16(truncatingIfNeeded: glue.optionalCount)
    }

    /// Copies the first octets of the block to the place right after the question, where alone its
    /// pointers are right, and moves those that have to move.
    @inline(__always)
    func copy(_ octets: Int, from heap: FlatView, to output: MessageBuffer, at place: Int) {
        output.copy(heap, from: start, count: octets, to: place)
        if shift == 0 { return }
        let list = (start &+ size &+ 1) & ~1
        for index in 0..<relocationCount {
            let offset = Int(heap.word16(at: list &+ 2 &* index).littleEndian)
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
        let list = (start &+ size &+ 1) & ~1
        let blockStart = MessageSize.header &+ ownerLength &+ 4
        for index in 0..<relocationCount {
            let offset = Int(heap.word16(at: list &+ 2 &* index).littleEndian)
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
    /// Something that has to be put together: an alias, ANY, or DS at a cut.
    case further(Lookup)
}

extension Responder {
    /// What the zone has for a type at the name asked, whose node is known, 0 if it has none (RFC 1034 §4.3.2).
    @inline(__always)
    mutating func prepare(_ type: RecordType, _ entry: ServedEntry, node: Int) -> Preparation {
        let authoritative = HeaderFlags.authoritative.rawValue
        let zone = entry.zone
        let found =
            node == 0 ? zone.lookupClosestEncloser(question) : zone.match(of: node, labels: question.labelCount)
        switch found.match {
        case .absent:
            let code = ResponseCode.nameError.rawValue
            return .answer(
                PreparedAnswer(
                    zone.negative, shift: question.length &- zone.apexLength, isAnswer: false,
                    flags: authoritative | code))
        case .delegation:
            // The parent answers for DS itself (RFC 4035 §3.1.4.1).
            guard type != .ds || found.labels != question.labelCount,
                let servers = zone.rrset(of: found.node, type: .ns)
            else { return .further(found) }
            let shift = question.length &- zone.nameLength(of: found.node) &- zone.apexLength
            var referral = PreparedAnswer(servers, shift: shift, isAnswer: false, flags: 0)
            referral.add(Glue(of: servers, in: zone.heap))
            return .answer(referral)
        case .exact, .wildcard:
            guard let rrset = zone.rrset(of: found.node, type: type) else { break }
            if let place = steeredPlace(rrset, entry.marks) { return .steered(rrset, place: place) }
            let shift =
                found.match == .exact
                ? 0 : question.length &- zone.nameLength(of: found.node) &- zone.apexLength
            var answer = PreparedAnswer(rrset, shift: shift, isAnswer: true, flags: authoritative)
            if type == .ns && found.node == zone.apexNode && table.minimalResponses {
                // The servers' addresses, also with minimal responses, as the peers do; none is required.
                let glue = Glue(of: rrset, in: zone.heap)
                answer.optionalLength = glue.requiredLength &+ glue.optionalLength
                answer.optionalCount = UInt16(truncatingIfNeeded: glue.requiredCount &+ glue.optionalCount)
            }
            return .answer(answer)
        case .subtreeAlias:
            return .further(found)
        }
        if type == .any || zone.flags(of: found.node).contains(.alias) { return .further(found) }
        return .answer(
            PreparedAnswer(
                zone.negative, shift: question.length &- zone.apexLength, isAnswer: false,
                flags: authoritative))
    }
}
