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
}
