public import Director

/// How far a VIP can serve.
public enum VIPState: String, Hashable, Sendable, CaseIterable {
    /// The serving real servers of its virtual servers reach their quorum.
    case up
    /// Something serves, if only a fallback or fewer real servers than the quorum.
    case degraded
    /// Nothing serves.
    case down
}

/// Which of its virtual servers a VIP needs.
public enum VIPRequirement: Hashable, Sendable {
    /// It is as good as the best of them.
    case any
    /// It is as good as the worst of them.
    case all
}

/// A VIP as it stands at one moment: what answers depend on.
public struct VIPStanding: Hashable, Sendable {
    /// How far it can serve.
    public var state: VIPState
    /// The live weight behind it: the sum of the weights of its serving real servers; 1 for a fallback.
    public var weight: Int
    /// While it is not up: the least time in which a check of one of its real servers that are not up,
    /// or of a fallback that stands in for them, can come up. Nil where there is none.
    public var recovery: Duration?

    /// A standing; see the properties.
    public init(state: VIPState, weight: Int, recovery: Duration? = nil) {
        self.state = state
        self.weight = weight
        self.recovery = recovery
    }

    /// The standing that follows from a VIP's virtual servers; down where there is none.
    public init(of servers: [VirtualServer], requires requirement: VIPRequirement) {
        func holds(_ condition: (VirtualServer) -> Bool) -> Bool {
            switch requirement {
            case .any: servers.contains(where: condition)
            case .all: !servers.isEmpty && servers.allSatisfy(condition)
            }
        }
        if holds(\.reachesQuorum) {
            state = .up
        } else if holds(\.serves) {
            state = .degraded
        } else {
            state = .down
        }
        weight = max(servers.reduce(0) { $0 + $1.liveWeight }, state == .down ? 0 : 1)
        recovery =
            state == .up
            ? nil : servers.flatMap(\.checkedServers).filter { $0.standing != .up }.compactMap(\.recovery).min()
    }
}

extension VirtualServer {
    /// The real servers, and the fallback while it is needed: on it depends whether the VIP is down.
    fileprivate var checkedServers: [RealServer] {
        guard let fallback, needsFallback() else { return realServers }
        return realServers + [fallback]
    }
}
