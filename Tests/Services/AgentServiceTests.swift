import Foundation
import Health
import NIOCore
import NIOPosix
import Synchronization
import Testing

@Suite("A daemon with an agent and a certificate that ends", .timeLimit(.minutes(2)))
struct AgentServiceTests {
    @Test(.enabled(if: canServe("/usr/sbin/nginx"), "nginx is not installed"))
    func daemon() async throws {
        try await RealServer.run("nginx", answering: .http(HTTPCheck())) { web in
            try await Self.agent { line, port in
                let folder = FileManager.default.temporaryDirectory.appending(
                    path: "swerve-\(UUID().uuidString)")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                defer { try? FileManager.default.removeItem(at: folder) }
                // nginx's certificate is of 30 days.
                try Data(
                    """
                    options { listen-on port 15353 { 127.0.97.1; }; listen-on-v6 { none; }; state-directory "."; };
                    controls { unix "control.sock"; };
                    director {
                        backend relay;
                        virtual-server tcp 127.0.97.1 port 17080 {
                            scheduler wrr;
                            real-server 127.0.0.1 port \(web.port + 1) { forward masq; weight 2; };
                            check https {
                                path "/health.json"; json ".status" ok; http2 yes; certificate-expiry 60d;
                                interval 200ms;
                            };
                            agent { port \(port); interval 200ms; };
                        };
                    };
                    """.utf8
                ).write(to: folder.appending(path: "swerve.conf"))
                let swerved = try Program(
                    Program.folder + "/swerved", ["-c", folder.path() + "/swerve.conf"], in: folder)
                defer { swerved.end() }
                func wait(_ said: String, _ parts: [String]) async throws {
                    line.text.withLock { $0 = said }
                    var text = ""
                    for _ in 0..<300 {
                        text = try Program.output(
                            Program.folder + "/swervectl",
                            ["-s", folder.path() + "/control.sock", "servers", "--json"]
                        ).text.filter { !$0.isWhitespace }
                        if parts.allSatisfy(text.contains) { return }
                        try await Task.sleep(for: .milliseconds(100))
                    }
                    Issue.record("\(said): \(text)\n\(swerved.log)")
                }
                try await wait(
                    "50%\n",
                    [
                        "\"verdict\":\"up\"", "\"agent\":\"50%ofitsweight\"", "\"actualWeight\":50",
                        "\"warning\":\"itscertificateendsin29days\"", "\"certificateEnd\":\"20",
                    ])
                try await wait("up drain\n", ["\"agent\":\"drain,50%ofitsweight\"", "\"state\":\"down\""])
                try await wait("ready 100%", ["\"agent\":\"up\"", "\"actualWeight\":100"])
                let said = swerved.log.components(separatedBy: "its certificate ends in ").count - 1
                #expect(said == 1, "\(swerved.log)")
                #expect(swerved.log.contains("its agent says up drain"))
                #expect(!swerved.log.contains("can't be asked"), "one that speaks and closes is heard")
            }
        }
    }

    /// Runs `body` beside an agent that says a line to whoever connects.
    private static func agent(
        _ body: (_ line: Line, _ port: Int) async throws -> Void
    ) async throws {
        let line = Line()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Speaker(line))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(line, listener.localAddress?.port ?? 0))
        } catch {
            result = .failure(error)
        }
        try await listener.close()
        try result.get()
    }

    final class Line: Sendable {
        let text = Mutex("")
    }

    /// Says the line, and closes.
    private final class Speaker: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let line: Line

        init(_ line: Line) { self.line = line }

        func channelActive(context: ChannelHandlerContext) {
            context.writeAndFlush(
                wrapOutboundOut(ByteBuffer(string: line.text.withLock { $0 })), promise: nil)
            context.close(promise: nil)
        }
    }
}
