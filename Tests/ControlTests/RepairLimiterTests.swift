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

    @Test("is with all of a virtual server when it is another step each time, ten times in a minute")
    func drift() {
        var limiter = RepairLimiter()
        func step(_ number: Int) -> Change {
            .addDestination(Scene.key, Destination(Endpoint("10.0.1.\(number):80")!))
        }
        var answers: [RepairLimiter.Answer] = []
        for second in 0..<12 {
            let now = Self.start + .seconds(second)
            // Two at each look.
            answers.append(limiter.note(step(second * 2), at: now))
            #expect(limiter.note(step(second * 2 + 1), at: now) == (second < 9 ? .repair : .keepQuiet))
            let held = second > 9
            #expect(limiter.holds(step(second * 2), at: now) == held)
            #expect(limiter.holds(step(second * 2 + 1), at: now) == held)
            if held { continue }
            limiter.take(step(second * 2), at: now)
            limiter.take(step(second * 2 + 1), at: now)
        }
        #expect(answers == Array(repeating: .repair, count: 9) + [.accuse, .keepQuiet, .keepQuiet])
        // What nobody has undone, as a verdict wants it, is not held up; nor is another virtual server.
        let now = Self.start + .seconds(12)
        #expect(!limiter.holds(.deleteDestination(Scene.key, Scene.one), at: now))
        let other = VirtualServerKey.firewallMark(1, .v4)
        #expect(limiter.note(.deleteDestination(other, Scene.one), at: now) == .repair)
        #expect(!limiter.holds(.deleteDestination(other, Scene.one), at: now))
        // 30 s after the tenth look, at second 9, all are taken.
        #expect(limiter.holds(step(22), at: Self.start + .seconds(38)))
        #expect(!limiter.holds(step(22), at: Self.start + .seconds(39)))
    }

    @Test("is told of once")
    func accusation() {
        var limiter = RepairLimiter()
        let answers = (0..<5).map { limiter.note(Self.step, at: Self.start + .seconds($0)) }
        #expect(answers == [.repair, .repair, .accuse, .keepQuiet, .keepQuiet])
    }
}
