import Admin
import ControlProtocol
import Glibc
import NIOCore
import Testing

@Suite("The control socket's conversation", .timeLimit(.minutes(1))) struct AdminServerTests {
    @Test("Each request gets its report")
    func reports() async throws {
        try await Folder().serve { (client: FakeClient) async throws in
            let doors = FakeDoors()
            #expect(try await client.ask(.status) == .status(try await doors.status()))
            #expect(try await client.ask(.zones) == .zones(try await doors.zones()))
            #expect(try await client.ask(.servers) == .servers(try await doors.servers()))
            #expect(
                try await client.ask(.table(TableRequest(isActual: true)))
                    == .table(try await doors.table(TableRequest(isActual: true))))
            let reload = try await doors.reload(zone: "example.com")
            #expect(try await client.ask(.reload(zone: "example.com")) == .reload(reload))
            let explain = try await doors.explain(name: "a", type: "A", from: "192.0.2.1")
            #expect(
                try await client.ask(.explain(name: "a", type: "A", from: "192.0.2.1")) == .explain(explain))
        }
    }

    @Test("A report larger than the socket's buffer arrives whole")
    func large() async throws {
        try await Folder().serve { (client: FakeClient) async throws in
            #expect(try await client.ask(.stats) == .stats(try await FakeDoors().stats()))
        }
    }

    @Test("What the doors refuse is passed on")
    func refusal() async throws {
        try await Folder().serve { (client: FakeClient) async throws in
            let failure = Failure("no zone 'missing'", hint: "swervectl zones lists them")
            #expect(try await client.ask(.reload(zone: "missing")) == .failure(failure))
        }
    }

    @Test("A request may end with its line or with the client's side", arguments: ["\n", "\r\n", ""])
    func ends(end: String) async throws {
        try await Folder().serve { (client: FakeClient) async throws in
            let request = #"{"version":1,"command":"zones"}"# + end
            let answer = try await client.send(Array(request.utf8), closing: true)
            #expect(try ControlLine.response(from: answer) == .zones(ZonesReport(zones: [])))
        }
    }

    @Test(
        "Garbage is answered in words", arguments: ["hello\n", "\n", "{\"version\":1}\n", "{\"version\":9}\n"])
    func garbage(text: String) async throws {
        try await Folder().serve { (client: FakeClient) async throws in
            let answer = try ControlLine.response(from: try await client.send(Array(text.utf8)))
            guard case .failure = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(try await client.ask(.zones) == .zones(ZonesReport(zones: [])))
        }
    }

    @Test("A request without an end is cut off", arguments: [64 * 1024, 1 << 20])
    func oversized(count: Int) async throws {
        try await Folder().serve { (client: FakeClient) async throws in
            let answer = try? await client.send([UInt8](repeating: 0x20, count: count))
            // The answer may be lost when the client is reset while it still sends.
            if let answer, !answer.isEmpty {
                #expect(
                    try ControlLine.response(from: answer)
                        == .failure(Failure("the request has more than 65536 bytes")))
            }
            #expect(try await client.ask(.zones) == .zones(ZonesReport(zones: [])))
        }
    }

    @Test("A client that asks nothing is closed")
    func silent() async throws {
        let limits = AdminLimits(requestTimeout: .milliseconds(50))
        try await Folder().serve(limits: limits) { (client: FakeClient) async throws in
            #expect(try await client.send([]) == [])
            #expect(try await client.send(Array("{".utf8)) == [])
        }
    }

    @Test("One connection too many is told so, and taken again when one is closed")
    func tooMany() async throws {
        let doors = FakeDoors(told: [Event(time: Timestamp(milliseconds: 0), subject: "a", text: "b")])
        let limits = AdminLimits(connections: 2)
        try await Folder().serve(doors: doors, limits: limits) { (client: FakeClient) async throws in
            try await client.following {
                try await client.following {
                    let answer = try await client.ask(.zones)
                    guard case .failure(let failure) = answer else {
                        Issue.record("\(answer)")
                        return
                    }
                    #expect(failure.message.hasPrefix("2 connections are open already on /"))
                }
            }
            // The server learns of a closed connection when its loop does.
            // One that is turned away is told so, or reset where its question was still unread.
            var answer = try? await client.ask(.zones)
            while answer != .zones(ZonesReport(zones: [])) { answer = try? await client.ask(.zones) }
            #expect(answer == .zones(ZonesReport(zones: [])))
        }
    }

    @Test("Connections that say nothing keep nobody out")
    func silentCrowd() async throws {
        try await Folder().serve(limits: AdminLimits(connections: 2)) { (client: FakeClient) async throws in
            try await client.silent {
                try await client.silent {
                    try await client.silent {
                        // Event loops take connections in as they come to it: a silent one that was
                        // opened before may arrive after the first question, and once only.
                        var answer = try? await client.ask(.zones)
                        if answer == nil { answer = try await client.ask(.zones) }
                        #expect(answer == .zones(ZonesReport(zones: [])))
                    }
                }
            }
        }
    }

    @Test("Many clients at once are all answered")
    func many() async throws {
        let answered = try await Folder().serve { (client: FakeClient) async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<60 {
                    group.addTask { try await client.ask(.zones) == .zones(ZonesReport(zones: [])) }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
        }
        #expect(answered == 60)
    }

    @Test("Events come as they happen; stopping the server ends the stream and removes the socket")
    func follow() async throws {
        let events = (0..<3).map {
            Event(time: Timestamp(milliseconds: $0), subject: "192.0.2.1", text: "change \($0)")
        }
        let folder = Folder()
        let server = try folder.server(doors: FakeDoors(told: events))
        let path = folder.socket
        let seen = await #expect(throws: Seen.self) {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask {
                    try await FakeClient(path: path).connect().executeThenClose { inbound, outbound in
                        try await outbound.write(ByteBuffer(bytes: ControlLine.encode(.follow)))
                        var buffer = LineBuffer(maximumLength: 1000)
                        var seen: [Response] = []
                        for try await bytes in inbound {
                            buffer.append(bytes.readableBytesView)
                            while let line = try buffer.next() {
                                seen.append(try ControlLine.response(from: line))
                            }
                            if seen.count == events.count { throw Seen(responses: seen) }
                        }
                    }
                }
                group.addTask { try await server.run() }
            }
        }
        #expect(seen?.responses == events.map { .event($0) })
        #expect(access(path, F_OK) == -1)
    }

    private struct Seen: Error {
        var responses: [Response]
    }

    @Test("A client that stops following frees its connection")
    func unfollow() async throws {
        try await Folder().serve(limits: AdminLimits(connections: 1)) { (client: FakeClient) async throws in
            try await client.connect().executeThenClose { _, outbound in
                try await outbound.write(ByteBuffer(bytes: ControlLine.encode(.follow)))
            }
            // One that is turned away is told so, or reset where its question was still unread.
            var answer = try? await client.ask(.zones)
            while answer != .zones(ZonesReport(zones: [])) { answer = try? await client.ask(.zones) }
            #expect(answer == .zones(ZonesReport(zones: [])))
        }
    }
}
