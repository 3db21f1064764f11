/// Why a name is answered as it is: the answer to `explain`.
public struct ExplainReport: Hashable, Codable, Sendable {
    /// The name that was asked about.
    public var name: String
    /// The type that was asked about.
    public var type: String
    /// The client's address, if one was given.
    public var from: String?
    /// How the answer was found: one step for the name, and one for each alias followed.
    public var steps: [ExplainStep]
    /// The answer's code: `NOERROR`.
    public var responseCode: String
    /// The answer section's records as dig shows them.
    public var answer: [String]
    /// The authority section's records as dig shows them.
    public var authority: [String]
    /// The additional section's records as dig shows them.
    public var additional: [String]
    /// What else should be known, one line each.
    public var notes: [String]

    /// A report; see the properties.
    public init(
        name: String, type: String, from: String? = nil, steps: [ExplainStep], responseCode: String,
        answer: [String] = [], authority: [String] = [], additional: [String] = [], notes: [String] = []
    ) {
        self.name = name
        self.type = type
        self.from = from
        self.steps = steps
        self.responseCode = responseCode
        self.answer = answer
        self.authority = authority
        self.additional = additional
        self.notes = notes
    }
}

/// What was found for one name on the way to an answer.
public struct ExplainStep: Hashable, Codable, Sendable {
    /// The name looked for.
    public var name: String
    /// The zone that it lies in; nil if none of ours.
    public var zone: String?
    /// The zone's file.
    public var file: String?
    /// The owner in the zone that matched: the name itself, a wildcard, a delegation or a DNAME above it; nil
    /// if there is none.
    public var owner: String?
    /// How it matched, in words: `exact match`, `wildcard`, `delegation`, `DNAME`, `no such
    /// name`, `no zone of ours`.
    public var match: String
    /// The rrset that was found, as the zone's file has it, as dig shows records.
    public var written: [String]
    /// What steering makes of the rrset; nil if it is not steered.
    public var steering: SteeringExplanation?

    /// A step; see the properties.
    public init(
        name: String, zone: String? = nil, file: String? = nil, owner: String? = nil, match: String,
        written: [String] = [], steering: SteeringExplanation? = nil
    ) {
        self.name = name
        self.zone = zone
        self.file = file
        self.owner = owner
        self.match = match
        self.written = written
        self.steering = steering
    }
}

/// What steering makes of an rrset, and why.
public struct SteeringExplanation: Hashable, Codable, Sendable {
    /// `all` or `single`.
    public var answers: String
    /// `withdraw` or `serve-all`.
    public var whenAllDown: String
    /// The addresses of the rrset as it is written.
    public var addresses: [AddressExplanation]
    /// Which of them are answered and by which rule, one line.
    public var decision: String
    /// Seconds that the answer, or its absence, may be kept.
    public var timeToLive: Int
    /// Why so long: `steering ttl`, `rise 1 × interval 1 s, at least 5 s`.
    public var timeToLiveReason: String

    /// An explanation; see the properties.
    public init(
        answers: String, whenAllDown: String, addresses: [AddressExplanation], decision: String,
        timeToLive: Int,
        timeToLiveReason: String
    ) {
        self.answers = answers
        self.whenAllDown = whenAllDown
        self.addresses = addresses
        self.decision = decision
        self.timeToLive = timeToLive
        self.timeToLiveReason = timeToLiveReason
    }

    private enum CodingKeys: String, CodingKey {
        case answers, addresses, decision
        case whenAllDown = "when-all-down"
        case timeToLive = "ttl"
        case timeToLiveReason = "ttlReason"
    }
}

/// One address of a steered rrset.
public struct AddressExplanation: Hashable, Codable, Sendable {
    /// The address.
    public var address: String
    /// The VIP's state; nil for an address that is no VIP of ours.
    public var state: ServiceState?
    /// The weight with which it is chosen.
    public var weight: Int
    /// Whether it may be in the answer.
    public var isAnswered: Bool
    /// What an admin has ordered for the VIP, in words; nil if nothing.
    public var note: String?
    /// Its virtual servers, with their real servers and their verdicts.
    public var virtualServers: [VirtualServerReport]

    /// An address; see the properties.
    public init(
        address: String, state: ServiceState?, weight: Int, isAnswered: Bool, note: String? = nil,
        virtualServers: [VirtualServerReport] = []
    ) {
        self.address = address
        self.state = state
        self.weight = weight
        self.isAnswered = isAnswered
        self.note = note
        self.virtualServers = virtualServers
    }

    private enum CodingKeys: String, CodingKey {
        case address, state, weight, note, virtualServers
        case isAnswered = "answered"
    }
}
