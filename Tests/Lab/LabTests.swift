import Foundation
import Testing

/// The article's topology in a kernel with IPVS: one guest per file of guest/scenarios.
@Suite(
    "Lab", .serialized, .enabled(if: Guest.missing.isEmpty, "missing: \(Guest.missing.joined(separator: ", "))")
)
struct LabTests {
    @Test("Scenario", .timeLimit(.minutes(10)), arguments: Guest.scenarios)
    func scenario(_ name: String) async throws {
        let console = try await #require(Guests.consoles[name]).value
        let report = TestReport(console)
        for result in report.results {
            #expect(result.passed, "\(name): \(result.name)\n\(result.diagnostics)")
        }
        #expect(
            report.plannedCount == report.results.count,
            "\(name) did not come to its end; the console's last words:\n\(console.suffix(4000))")
        #expect(!report.results.isEmpty)
        if !report.isSuccess {
            Issue.record("\(name): what its programs wrote\n\(report.logs)")
            Attachment.record(console, named: "\(name).console")
        }
    }

    /// Without Tests/LabRegisters its kernel ends the process that ran, or itself, with `child stopped with signal 19`.
    @Test("A guest that this machine stops and lets go on has not noticed", .timeLimit(.minutes(10)))
    func stopped() async throws {
        let console = try await Guests.places.run(Guest(program: "busy")) { child, log in
            var stops = 0
            while case let processes = child.remains, !processes.isEmpty {
                let text = try String(contentsOfFile: log, encoding: .utf8)
                if text.contains("ok 1"), !text.contains("1..") {
                    for process in processes { kill(process, SIGSTOP) }
                    try await Task.sleep(for: .milliseconds(10))
                    for process in processes { kill(process, SIGCONT) }
                    stops += 1
                }
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(stops >= 10)
        }
        let report = TestReport(console)
        #expect(report.isSuccess && report.plannedCount == 2, "\(console)")
    }
}

/// Reading what the guest says.
@Suite("Test Anything Protocol")
struct TestReportTests {
    @Test("Results, diagnostics and plan are told from the kernel's words")
    func reading() {
        let report = TestReport(
            """
            SELinux: something
            ok 1 - the table is whole
            # after 3
            not ok 2 - curl
            # $ curl
            # refused
            1..2\r
            # --- client-curl
            # refused again
            reboot: Power down
            """)
        #expect(report.results.map(\.passed) == [true, false])
        #expect(report.results.map(\.name) == ["the table is whole", "curl"])
        #expect(report.results.map(\.diagnostics) == ["after 3", "$ curl\nrefused"])
        #expect(report.plannedCount == 2)
        #expect(report.logs == "--- client-curl\nrefused again\n")
        #expect(!report.isSuccess)
    }

    @Test("A guest that ends early has no plan", arguments: ["", "ok 1 - a\n", "Kernel panic\n"])
    func interrupted(console: String) {
        let report = TestReport(console)
        #expect(report.plannedCount == nil)
        #expect(!report.isSuccess)
    }
}
