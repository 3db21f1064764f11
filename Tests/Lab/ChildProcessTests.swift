import Foundation
import Testing

@Suite("A guest's process")
struct ChildProcessTests {
    private static func run(_ script: String) async throws -> (
        status: Int32, child: ChildProcess, output: String
    ) {
        let output = NSTemporaryDirectory() + "/swerve-child-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: output) }
        let child = try ChildProcess("/bin/sh", ["-c", script], environment: ["WORD": "said"], output: output)
        let status = await child.end()
        return (status, child, try String(contentsOfFile: output, encoding: .utf8))
    }

    @Test(
        "One that ends at once is not waited for any longer, and what it has left is ended",
        arguments: [("exit 3", 3), ("kill -KILL $$", 128 + 9)] as [(String, Int32)])
    func dead(_ end: String, _ status: Int32) async throws {
        // Both keep what the program has open, one of them out of its group.
        let (seen, child, output) = try await Self.run(
            "echo $WORD; sleep 1000 & (set -m; sleep 1000 & ); \(end)")
        #expect(seen == status)
        #expect(output == "said\n")
        for _ in 0..<1000 {
            if child.remains.isEmpty { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        #expect(child.remains.isEmpty)
    }

    @Test("One that is cancelled is asked to end")
    func cancelled() async throws {
        let child = try ChildProcess(
            "/bin/sh", ["-c", "sleep 1000 & wait"], environment: [:], output: "/dev/null")
        let end = Task { await child.end() }
        end.cancel()
        #expect(await end.value == 128 + SIGTERM)
    }

    @Test("What can't be started is an error")
    func missing() {
        #expect(throws: ChildProcess.Failure.self) {
            try ChildProcess("/nonexistent", [], environment: [:], output: "/dev/null")
        }
    }
}
