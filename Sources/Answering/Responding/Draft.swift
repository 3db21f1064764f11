internal import DNSWire

/// An answer in the making: where it is written, how far, and what its header will say.
struct Draft {
    /// The place of the message.
    let output: MessageBuffer
    /// The octet at which the message has to end, the OPT record not counted.
    var limit: Int
    /// The next octet.
    var position: Int
    /// Where the data of the alias written last begins, the name that goes on; 0 before the first.
    var aliasPlace = 0
    /// Whether nothing is added to a positive answer, whatever the options say.
    var isMinimal = false
    /// Whether the zone's servers are added to a positive answer.
    var addsServers = false
    /// How the query ended.
    var code = ResponseCode.noError
    /// Why, where the code alone doesn't say it.
    var extendedError: ExtendedError?
    /// Flags of ours to set: AA, TC.
    var flags: HeaderFlags = []
    /// Records of the answer section.
    var answers: UInt16 = 0
    /// Records of the authority section.
    var authorities: UInt16 = 0
    /// Records of the additional section.
    var additionals: UInt16 = 0

    /// Whether signatures and proofs belong to the answer: the DO bit (RFC 4035 §3.1).
    var wantsDNSSEC = false
    /// Whether an address came from the steering view.
    var isSteered = false
    /// Whether steering withheld all addresses of an rrset.
    var isWithdrawn = false

    init(_ output: MessageBuffer, limit: Int) {
        self.output = output
        self.limit = limit
        position = MessageSize.header
    }

    /// Whether the answer was cut short.
    var isTruncated: Bool {
        get { flags.contains(.truncated) }
        set { if newValue { flags.insert(.truncated) } else { flags.remove(.truncated) } }
    }

    /// Whether so many octets fit; otherwise the answer is marked as cut short.
    @inline(__always)
    mutating func fits(_ length: Int) -> Bool {
        if position &+ length <= limit { return true }
        flags.insert(.truncated)
        return false
    }
}
