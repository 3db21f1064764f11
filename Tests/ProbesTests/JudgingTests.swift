import Dispatch
import Health
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Probes

@Suite("Judging", .timeLimit(.minutes(1)))
struct JudgingTests {
    /// Something that costs so many steps; how often it was begun.
    private static func judge(
        _ cost: Int, _ judging: inout Judging, octets: Int = 0, begins: Counter = Counter(),
        meanwhile: @escaping @Sendable () -> Void = {}
    ) async throws(ProbeFailure) -> Int {
        try await judging.judge(octets) { (steps) throws(ProbeFailure) in
            begins.add(1)
            steps -= cost
            if steps < 0 { throw ProbeFailure(tooCostly: "too costly") }
            if begins.value > 1 { meanwhile() }
            return begins.value
        }
    }

    final class Counter: Sendable {
        private let state = Mutex((value: 0, most: 0))

        var value: Int { state.withLock { $0.value } }
        var most: Int { state.withLock { $0.most } }

        func add(_ number: Int) {
            state.withLock { state in
                state.value += number
                state.most = max(state.most, state.value)
            }
        }
    }

    /// In place 20,000 steps; elsewhere four million, and four for each octet: 256 KB have 1,048,576.
    @Test(
        "is done in place where it costs a millisecond, once more elsewhere where it costs more, and has an end",
        arguments: [
            ([20_000], 0, [1]), ([20_001], 0, [2]), ([4_000_000], 0, [2]), ([4_000_001], 0, [nil]),
            ([4_000_001], 1, [2]), ([5_048_576], 262_144, [2]), ([5_048_577], 262_144, [nil]),
            // All goes have one reserve, and there is no way back.
            ([10_000, 10_000, 1, 1], 0, [1, 1, 2, 1]), ([20_001, 3_979_999, 1], 0, [2, 1, nil]),
        ] as [([Int], Int, [Int?])])
    func costs(costs: [Int], octets: Int, begins: [Int?]) async {
        var judging = Judging()
        var found: [Int?] = []
        for cost in costs {
            do throws(ProbeFailure) {
                found.append(try await Self.judge(cost, &judging, octets: octets))
            } catch {
                #expect(error.isTooCostly)
                found.append(nil)
            }
        }
        #expect(found == begins)
    }

    @Test("A failure that is none of costs is not looked at again")
    func failures() async {
        var judging = Judging()
        let begins = Counter()
        await #expect(throws: ProbeFailure.self) {
            try await judging.judge(0) { (steps) throws(ProbeFailure) in
                begins.add(1)
                throw ProbeFailure("another page")
            }
        }
        #expect(begins.value == 1)
    }

    /// More of them than there are threads for tasks wait for a task that begins after them: where tasks run they would
    /// wait for ever.
    @Test("What is costly holds up no task, and is done one after the other")
    func elsewhere() async {
        let signal = DispatchSemaphore(value: 0)
        let underWay = Counter()
        let count = 64
        await withTaskGroup(of: Void.self) { tasks in
            for _ in 0..<count {
                tasks.addTask {
                    var judging = Judging()
                    _ = try? await Self.judge(30_000, &judging) {
                        underWay.add(1)
                        signal.wait()
                        underWay.add(-1)
                    }
                }
            }
            tasks.addTask { for _ in 0..<count { signal.signal() } }
        }
        #expect(underWay.most == 1)
    }

    @Test("What nobody waits for any more is not done")
    func cancelled() async {
        let signal = DispatchSemaphore(value: 0)
        let begun = DispatchSemaphore(value: 0)
        let done = Counter()
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                var judging = Judging()
                _ = try? await Self.judge(30_000, &judging) {
                    begun.signal()
                    signal.wait()
                }
            }
            await withCheckedContinuation { continuation in
                DispatchQueue.global().async {
                    begun.wait()
                    continuation.resume()
                }
            }
            let waiting = Task {
                var judging = Judging()
                do throws(ProbeFailure) {
                    _ = try await Self.judge(30_000, &judging) { done.add(1) }
                    return Outcome.success("done")
                } catch {
                    return error.outcome
                }
            }
            waiting.cancel()
            signal.signal()
            #expect(await waiting.value == .undecided("cancelled"))
        }
        #expect(done.value == 0)
    }

    /// Of 100 parts of 2,000 letters each a part is looked at together with those before it, until twice 256 KB were
    /// looked at: 22 looks. `a*[bc]` is quadratic.
    @Test(
        "What comes in parts is found wherever it is, and what is too costly to find is said",
        arguments: [
            (ExchangeCheck.Expectation.pattern("Welcome"), "Welcome", "success"),
            (.bytes(Array("Welcome".utf8)), "Welcome", "success"),
            (.pattern("a*[bc]"), "d", "what came is too costly to match with /a*[bc]/"),
            (.bytes(Array(repeating: 97, count: 4000) + [98]), "b", "success"),
            (.bytes(Array(repeating: 97, count: 4000) + [99]), "b", "what is expected did not come"),
        ])
    func parts(expected: ExchangeCheck.Expectation, end: String, finding: String) async throws {
        let part = String(repeating: "a", count: 2000)
        let script: TestServer.Script = { _, channel in
            @Sendable func send(_ left: Int) {
                let text = left == 0 ? end : part
                channel.writeAndFlush(channel.allocator.buffer(string: text)).whenComplete { _ in
                    if left == 0 { channel.close(promise: nil) } else { send(left - 1) }
                }
            }
            send(100)
        }
        let outcome = try await TestServer.run(knowsNoHeader: true, script: script) { server in
            await Prober(group: MultiThreadedEventLoopGroup.singleton).probe(
                Check(
                    .exchange(ExchangeCheck(sent: [10], expected: expected)), target: server.endpoint,
                    timeout: .seconds(20)))
        }
        #expect(outcome.finding == finding)
    }
}
