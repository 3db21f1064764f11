import Answering
import Control
import Director
import Foundation
import Health
import NIOPosix
import Probes
import Settings
import Testing
import Zones

@testable import Daemon

@Suite("What is done when real servers change", .timeLimit(.minutes(1))) struct ReactorTests {
    @Test("Of two looks at once the earlier one counts for nothing where it comes later")
    func overtaken() async throws {
        let folder = try Folder()
        let changes = folder.path + "/changes"
        let reading = Configuration.read(
            try folder.write(
                "swerve.conf",
                """
                options { listen-on port 5300 { 127.0.0.1; }; listen-on-v6 { none; }; };
                director {
                    backend none;
                    virtual-server tcp 192.0.2.1 port 80 {
                        monitor-file "\(changes)"; real-server 10.0.0.1 port 80; check connect;
                    };
                };
                """))
        let configuration = try #require(reading.configuration, "\(reading.diagnostics)")
        let controller = Controller(store: SnapshotStore(Snapshot(catalog: ZoneCatalog([:])))) { _ in
            .success("fine")
        }
        await controller.take(configuration.plan, backend: nil, zones: [:], options: AnswerOptions())
        var looks: [Overview] = []
        for standing in [Standing.up, .down, .up, .down] {
            var look = await controller.overview
            look.virtualServers[0].realServers[0].standing = standing
            look.virtualServers[0].realServers[0].note = "look \(looks.count)"
            looks.append(look)
        }
        let reactor = Reactor(prober: Prober(group: .singletonMultiThreadedEventLoopGroup), log: Log())
        await reactor.take(configuration.settings.director)
        for place in [0, 2, 1, 3] { await reactor.look(at: looks[place], during: .running) }
        var words: [Substring] = []
        while words.count < 2 {
            try await Task.sleep(for: .milliseconds(5))
            let lines = (try? String(contentsOfFile: changes, encoding: .utf8))?.split(separator: "\n") ?? []
            words = lines.map { $0[($0.lastIndex(of: "[") ?? $0.startIndex)...] }
        }
        #expect(words == ["[up] look 0", "[down] look 3"])
    }
}
