internal import ControlProtocol
internal import Director

/// Something in a report of servers, as commands that wait look at it.
struct WaitedState {
    /// The states that can be waited for.
    static let known = [
        "up", "degraded", "down", "unknown", "serving", "idle", "draining", "drained", "disabled",
    ]
    /// Those that only real servers have.
    static let ofRealServers = ["unknown", "serving", "idle"]
    /// Its state in the report.
    var state: String
    /// What an admin has ordered: `draining`, `drained`, `disabled`, `up`, `down`.
    var order: String?
    /// Why it is so, in words.
    var reason: String
    var isRealServer = false
    var isServing = false

    /// Whether it is in a state.
    func holds(_ wanted: String) -> Bool {
        switch wanted {
        case "serving": isServing
        case "idle": !isServing
        case "draining", "drained", "disabled": order == wanted
        default: state == wanted
        }
    }

    var words: String { [state, reason].filter { !$0.isEmpty }.joined(separator: ": ") }
}

extension ServersReport {
    /// Everything by its name.
    var named: [String: WaitedState] {
        Dictionary(everything.map { ($0.name, $0.state) }, uniquingKeysWith: { first, _ in first })
    }

    /// What fits a pattern, as the daemon takes it: all of the first kind of which something fits.
    func subjects(_ text: String) -> [(String, WaitedState)] {
        let pattern = SubjectPattern(text)
        for kind in SubjectPattern.Kind.allCases where pattern.kind ?? kind == kind {
            let found = everything.filter { $0.kind == kind && pattern.fits($0.names) }
            if !found.isEmpty { return found.map { ($0.name, $0.state) } }
        }
        return []
    }

    private typealias Named = (
        kind: SubjectPattern.Kind, name: String, names: [String], state: WaitedState
    )

    private var everything: [Named] {
        var all: [Named] = vips.map {
            (
                .vip, $0.address, [$0.address],
                WaitedState(state: $0.state.rawValue, order: $0.order, reason: $0.note ?? "")
            )
        }
        for virtual in virtualServers {
            all.append(
                (
                    .virtualServer, virtual.name, SubjectPattern.names(ofVirtualServer: virtual.name),
                    WaitedState(state: virtual.state.rawValue, order: virtual.order, reason: virtual.summary)
                ))
            for real in virtual.realServers {
                all.append(
                    (
                        .realServer, "\(virtual.name) → \(real.endpoint)",
                        SubjectPattern.names(ofRealServer: real.endpoint, in: virtual.name),
                        WaitedState(
                            state: real.state.rawValue, order: real.order, reason: real.note ?? real.reason,
                            isRealServer: true, isServing: real.isServing)
                    ))
            }
        }
        return all
    }
}

extension RemoteCommand {
    /// Looks at the servers again and again until something holds; whether it did before the deadline.
    @discardableResult
    func watch(
        every interval: Duration, until deadline: ContinuousClock.Instant? = nil,
        _ isOver: (ServersReport) throws -> Bool
    ) async throws -> Bool {
        while true {
            let response: Response
            do throws(ClientError) {
                response = try await client.ask(.servers)
                if case .failure(let failure) = response { throw ClientError.refused(failure) }
                guard case .servers = response else { throw ClientError.misunderstood(client.path) }
            } catch {
                throw Console.ends(with: error)
            }
            if case .servers(let report) = response, try isOver(report) { return true }
            if let deadline, ContinuousClock.now >= deadline { return false }
            try await Task.sleep(for: interval)
        }
    }
}
