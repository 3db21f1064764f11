/// What is due when: a heap, so that putting something in and taking the earliest out cost a few steps
/// however much is in it.
struct Agenda<Item> {
    private var heap: [(due: ContinuousClock.Instant, item: Item)] = []

    /// When the earliest is due.
    var earliest: ContinuousClock.Instant? { heap.first?.due }

    /// Puts something in.
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

    /// Takes the earliest out, if it is due by a moment.
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
