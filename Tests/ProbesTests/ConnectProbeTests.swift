import Addresses
import Health
import NIOCore
import NIOPosix
import Probes
import Testing

@Suite("Connect checks", .timeLimit(.minutes(1)))
struct ConnectProbeTests {
    let prober = Prober(group: MultiThreadedEventLoopGroup.singleton)

    @Test("a listening server is up, also if it says nothing")
    func connects() async throws {
        try await TestServer.run(script: { _, _ in }) { server in
            let outcome = await prober.probe(Check(.connect, target: server.endpoint))
            #expect(outcome.finding == "success")
        }
    }

    @Test("a server that takes connections and resets them at once is up, whenever that is looked at")
    func resets() async throws {
        try await TestServer.run(script: TestServer.reset()) { server in
            for _ in 0..<50 {
                let outcome = await prober.probe(Check(.connect, target: server.endpoint))
                #expect(outcome.finding == "success")
            }
        }
    }

    /// Port 1 (tcpmux) is served by nobody today.
    @Test("a closed port refuses")
    func refused() async {
        let outcome = await prober.probe(Check(.connect, target: Endpoint(.v4(.loopback), port: 1)))
        #expect(outcome == .failure("connection refused"))
    }

    @Test("a closed port refuses over IPv6", .enabled(if: hasIPv6, "this host has no address ::1"))
    func refusedIPv6() async {
        let outcome = await prober.probe(Check(.connect, target: Endpoint(.v6(.loopback), port: 1)))
        #expect(outcome == .failure("connection refused"))
    }

    @Test("a server whose queue is full is waited for until the timeout")
    func backlog() async {
        let server = FullBacklog()
        for method in [Check.Method.connect, .http(HTTPCheck())] {
            let outcome = await prober.probe(
                Check(method, target: server.endpoint, timeout: .seconds(2)))
            #expect(outcome == .failure("timed out after 2 s while connecting"))
        }
    }

    @Test("constants ask nobody")
    func constants() async {
        let nowhere = Endpoint(.v4(.loopback), port: 1)
        #expect(await prober.probe(Check(.constant(true), target: nowhere)) == .success("always up"))
        #expect(await prober.probe(Check(.constant(false), target: nowhere)) == .failure("always down"))
    }

    @Test("a task that is cancelled before it asks does not ask")
    func cancelledBefore() async throws {
        let server = FullBacklog()
        let target = server.endpoint
        let outcome = await withTaskGroup(of: Outcome.self) { group in
            group.cancelAll()
            group.addTask { await prober.probe(Check(.connect, target: target, timeout: .seconds(3600))) }
            return await group.next()
        }
        #expect(outcome == .undecided("cancelled"))
    }
}

private var hasIPv6: Bool {
    (try? System.enumerateDevices().contains { $0.address?.ipAddress == "::1" }) ?? false
}
