internal import Health

/// A check that is being made.
struct Watch {
    /// The check.
    let check: Check
    /// Tells it from others that have had its slot.
    let number: UInt32
    /// What its outcomes have come to.
    var state: CheckState
    /// Whether its probes are for a task, since to judge one would have held up others.
    var isLeftToTasks = false
    /// The places in the plan of the virtual servers for which it decides.
    var services: [Int32] = []
}

/// The checks that are being made, each in a slot: one for each distinct check, however many virtual servers
/// depend on it.
struct Watches {
    private(set) var slots: [Watch?] = []
    /// The slots of those that have no verdict.
    private(set) var unknown: Set<Int> = []
    private var slotOfCheck: [Check: Int] = [:]
    private var free: [Int] = []
    private var lastNumber: UInt32 = 0

    /// The checks.
    var checks: Dictionary<Check, Int>.Keys { slotOfCheck.keys }

    /// The states of all checks.
    var states: [Check: CheckState] {
        Dictionary(uniqueKeysWithValues: slots.lazy.compactMap { $0 }.map { ($0.check, $0.state) })
    }

    /// The slot of a check.
    func slot(of check: Check) -> Int? { slotOfCheck[check] }

    /// The state of a check.
    subscript(check: Check) -> CheckState? { slotOfCheck[check].flatMap { slots[$0]?.state } }

    /// The watch in a slot, if it is still the one with this number.
    func watch(_ slot: Int, number: UInt32) -> Watch? {
        guard let watch = slots[slot], watch.number == number else { return nil }
        return watch
    }

    /// Begins a watch; its slot.
    mutating func add(_ check: Check, _ state: CheckState) -> Int {
        lastNumber &+= 1
        let watch = Watch(check: check, number: lastNumber, state: state)
        let slot: Int
        if let last = free.popLast() {
            slot = last
            slots[slot] = watch
        } else {
            slot = slots.count
            slots.append(watch)
        }
        slotOfCheck[check] = slot
        if state.verdict == .unknown { unknown.insert(slot) }
        return slot
    }

    /// Ends a watch.
    mutating func remove(_ check: Check) {
        guard let slot = slotOfCheck.removeValue(forKey: check) else { return }
        slots[slot] = nil
        unknown.remove(slot)
        free.append(slot)
    }

    /// Changes the state in a slot.
    mutating func change<Result>(_ slot: Int, _ body: (inout CheckState) -> Result) -> Result {
        defer {
            if slots[slot]!.state.verdict == .unknown { unknown.insert(slot) } else { unknown.remove(slot) }
        }
        return body(&slots[slot]!.state)
    }

    /// Leaves the probes of a check to tasks from now on, if it is still the one with this number.
    mutating func leaveToTasks(_ turn: CheckTurn) -> Watch? {
        let slot = Int(turn.slot)
        guard let watch = watch(slot, number: turn.number) else { return nil }
        slots[slot]!.isLeftToTasks = true
        return watch
    }

    /// Forgets which virtual servers depend on which check.
    mutating func forgetServices() {
        for slot in slots.indices { slots[slot]?.services = [] }
    }

    /// Notes that a virtual server depends on the check in a slot.
    mutating func note(_ service: Int, at slot: Int) {
        if slots[slot]?.services.last != Int32(service) { slots[slot]?.services.append(Int32(service)) }
    }
}
