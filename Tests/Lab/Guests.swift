/// The guests of all scenarios, two at a time: one waits most of its time, and more would hold each other up.
actor Guests {
    /// The places of this process.
    static let places = Guests()

    /// What each scenario's console will show. The first who asks for one begins with all of them.
    static let consoles: [String: Task<String, any Error>] = Dictionary(
        uniqueKeysWithValues: Guest.scenarios.map { name in
            (name, Task { try await places.run(Guest(scenario: name)) })
        })

    private var free = 2
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// Runs a guest when there is a place for it; see Guest.
    func run(
        _ guest: Guest,
        meanwhile: @Sendable (_ child: ChildProcess, _ log: String) async throws -> Void = { _, _ in }
    ) async throws -> String {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
        defer {
            // Whoever waits gets this place.
            if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
        }
        return try await guest.run(meanwhile: meanwhile)
    }
}
