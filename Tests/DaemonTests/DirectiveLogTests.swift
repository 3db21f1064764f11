import Control
import Foundation
import Settings
import Synchronization
import Testing

@testable import Daemon

@Suite("A log in a file", .timeLimit(.minutes(1))) struct DirectiveLogTests {
    @Test("What comes faster than it is written is counted, and told of with the next line")
    func lost() throws {
        let folder = try Folder()
        var settings = Settings(file: "/etc/swerve/swerve.conf")
        settings.director.log = .file(folder.path + "/log")
        let log = DirectiveLog()
        log.follow(settings)
        // Nobody writes before it runs.
        for number in 1...10_003 { log.write(.info, nil, "line \(number)") }
        log.run()
        log.flush(within: .seconds(30))
        log.write(.info, nil, "the next line")
        log.flush(within: .seconds(30))
        let lines = try String(contentsOfFile: folder.path + "/log", encoding: .utf8)
            .split(separator: "\n").map { $0.split(separator: "] ", maxSplits: 1).last.map(String.init) ?? "" }
        #expect(lines.count == 10_002)
        #expect(lines.prefix(2) == ["line 1", "line 2"])
        #expect(
            lines.suffix(3) == [
                "line 10000", "warning: 3 lines are lost, they came faster than they could be written",
                "the next line",
            ])
    }
}

@Suite("Lines that are written aside", .timeLimit(.minutes(1))) struct LineQueueTests {
    @Test("Nobody waits for a disk that hangs, and of what waits for it there is a bound")
    func hanging() {
        let gate = DispatchSemaphore(value: 0)
        let written = Mutex<[Int]>([])
        let queue = LineQueue<Int>("test", backlog: 3) { line in
            gate.wait()
            written.withLock { $0.append(line) }
        }
        queue.run()
        for line in 1...5 { queue.add(line) { -$0 } }
        queue.flush(within: .milliseconds(10))
        #expect(written.withLock { $0 } == [])
        for _ in 1...10 { gate.signal() }
        queue.flush(within: .seconds(30))
        queue.add(6) { -$0 }
        queue.flush(within: .seconds(30))
        #expect(written.withLock { $0 } == [1, 2, 3, -2, 6])
    }
}

@Suite("Files that get lines") struct AppendedFilesTests {
    @Test("What is wrong with one is told once, until it takes lines again")
    func troubles() throws {
        let folder = try Folder()
        let (files, path) = (AppendedFiles(), folder.path + "/later/file")
        let trouble = "open \(path): No such file or directory"
        #expect(files.append("one\n", to: path) == trouble)
        #expect(files.append("two\n", to: path) == nil)
        try FileManager.default.createDirectory(
            atPath: folder.path + "/later", withIntermediateDirectories: true)
        #expect(files.append("three\n", to: path) == nil)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "three\n")
        try FileManager.default.removeItem(atPath: folder.path + "/later")
        #expect(files.append("four\n", to: path) == trouble)
    }
}
