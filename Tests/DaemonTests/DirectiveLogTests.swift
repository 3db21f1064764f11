import Control
import Foundation
import Settings
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
