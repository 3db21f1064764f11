/// What an answer must say besides its status and what its body matches.
public struct HTTPExpectation: Hashable, Sendable, Codable {
    /// Where it must say it.
    public enum Place: Hashable, Sendable, Codable {
        /// In a field of the header, one of them where there are several of the name.
        case header(String)
        /// At a place of the body, which is JSON.
        case json(JSONPath)
    }

    /// What it must say there.
    public enum Demand: Hashable, Sendable, Codable {
        /// Anything.
        case present
        /// This text. What stands in JSON without quotes is taken as it is written: `1.50`, `true`, `null`.
        case text(String)
        /// What this Perl regular expression matches somewhere.
        case pattern(String)
    }

    /// Where.
    public var place: Place
    /// What.
    public var demand: Demand

    /// An expectation.
    public init(_ place: Place, _ demand: Demand) {
        self.place = place
        self.demand = demand
    }
}
