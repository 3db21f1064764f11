/// What is due when, and of what is due who goes first: those at their first turn, then those that have waited longest.
///
/// While there is room for fewer than are due, all others have been late for longer; one that is new would wait behind
/// each of them, and be called down before it was asked.
struct Agenda<Item> {
    private var firstTurns = Queue()
    private var others = Queue()

    /// When the earliest is due.
    var earliest: ContinuousClock.Instant? {
        guard let first = firstTurns.earliest else { return others.earliest }
        return others.earliest.map { min(first, $0) } ?? first
    }

    /// Puts something in.
    mutating func add(_ item: Item, due: ContinuousClock.Instant, isFirstTurn: Bool = false) {
        if isFirstTurn { firstTurns.add(item, due: due) } else { others.add(item, due: due) }
    }

    /// Takes out what goes first, of what is due by a moment.
    mutating func next(by moment: ContinuousClock.Instant) -> Item? {
        firstTurns.next(by: moment) ?? others.next(by: moment)
    }

    /// A heap, so that putting something in and taking the earliest out cost a few steps however much is in it.
    private struct Queue {
        private var heap: [(due: ContinuousClock.Instant, item: Item)] = []

        var earliest: ContinuousClock.Instant? { heap.first?.due }

        mutating func add(_ item: Item, due: ContinuousClock.Instant) {
            heap.append((due, item))
            var place = heap.count - 1
            while place > 0 {
                let parent = (place - 1) / 2
                if heap[parent].due <= heap[place].due { return }
                heap.swapAt(parent, place)
                place = parent
            }
        }

        mutating func next(by moment: ContinuousClock.Instant) -> Item? {
            guard let first = heap.first, first.due <= moment else { return nil }
            let last = heap.removeLast()
            if heap.isEmpty { return first.item }
            heap[0] = last
            var place = 0
            while true {
                var child = 2 * place + 1
                if child >= heap.count { break }
                if child + 1 < heap.count, heap[child + 1].due < heap[child].due { child += 1 }
                if heap[place].due <= heap[child].due { break }
                heap.swapAt(place, child)
                place = child
            }
            return first.item
        }
    }
}
