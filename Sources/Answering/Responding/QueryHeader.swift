internal import DNSWire

/// A query's header, as two numbers.
struct QueryHeader {
    // Identifier, flags, questions, records of the answer section, from the highest bits down.
    private let first: UInt64
    // Records of the authority section, and of the additional one.
    private let second: UInt32

    /// The first 12 octets of a query, which has to have them.
    @inline(__always)
    init(_ query: RawSpan) {
        first = query.big64(at: 0)
        second = query.big32(at: 8)
    }

    /// The flags.
    var flags: HeaderFlags { HeaderFlags(rawValue: UInt16(truncatingIfNeeded: first &>> 32)) }

    /// The number of questions.
    var questions: UInt16 { UInt16(truncatingIfNeeded: first &>> 16) }

    /// Whether it is no response, its opcode is QUERY, and it has one question.
    @inline(__always)
    var isOneQuestion: Bool { first & 0x0000_F800_FFFF_0000 == 0x0000_0000_0001_0000 }

    /// Records after the question.
    @inline(__always)
    var recordCount: UInt64 { first & 0xFFFF | UInt64(second) &<< 16 }

    /// The same for a single record in the additional section.
    static var oneAdditional: UInt64 { 1 &<< 16 }

    /// Records of the sections after the question.
    var counts: (answer: Int, authority: Int, additional: Int) {
        (Int(first & 0xFFFF), Int(second >> 16), Int(second & 0xFFFF))
    }

    /// Writes the header of the response: identifier, opcode and RD as they came. CD is cleared (RFC 4035
    /// §3.1.6), as NSD and Knot do, and so is Z.
    @inline(__always)
    func writeResponse(
        flags: UInt16, questions: UInt16, answers: UInt16, authorities: UInt16, additionals: UInt16,
        to output: MessageBuffer
    ) {
        let own = UInt64(flags | HeaderFlags.response.rawValue) &<< 32
        let counts = UInt64(questions) &<< 16 | UInt64(answers)
        output.store(big64: first & 0xFFFF_7900_0000_0000 | own | counts, at: 0)
        output.store(big32: UInt32(authorities) &<< 16 | UInt32(additionals), at: 8)
    }
}

/// What a plain answer has found out before it turned out not to be one.
struct KnownPlace {
    /// The zone's place in the catalog; `unknown` if it was not looked for.
    var zone = Self.unknown
    /// The node of the name asked in that zone; 0 if there is none, `unknown` if it was not looked for.
    var node = Self.unknown

    static var unknown: Int { -2 }
}
