public import Addresses

/// `wrr`: in turn, in proportion to the weights, interleaved: of weights 4, 3 and 2 come A A B A B C A B C.
///
/// The list is gone through again and again with a bar that the weight must reach. It begins at the
/// greatest weight and is lowered after each round by the weights' greatest common divisor, down to the
/// round in which all take part.
public struct WeightedRoundRobin: Scheduler {
    /// The destinations, in the order in which they are gone through.
    public private(set) var destinations: [Destination]
    /// The index of the last choice; -1 at the head of the list.
    private var last = -1
    /// What a weight must reach in this round.
    private var bar = 0
    /// The bar of the first round; 0 if no destination has a weight. As in the kernel it lies lower than
    /// the greatest weight by the step less one, so that the last round's bar is 1.
    private var highest = 0
    /// By how much the bar is lowered.
    private var step = 1

    /// Begins with the first of the greatest weight.
    public init(_ destinations: [Destination]) {
        self.destinations = destinations
        measure()
        bar = highest
    }

    /// Goes on at the head of the list with the same bar, if that is still one that is reached.
    public mutating func update(_ destinations: [Destination]) {
        self.destinations = destinations
        measure()
        last = -1
        if bar > highest || bar == 0 {
            bar = highest
        } else if step > 1 {
            bar = bar / step * step + 1
        }
    }

    /// The next one whose weight reaches the bar and that is available. Rounds in which nobody could be
    /// chosen are passed over at once, however many they are.
    public mutating func choose(for client: Endpoint, loads: [DestinationLoad]) -> Int? {
        let usable = usable(loads)
        guard let greatest = usable.map({ Int(destinations[$0].weight) }).max() else { return nil }
        if let index = usable.first(where: { $0 > last && destinations[$0].weight >= bar }) {
            last = index
            return index
        }
        bar -= step
        if bar <= 0 { bar = highest }
        if bar > greatest { bar -= (bar - greatest + step - 1) / step * step }
        guard let index = usable.first(where: { destinations[$0].weight >= bar }) else { return nil }
        last = index
        return index
    }

    private mutating func measure() {
        var divisor = 0
        var greatest = 0
        for weight in destinations.map({ Int($0.weight) }) where weight > 0 {
            divisor = greatestCommonDivisor(weight, divisor)
            greatest = max(greatest, weight)
        }
        step = max(divisor, 1)
        highest = greatest - (step - 1)
    }
}
