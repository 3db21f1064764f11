import Addresses
import Testing

@testable import Probes

@Suite("The thread of plain connections", .timeLimit(.minutes(1)))
struct PlainConnectionsTests {
    @Test("Whoever starts it at the same time as others is heard, and all end with it")
    func starts() async throws {
        try await TestServer.run(script: { _, _ in }) { server in
            for _ in 0..<10 {
                let connections = PlainConnections("test")
                let found = try await withThrowingTaskGroup(of: Bool.self) { tasks in
                    for _ in 0..<16 {
                        tasks.addTask {
                            try connections.start()
                            let result = await withCheckedContinuation { continuation in
                                let order = PlainOrder(
                                    target: server.endpoint, deadline: Deadline(.seconds(20)),
                                    receiver: .task(continuation, Cancellation()))
                                connections.tell([.connect(order)])
                            }
                            if case .success(.connected) = result { return true }
                            return false
                        }
                    }
                    return try await tasks.reduce(into: [Bool]()) { $0.append($1) }
                }
                #expect(found == Array(repeating: true, count: 16))
                connections.end()
            }
        }
    }
}
