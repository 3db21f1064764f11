import Testing

@testable import Control

@Suite("The agenda")
struct AgendaTests {
    @Test(
        "hands out by time, and only what is due",
        arguments: [[3, 1, 2], [1, 2, 3, 4, 5], [9, 8, 7, 6, 5, 4, 3, 2, 1], [2, 2, 1, 1, 3, 3], []])
    func order(dues: [Int]) {
        let start = ContinuousClock.now
        var agenda = Agenda<Int>()
        for due in dues { agenda.add(due, due: start + .seconds(due)) }
        #expect(agenda.earliest == dues.min().map { start + .seconds($0) })
        for second in 0...9 {
            var handed: [Int] = []
            while let item = agenda.next(by: start + .seconds(second)) { handed.append(item) }
            #expect(handed == dues.filter { $0 == second })
        }
        #expect(agenda.earliest == nil)
    }
    /// At each moment one is taken out.
    @Test(
        "hands out first turns before all others, but only what is due",
        arguments: [
            ([(1, false), (2, true), (1, false), (3, true)], at: [2, 2, 2, 3], [1, 0, 2, 3]),
            ([(2, true), (1, true), (1, false)], at: [1, 1, 2], [1, 2, 0]),
            ([(9, true), (5, false)], at: [4, 5, 9], [nil, 1, 0]),
        ] as [([(due: Int, isFirstTurn: Bool)], at: [Int], [Int?])])
    func firstTurns(items: [(due: Int, isFirstTurn: Bool)], moments: [Int], handed: [Int?]) {
        let start = ContinuousClock.now
        var agenda = Agenda<Int>()
        for (item, (due, isFirstTurn)) in items.enumerated() {
            agenda.add(item, due: start + .seconds(due), isFirstTurn: isFirstTurn)
        }
        #expect(agenda.earliest == items.map(\.due).min().map { start + .seconds($0) })
        #expect(moments.map { agenda.next(by: start + .seconds($0)) } == handed)
    }
}
