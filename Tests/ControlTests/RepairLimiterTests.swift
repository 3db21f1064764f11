import Addresses
import Director
import Testing

@testable import Control

@Suite("A quarrel about the table")
struct RepairLimiterTests {
    static let start = ContinuousClock.now
    static let step = Change.addDestination(Scene.key, Destination(Scene.one))

    /// Somebody undoes a step at these seconds, and we look every second; when it is taken.
    static func taken(undoneAt undone: (_ second: Int, _ isThere: Bool) -> Bool, until end: Int) -> [Int] {
        var limiter = RepairLimiter()
        var (isThere, isNoted) = (true, true)
        var taken: [Int] = []
        for second in 0..<end {
            let now = start + .seconds(second)
            if undone(second, isThere) { (isThere, isNoted) = (false, false) }
            limiter.forgetQuiet(at: now)
            if isThere { continue }
            if !isNoted { _ = limiter.note(step, at: now) }
            isNoted = true
            if limiter.holds(step, at: now) { continue }
            limiter.take(step, at: now)
            taken.append(second)
            isThere = true
        }
        return taken
    }

    @Test("begins with the third repair in a minute; then it is one every 30 s")
    func persistent() {
        // Undone as soon as it is there: three repairs, and one each 30 s after the third.
        #expect(
            Self.taken(undoneAt: { _, isThere in isThere }, until: 200) == [0, 1, 2, 32, 62, 92, 122, 152, 182])
    }

    @Test("does not begin with repairs that are further apart")
    func rare() {
        #expect(Self.taken(undoneAt: { second, _ in second % 31 == 0 }, until: 130) == [0, 31, 62, 93, 124])
    }

    @Test("ends when nobody undoes anything for a minute")
    func over() {
        let undone: Set = [0, 1, 2, 70, 71]
        #expect(
            Self.taken(undoneAt: { second, _ in undone.contains(second) }, until: 100) == [0, 1, 2, 70, 71])
    }

    @Test("is told of once")
    func accusation() {
        var limiter = RepairLimiter()
        let answers = (0..<5).map { limiter.note(Self.step, at: Self.start + .seconds($0)) }
        #expect(answers == [.repair, .repair, .accuse, .keepQuiet, .keepQuiet])
    }
}
