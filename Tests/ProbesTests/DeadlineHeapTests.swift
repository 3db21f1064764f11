import Testing

@testable import Probes

@Suite("The heap of deadlines")
struct DeadlineHeapTests {
    @Test(
        "stands to a sorted list as it should, whatever is put in and taken out",
        arguments: 1...20 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var random = Numbers(state: seed)
        var heap = DeadlineHeap()
        // By slot; each stands there once at most.
        var listed: [Int: UInt64] = [:]
        for _ in 0..<2000 {
            let slot = Int.random(in: 0..<64, using: &random)
            // Few distinct times, so that many are equal.
            if listed[slot] == nil, Bool.random(using: &random) {
                let due = UInt64.random(in: 0..<40, using: &random)
                listed[slot] = due
                heap.add(slot, due: due)
            } else {
                listed[slot] = nil
                heap.remove(slot)
            }
            #expect(heap.first?.due == listed.values.min())
            if let first = heap.first { #expect(listed[first.slot] == first.due) }
        }
        var dues: [UInt64] = []
        while let first = heap.first {
            #expect(listed.removeValue(forKey: first.slot) == first.due)
            heap.remove(first.slot)
            dues.append(first.due)
        }
        #expect(dues == dues.sorted())
        #expect(listed.isEmpty)
    }

    /// The same numbers for the same seed: Knuth's linear congruential generator for 64 bits (MMIX).
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 33)
        }
    }
}
