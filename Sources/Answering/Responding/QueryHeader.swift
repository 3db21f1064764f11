internal import DNSWire

/// A query's header, as two numbers.
struct QueryHeader {
    // Identifier and flags, from the highest bits down.
    private let first: UInt32
    // Questions, records of the answer, the authority and the additional section.
    private let numbers: UInt64

    /// The first 12 octets of a query, which has to have them.
    @inline(__always)
    init(_ query: RawSpan) {
        first = query.big32(at: 0)
        numbers = query.big64(at: 4)
    }

    /// The flags.
    var flags: HeaderFlags { HeaderFlags(rawValue: UInt16(truncatingIfNeeded: first)) }

    /// The number of questions.
    var questions: UInt16 { UInt16(truncatingIfNeeded: numbers &>> 48) }

    /// Whether it is no response, its opcode is QUERY, and it has one question.
    @inline(__always)
    var isOneQuestion: Bool { first & 0xF800 == 0 && questions == 1 }

    /// Whether it has a question and nothing else.
    @inline(__always)
    var isQuestionAlone: Bool { numbers == 1 &<< 48 }

    /// Whether it has a question and a record in the additional section.
    @inline(__always)
    var isQuestionWithOne: Bool { numbers == 1 &<< 48 | 1 }

    /// Whether records follow the questions.
    var hasRecords: Bool { numbers &<< 16 != 0 }

    /// Records of the sections after the question.
    var counts: (answer: Int, authority: Int, additional: Int) {
        (Int(numbers &>> 32 & 0xFFFF), Int(numbers &>> 16 & 0xFFFF), Int(numbers & 0xFFFF))
    }

    /// Writes the header of the response: identifier, opcode and RD as they came. CD is cleared (RFC 4035
    /// §3.1.6), as NSD and Knot do, and so is Z.
    ///
    /// - Parameter counts: Sixteen bits each: questions, records of the three sections.
    @inline(__always)
    func writeResponse(flags: UInt16, counts: UInt64, to output: MessageBuffer) {
        let own = UInt32(flags | HeaderFlags.response.rawValue)
        output.store(header: first & 0xFFFF_7900 | own, counts: counts)
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
