import Addresses
import Health
import Testing

@testable import Probes

@Suite("The timetable of plain checks")
struct TimetableTests {
    private static let turn = CheckTurn(slot: 2, number: 7)

    /// A timetable with one check, due at 100.
    private func timetable(interval: Duration = .seconds(10), verdict: Verdict = .up) -> Timetable {
        let check = Check(.connect, target: Endpoint("192.0.2.1:80")!, interval: interval)
        var timetable = Timetable()
        timetable.add(DueCheck(Self.turn, check, due: .now, verdict: verdict), due: 100)
        return timetable
    }

    /// Nanoseconds until it is handed over; of an interval of 100 ms a twentieth is 5 ms.
    @Test(
        "News is handed over at once, all else after a twentieth of the interval, 50 ms at most",
        arguments: [
            (Outcome.success("fine"), Verdict.up, Duration.seconds(10), 50_000_000),
            (.success("fine"), .up, .milliseconds(100), 5_000_000),
            (.failure("refused"), .down, .seconds(10), 50_000_000),
            (.success("fine"), .down, .seconds(10), 0), (.failure("refused"), .up, .seconds(10), 0),
            (.success("fine"), .unknown, .seconds(10), 0), (.undecided("no port"), .up, .seconds(10), 0),
            (nil, .up, .seconds(10), 0),
        ] as [(Outcome?, Verdict, Duration, UInt64)])
    func handOver(outcome: Outcome?, verdict: Verdict, interval: Duration, wait: UInt64) {
        var timetable = timetable(interval: interval, verdict: verdict)
        let early = timetable.takeDue(by: 99)
        #expect(early?.slot == nil)
        let due = timetable.takeDue(by: 100)
        #expect(due?.slot == 2)
        #expect(timetable.next(hasRoom: true) == nil)
        timetable.conclude(2, began: .now, outcome, at: 1000)
        #expect(timetable.next(hasRoom: true) == 1000 + wait)
        let tooEarly = timetable.takeReports(by: 999 + wait)
        #expect(tooEarly?.reports.count == nil)
        let reports = timetable.takeReports(by: 1000 + wait)?.reports
        #expect(reports?.map(\.turn) == [Self.turn])
        #expect(reports?.map(\.outcome) == [outcome])
        let again = timetable.takeReports(by: .max)
        #expect(again?.reports.count == nil)
    }

    @Test("What is due waits as long as there is no room")
    func room() {
        let timetable = timetable()
        #expect(timetable.next(hasRoom: true) == 100)
        #expect(timetable.next(hasRoom: false) == nil)
    }

    @Test(
        "Of those that are due, one without a verdict goes first, then who has waited longest",
        arguments: [
            ([(10, .up), (20, .unknown), (5, .down), (30, .unknown)], 25, [1, 2, 0]),
            ([(10, .unknown), (9, .unknown), (1, .up)], 9, [1, 2]), ([(30, .unknown)], 29, []),
        ] as [([(due: UInt64, Verdict)], UInt64, [Int])])
    func firstTurns(checks: [(due: UInt64, verdict: Verdict)], now: UInt64, order: [Int]) {
        var timetable = Timetable()
        for (slot, (due, verdict)) in checks.enumerated() {
            let check = Check(.connect, target: Endpoint("192.0.2.1:80")!)
            let turn = CheckTurn(slot: Int32(slot), number: 1)
            timetable.add(DueCheck(turn, check, due: .now, verdict: verdict), due: due)
        }
        #expect(timetable.next(hasRoom: true) == checks.map(\.due).min())
        var taken: [Int] = []
        while let due = timetable.takeDue(by: now) { taken.append(due.slot) }
        #expect(taken == order)
        #expect(timetable.next(hasRoom: true) == checks.map(\.due).filter { $0 > now }.min())
    }

    @Test("What is gathered is due to be handed over, and no check that waits for room")
    func gathered() {
        var timetable = timetable()
        let before = timetable.isDue(by: 99)
        #expect(!before && timetable.isDue(by: 100))
        _ = timetable.takeDue(by: 100)
        timetable.conclude(2, began: .now, .failure("refused"), at: 100)
        #expect(timetable.next(hasRoom: false) == 100)
        #expect(!timetable.isDue(by: .max))
    }

    @Test("What is dropped is neither due nor reported; another number drops nothing")
    func dropped() {
        var waiting = timetable()
        let other = waiting.drop(CheckTurn(slot: 2, number: 8))
        #expect(other == nil)
        #expect(waiting.next(hasRoom: true) == 100)
        let connection = waiting.drop(Self.turn)
        #expect(connection == nil)
        #expect(waiting.next(hasRoom: true) == nil)
        var underWay = timetable()
        _ = underWay.takeDue(by: 100)
        underWay.note(5, of: 2)
        let closed = underWay.drop(Self.turn)
        #expect(closed == 5)
        underWay.conclude(2, began: .now, .success("late"), at: 1000)
        let reports = underWay.takeReports(by: .max)
        #expect(reports?.reports.count == nil)
    }
}
