/// The guests of all scenarios, two at a time: one waits most of its time, and more would hold each other up.
actor Guests {
    /// What each scenario's console will show. The first who asks for one begins with all of them.
    static let consoles: [String: Task<String, any Error>] = {
        let places = Guests()
        return Dictionary(
            uniqueKeysWithValues: Guest.scenarios.map { name in
                (name, Task { try await places.run(Guest(scenario: name)) })
            })
    }()

    private var free = 2
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private func run(_ guest: Guest) async throws -> String {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
        defer {
            // Whoever waits gets this place.
            if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
        }
        let console = try await guest.run()
        // On a busy machine this kernel now and then gives up one of its own processes, which says nothing of ours.
        return console.contains("userspace - child stopped with signal") ? try await guest.run() : console
    }
}
