import Foundation
import Probes
import Testing

@Suite("Programs", .timeLimit(.minutes(1)))
struct ProgramTests {
    @Test("What a program has begun ends with it when its time is over, although it does not listen")
    func grandchildren() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "swerve-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: file) }
        let deaf = "trap '' TERM; echo $$ >\(file); exec sleep 1000"
        let ending = await Program("/bin/sh", ["-c", "sh -c \"\(deaf.replacing("$", with: "\\$"))\" & wait"])
            .run(within: .seconds(2))
        #expect(ending == .timedOut)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        let process = try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        // Nobody may have waited for it.
        func isGone() -> Bool {
            guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else {
                return true
            }
            return stat.contains(") Z ")
        }
        for _ in 0..<500 where !isGone() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(isGone())
    }
}
