import Testing

@testable import Answering
@testable import Telemetry

@Suite("No two workers write to one line of the cache")
struct WorkerLinesTests {
    @Test("a worker's counters have lines of their own") func counters() {
        let workers = (0..<64).map { _ in WorkerCounters() }
        var lines = Lines()
        for counters in workers { unsafe lines.take(counters.block, Counter.allCases.count) }
    }

    @Test("what a responder writes for each query has lines of its own", arguments: [1, 2, 31, 32])
    func responders(width: Int) {
        // What others allocate comes between.
        let workers = (0..<64).map { index in (Responding(width), [UInt8](repeating: 0, count: 1 + index)) }
        var lines = Lines()
        for (worker, _) in workers {
            unsafe lines.take(worker.pending.memory, width)
            unsafe lines.take(worker.names.hashes, NameSet.capacity)
            unsafe lines.take(worker.nodes.places, NodeList.capacity)
            unsafe lines.take(worker.compression.known, Compression.capacity)
        }
        for (_, other) in workers {
            unsafe other.withUnsafeBytes { bytes in
                #expect(!lines.taken.contains(UInt(bitPattern: bytes.baseAddress) / 64))
            }
        }
    }

    private final class Responding {
        let pending: PendingQueries
        let names = NameSet()
        let nodes = NodeList()
        let compression = Compression()

        init(_ width: Int) { pending = PendingQueries(count: width) }
    }

    private struct Lines {
        private(set) var taken: Set<UInt> = []

        /// Takes the lines of so many values, which nobody may have taken.
        mutating func take<Value: ~Copyable>(_ start: UnsafeMutablePointer<Value>, _ count: Int) {
            let start = UInt(bitPattern: start)
            let size = UInt(count * MemoryLayout<Value>.stride)
            for line in start / 64...(start + size - 1) / 64 { #expect(taken.insert(line).inserted) }
        }
    }
}
