import Synchronization
import Testing

@testable import Daemon

@Suite("Work of several subjects", .timeLimit(.minutes(1)))
struct LanesTests {
    /// A piece of work, which ends when it is let go.
    private struct Work: Equatable {
        var subject: String
        var number: Int
    }

    /// What has begun and may not have ended.
    private final class Gate: Sendable {
        private let begun: AsyncStream<Work>
        private let begin: AsyncStream<Work>.Continuation
        private let held = Mutex<[String: CheckedContinuation<Void, Never>]>([:])

        init() { (begun, begin) = AsyncStream.makeStream() }

        func hold(_ work: Work) async {
            await withCheckedContinuation { continuation in
                held.withLock { $0[work.subject] = continuation }
                begin.yield(work)
            }
        }

        func letGo(_ subject: String) { held.withLock { $0.removeValue(forKey: subject) }?.resume() }

        /// The next ones to begin, in any order.
        func next(_ count: Int) async -> Set<String> {
            var found: Set<String> = []
            for await work in begun {
                found.insert("\(work.subject)\(work.number)")
                if found.count == count { break }
            }
            return found
        }
    }

    private static func run(
        width: Int, _ works: [Work], _ body: (Gate, Lanes<String, Work>) async throws -> Void
    ) async rethrows {
        let (gate, lanes) = (Gate(), Lanes<String, Work>(width: width, backlog: 1000))
        for work in works { #expect(lanes.add(work, of: work.subject) == nil) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await lanes.run { await gate.hold($0) } }
            try await body(gate, lanes)
            group.cancelAll()
        }
    }

    @Test("That of one subject is in order, that of others beside it, so much at a time")
    func order() async {
        let works = [("a", 1), ("a", 2), ("b", 1), ("c", 1), ("b", 2)].map { Work(subject: $0.0, number: $0.1) }
        await Self.run(width: 2, works) { gate, lanes in
            #expect(await gate.next(2) == ["a1", "b1"])
            gate.letGo("b")
            // The one who waits longest, not the one who had a turn.
            #expect(await gate.next(1) == ["c1"])
            gate.letGo("c")
            #expect(await gate.next(1) == ["b2"])
            gate.letGo("b")
            gate.letGo("a")
            #expect(await gate.next(1) == ["a2"])
            // One more while it waits for nothing.
            #expect(lanes.add(Work(subject: "b", number: 3), of: "b") == nil)
            #expect(await gate.next(1) == ["b3"])
            gate.letGo("a")
            gate.letGo("b")
        }
    }

    @Test("Of too much the oldest of the longest lane is dropped")
    func backlog() async {
        let lanes = Lanes<String, Int>(width: 1, backlog: 3)
        #expect(lanes.add(1, of: "a") == nil)
        #expect(lanes.add(2, of: "b") == nil)
        #expect(lanes.add(3, of: "b") == nil)
        #expect(lanes.add(4, of: "c") == 2)
        #expect(lanes.add(5, of: "a") == 1)
        #expect(await Self.done(3, of: lanes) == [5, 3, 4])
    }

    /// What is done first.
    private static func done(_ count: Int, of lanes: Lanes<String, Int>) async -> [Int] {
        await withTaskGroup(of: Void.self) { group in
            let (begun, begin) = AsyncStream.makeStream(of: Int.self)
            group.addTask { await lanes.run { begin.yield($0) } }
            var found: [Int] = []
            for await work in begun {
                found.append(work)
                if found.count == count { break }
            }
            group.cancelAll()
            return found
        }
    }

    @Test("A lane that is emptied by that has no turn any more")
    func emptied() async {
        let lanes = Lanes<String, Int>(width: 1, backlog: 1)
        #expect(lanes.add(1, of: "a") == nil)
        let dropped = lanes.add(2, of: "b")
        #expect(dropped == 1 || dropped == 2)
        #expect(await Self.done(1, of: lanes) == [3 - (dropped ?? 0)])
    }
}
