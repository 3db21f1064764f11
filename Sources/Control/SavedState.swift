public import Addresses
public import Director
public import Health

/// What outlives the process: what is ours, and what was known.
public struct SavedState: Codable, Sendable, Equatable {
    /// A verdict with the check that gave it.
    public struct SavedVerdict: Sendable, Equatable {
        /// The check, whole: another check's verdict says nothing.
        public var check: Check
        /// The verdict.
        public var verdict: Verdict
        /// Its reason in words.
        public var reason: String

        /// A verdict.
        public init(check: Check, verdict: Verdict, reason: String) {
            self.check = check
            self.verdict = verdict
            self.reason = reason
        }
    }

    /// What an agent has said, with the question.
    public struct SavedAgent: Codable, Sendable, Equatable {
        /// The question, whole.
        public var check: Check
        /// What it has said.
        public var state: AgentState

        /// What an agent has said.
        public init(check: Check, state: AgentState) {
            self.check = check
            self.state = state
        }
    }

    /// An address that we have added to an interface.
    public struct AddedAddress: Codable, Sendable, Hashable {
        /// The address.
        public var address: IPAddress
        /// The interface's name.
        public var interface: String
    }

    /// The kernel's identifier of this boot; what was saved in another boot says nothing.
    public var bootID = ""
    /// When it was saved, in seconds since that boot.
    public var savedAt = 0.0
    /// The virtual servers that we have put into the kernel's table.
    public var owned: [VirtualServerKey] = []
    /// The verdicts.
    public var verdicts: [SavedVerdict] = []
    /// What agents have said.
    public var agents: [SavedAgent] = []
    /// The addresses that we have added.
    public var addresses: [AddedAddress] = []

    /// Nothing saved.
    public init() {}

    private enum CodingKeys: CodingKey { case bootID, savedAt, owned, verdicts, agents, addresses }

    /// Verdicts of checks that differ in nothing but their target: one of the checks, and for each a row of target,
    /// verdict and reason. Ten thousand verdicts are a megabyte so, and take little to write.
    private struct Group: Codable {
        var check: Check
        var rows: [[String]]
    }

    /// Reads a state that another version may have written. What it says of checks counts only where it is understood;
    /// what is ours must not be forgotten for the sake of that.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        bootID = try values.decode(String.self, forKey: .bootID)
        savedAt = try values.decode(Double.self, forKey: .savedAt)
        owned = try values.decode([VirtualServerKey].self, forKey: .owned)
        addresses = try values.decode([AddedAddress].self, forKey: .addresses)
        agents = (try? values.decode([SavedAgent].self, forKey: .agents)) ?? []
        for group in (try? values.decode([Group].self, forKey: .verdicts)) ?? [] {
            for row in group.rows where row.count == 3 {
                guard let target = Endpoint(row[0]), let verdict = Verdict(rawValue: row[1]) else { continue }
                verdicts.append(
                    SavedVerdict(check: group.check.aimed(at: target), verdict: verdict, reason: row[2]))
            }
        }
    }

    /// Writes it.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(bootID, forKey: .bootID)
        try values.encode(savedAt, forKey: .savedAt)
        try values.encode(owned, forKey: .owned)
        try values.encode(addresses, forKey: .addresses)
        try values.encode(agents, forKey: .agents)
        var groups: [Group] = []
        var placeOfTerms: [Check.Terms: Int] = [:]
        for saved in verdicts {
            let place = placeOfTerms[saved.check.terms] ?? groups.count
            if place == groups.count {
                placeOfTerms[saved.check.terms] = place
                groups.append(Group(check: saved.check, rows: []))
            }
            groups[place].rows.append(["\(saved.check.target)", saved.verdict.rawValue, saved.reason])
        }
        try values.encode(groups, forKey: .verdicts)
    }
}
