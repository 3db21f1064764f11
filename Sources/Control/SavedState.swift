public import Addresses
public import Director
public import Health

/// What outlives the process: what is ours, and what was known.
public struct SavedState: Codable, Sendable, Equatable {
    /// A verdict with the check that gave it.
    public struct SavedVerdict: Codable, Sendable, Equatable {
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

    /// Reads a state that another version may have written. What it says of checks counts only where it is understood;
    /// what is ours must not be forgotten for the sake of that.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        bootID = try values.decode(String.self, forKey: .bootID)
        savedAt = try values.decode(Double.self, forKey: .savedAt)
        owned = try values.decode([VirtualServerKey].self, forKey: .owned)
        addresses = try values.decode([AddedAddress].self, forKey: .addresses)
        agents = (try? values.decode([SavedAgent].self, forKey: .agents)) ?? []
        verdicts = (try? values.decode([SavedVerdict].self, forKey: .verdicts)) ?? []
    }
}
