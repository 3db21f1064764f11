import Dispatch
import Foundation
import Testing

@testable import Control

@Suite("What is written beside all else", .timeLimit(.minutes(1)))
struct SaverTests {
    @Test("What waits has been given when it was given, not when its turn comes")
    func waiting() async throws {
        let turns = DispatchSemaphore(value: 0)
        let begun = DispatchSemaphore(value: 0)
        let saver = Saver<Int>("file", on: DispatchQueue(label: "test")) { _ in
            begun.signal()
            turns.wait()
            return nil
        }
        saver.give(1)
        begun.wait()
        saver.give(2)
        let given = ContinuousClock.now
        try await Task.sleep(for: .milliseconds(20))
        // The first is written, and the second begun with.
        turns.signal()
        begun.wait()
        let waited = given.duration(to: .now)
        #expect(saver.trouble(after: waited) == "write file: the disk has not answered yet")
        turns.signal()
        while saver.isBusy { try await Task.sleep(for: .milliseconds(1)) }
        #expect(saver.trouble(after: .zero) == nil)
    }

    @Test("A state directory is one process's at a time")
    func claim() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "swerve-\(UUID().uuidString)/state")
        defer { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }
        var first = try StateClaim(directory: folder.path())
        #expect(first != nil)
        #expect(throws: StateClaim.Taken.self) { try StateClaim(directory: folder.path()) }
        first = nil
        #expect(try StateClaim(directory: folder.path()) != nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path()).isEmpty)
    }
}
