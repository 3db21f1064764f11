import Testing

@testable import Telemetry

@Suite("No two workers write to one line of the cache")
struct WorkerLinesTests {
    @Test("a worker's counters have lines of their own") func counters() {
        let workers = (0..<64).map { _ in WorkerCounters() }
        let size = UInt(Counter.allCases.count * 8)
        var lines: Set<UInt> = []
        for counters in workers {
            let start = UInt(bitPattern: unsafe counters.block)
            for line in start / 64...(start + size - 1) / 64 { #expect(lines.insert(line).inserted) }
        }
    }
}
