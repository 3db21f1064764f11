/// Which of many slots is due first: a heap in which each slot stands once at most, and from which it can be taken out.
struct DeadlineHeap {
    private var heap: [(due: UInt64, slot: Int)] = []
    /// Where each slot stands in the heap; -1 for one that doesn't.
    private var places: [Int32] = []

    /// The slot that is due first, and when.
    var first: (due: UInt64, slot: Int)? { heap.first }

    /// Puts a slot in, which isn't there.
    mutating func add(_ slot: Int, due: UInt64) {
        while places.count <= slot { places.append(-1) }
        heap.append((due, slot))
        places[slot] = Int32(heap.count - 1)
        rise(from: heap.count - 1)
    }

    /// Takes a slot out, if it is there.
    mutating func remove(_ slot: Int) {
        guard places.indices.contains(slot), case let place = Int(places[slot]), place >= 0 else { return }
        places[slot] = -1
        let last = heap.removeLast()
        // Those that are at their first turn are many once, and then none.
        if heap.isEmpty { heap = [] }
        if place == heap.count { return }
        heap[place] = last
        places[last.slot] = Int32(place)
        rise(from: place)
        sink(from: Int(places[last.slot]))
    }

    private mutating func rise(from start: Int) {
        var place = start
        while place > 0, case let parent = (place - 1) / 2, heap[place].due < heap[parent].due {
            swap(place, parent)
            place = parent
        }
    }

    private mutating func sink(from start: Int) {
        var place = start
        while true {
            var child = 2 * place + 1
            if child >= heap.count { return }
            if child + 1 < heap.count, heap[child + 1].due < heap[child].due { child += 1 }
            if heap[place].due <= heap[child].due { return }
            swap(place, child)
            place = child
        }
    }

    private mutating func swap(_ first: Int, _ second: Int) {
        heap.swapAt(first, second)
        places[heap[first].slot] = Int32(first)
        places[heap[second].slot] = Int32(second)
    }
}
