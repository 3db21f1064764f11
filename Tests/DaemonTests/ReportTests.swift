import ControlProtocol
import Director
import Testing

@testable import Daemon

@Suite("Reports of real servers") struct ReportTests {
    @Test(
        "What one counts as follows from all that decides about it; what an order has it do is named",
        arguments: [
            (.up, nil, .up), (.down, nil, .down), (.unknown, nil, .unknown),
            // Overridden; in maintenance although it is; out by its agent.
            (.up, "up", .up), (.down, "down", .down), (.down, "up", .down), (.out, nil, .down),
            (.withdrawing, "draining", .draining), (.draining, "draining", .draining),
            (.out, "drained", .drained), (.out, "disabled", .disabled),
        ] as [(Standing, String?, RealServerReport.State)])
    func state(standing: Standing, order: String?, state: RealServerReport.State) {
        #expect(RealServerReport.State(standing, order: order) == state)
    }
}
