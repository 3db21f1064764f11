import Addresses
import Health
import NIOCore
import NIOPosix
import Probes
import Synchronization
import Testing

@Suite("Agents' lines and servers' certificates", .timeLimit(.minutes(1)))
struct AgentProbeTests {
    @Test(
        "A line up to its end, or to the connection's",
        arguments: [
            ("up 75%\n", "up 75%"), ("drain", "drain"), ("up\r\nmore\n", "up"), ("a\tb  c \u{1}\n", "a\tb c"),
            ("", "the agent said nothing"), ("\n", "the agent said nothing"),
            (String(repeating: "x ", count: 1000), "the agent's line has no end in 1 KB"),
        ])
    func lines(_ text: String, _ finding: String) async throws {
        let outcome = try await TestServer.run(knowsNoHeader: true, script: TestServer.send(text)) { server in
            await Prober(group: MultiThreadedEventLoopGroup.singleton).probe(
                Check(.agent(sending: [10]), target: server.endpoint, timeout: .seconds(20)))
        }
        switch outcome {
        case .success(let words): #expect(words == finding)
        case .failure(let reason): #expect(reason == finding)
        case .undecided(let reason): Issue.record("undecided: \(reason)")
        }
    }

    @Test("One that drips without an end is left at the timeout")
    func drip() async throws {
        let outcome = try await TestServer.run(knowsNoHeader: true, script: TestServer.drip(after: "up")) {
            server in
            await Prober(group: MultiThreadedEventLoopGroup.singleton).probe(
                Check(.agent(sending: [10]), target: server.endpoint, timeout: .milliseconds(300)))
        }
        #expect(outcome == .failure("timed out after 300 ms while waiting for the agent's line"))
    }

    @Test(
        "The end of a certificate is told, whatever becomes of the check",
        arguments: [
            (Check.Method.http(HTTPCheck(isSecure: true)), true),
            (.http(HTTPCheck(isSecure: true, receive: "nothing")), true),
            (
                .exchange(
                    ExchangeCheck(
                        isSecure: true, sent: Array("GET / HTTP/1.0\r\n\r\n".utf8), expected: .bytes([82]))),
                true
            ),
            (.connect, false), (.http(HTTPCheck()), false),
        ])
    func certificates(_ method: Check.Method, _ isShown: Bool) async throws {
        let ends = Mutex<[Int64]>([])
        try await TestServer.run(tls: true, script: TestServer.answer("200 OK", "RS 1")) { server in
            var parts = [CheckGroup.Part(method, port: server.endpoint.port, timeout: .seconds(20))]
            parts.append(.init(.connect, port: server.endpoint.port, timeout: .seconds(20)))
            for method in [
                method, .group(CheckGroup(needsAll: false, [parts[0]])),
                .group(CheckGroup(needsAll: true, parts)),
            ] {
                let check = Check(method, target: server.endpoint, timeout: .seconds(20))
                let prober = Prober(group: MultiThreadedEventLoopGroup.singleton) { shown, end in
                    #expect(shown == check)
                    ends.withLock { $0.append(end) }
                }
                _ = await prober.probe(check)
            }
        }
        // openssl x509 -enddate: Oct 30 13:08:12 2126 GMT
        let told = ends.withLock { $0 }
        #expect(told == (isShown ? Array(repeating: 4_949_039_292, count: told.count) : []))
        #expect(told.count >= (isShown ? 2 : 0))
    }
}
