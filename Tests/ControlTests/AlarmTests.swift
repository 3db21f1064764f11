import Testing

@testable import Control

@Suite("When the agenda is looked at")
struct AlarmTests {
    private static let start = ContinuousClock.now

    /// Each asks for a time in milliseconds, at a time in milliseconds; what is set then.
    @Test(
        "An alarm is set for what is due before the next one, within the horizon of 2 s",
        arguments: [
            [
                (100, at: 0, sets: 100), (200, at: 0, sets: nil), (50, at: 10, sets: 50),
                (50, at: 10, sets: nil),
            ],
            [(2000, at: 0, sets: 2000)], [(2001, at: 0, sets: nil), (2001, at: 1, sets: 2001)],
            // What is overdue, and what is due just after a look: 2 ms after that.
            [(-100, at: 0, sets: 2), (1, at: 0, sets: nil)],
        ] as [[(due: Int, at: Int, sets: Int?)]])
    func set(asked: [(due: Int, at: Int, sets: Int?)]) {
        var alarm = Alarm(horizon: .seconds(2), at: Self.start)
        for (due, now, sets) in asked {
            let set = alarm.set(
                for: Self.start + .milliseconds(due), at: Self.start + .milliseconds(now))
            #expect(set == sets.map { Self.start + .milliseconds($0) })
        }
    }

    /// One is due every 10 ms and is not on the agenda while it is carried out; the other one in an hour.
    @Test("What is due often leaves nothing behind that waits for what is due much later")
    func sleepers() {
        let later = Self.start + .seconds(3600)
        var alarm = Alarm(horizon: .seconds(2), at: Self.start)
        var asleep: [ContinuousClock.Instant] = []
        for turn in 1...1000 {
            let due = Self.start + .milliseconds(10 * turn)
            asleep += [alarm.set(for: due, at: due - .milliseconds(5))].compactMap { $0 }
            asleep.removeAll { $0 == due }
            alarm.note(due, at: due)
            asleep += [alarm.set(for: later, at: due)].compactMap { $0 }
        }
        #expect(asleep.isEmpty)
    }
}
