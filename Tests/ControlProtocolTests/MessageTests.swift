import ControlProtocol
import Testing

@Suite("Messages of the control socket") struct MessageTests {
    @Test("A request survives its line", arguments: Sample.requests)
    func requestRoundTrip(request: Request) throws {
        let line = try ControlLine.encode(request)
        #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(line.last == UInt8(ascii: "\n"))
        #expect(try ControlLine.request(from: line) == request)
    }

    @Test("A response survives its line", arguments: Sample.responses)
    func responseRoundTrip(response: Response) throws {
        let line = try ControlLine.encode(response)
        #expect(line.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(try ControlLine.response(from: line) == response)
    }

    @Test(
        "Requests as scripts write them",
        arguments: [
            (#"{"version":1,"command":"status"}"#, Request.status),
            (#"{"command":"reload","version":1}"#, .reload(zone: nil)),
            (#"{"command":"reload","zone":"example.com","version":1}"#, .reload(zone: "example.com")),
            (
                #"{"command":"table","all":true,"columns":"rates","zero":true,"version":1}"#,
                .table(TableRequest(isAll: true, columns: .rates, isZeroing: true))
            ),
            (#"{"command":"table","version":1}"#, .table(TableRequest(isActual: false))),
            (
                #"{"command":"table","actual":true,"version":1,"later":"key"}"#,
                .table(TableRequest(isActual: true))
            ),
            (
                #"{"command":"explain","name":"a.example","type":"A","version":1}"#,
                .explain(name: "a.example", type: "A", from: nil)
            ),
        ])
    func writtenByHand(text: String, request: Request) throws {
        #expect(try ControlLine.request(from: text.utf8) == request)
    }

    @Test(
        "What is no request is named",
        arguments: [
            ("", "not a message"), ("status", "not a message of swervectl's protocol: 'status'"),
            ("{}", "not a message"), ("[1]", "not a message"),
            (#"{"version":2,"command":"status"}"#, "version 2 of the protocol, version 1 is spoken here"),
            (#"{"version":1}"#, "'command' is missing"), (#"{"version":1,"command":"stop"}"#, "not understood"),
            (#"{"version":1,"command":"explain","name":"a"}"#, "'type' is missing"),
            (#"{"version":1,"command":"reload","zone":7}"#, "not understood"),
            ("GET / HTTP/1.1\u{1B}[2J", "'GET / HTTP/1.1?[2J'"),
        ])
    func garbage(text: String, words: String) {
        let failure = #expect(throws: Failure.self) { try ControlLine.request(from: text.utf8) }
        #expect(failure?.message.contains(words) == true, "\(failure?.message ?? "")")
    }

    @Test("The status keeps its form, since scripts read it")
    func golden() throws {
        let golden = """
            {"status":{"backend":"ipvs","backendError":"no answer","configuration":"/etc/swerve.conf",\
            "endpoints":["udp 192.0.2.1#53","tcp 192.0.2.1#53"],"failedZones":1,\
            "lastReload":{"ok":false,"text":"1 error","time":"2026-11-23T12:52:33.125Z"},"memory":7,"orders":8,"pid":4711,\
            "realServers":{"total":4,"up":3},"started":"2026-11-23T12:52:33.125Z","uptime":93,\
            "version":"0.1.0","vips":{"total":6,"up":5},"warnings":["state-directory can't be written"],\
            "workers":2,"zones":{"total":2,"up":1}},"version":1}

            """
        #expect(String(decoding: try ControlLine.encode(.status(Sample.status)), as: UTF8.self) == golden)
    }

    @Test("A real server serves only if it is up, has weight, and is in the table")
    func serving() {
        var server = Sample.server
        #expect(server.isServing)
        server.actualWeight = 0
        #expect(!server.isServing)
        server.actualWeight = nil
        #expect(!server.isServing)
        server.actualWeight = 1
        // The sample drains: it has whom it has, until its weight is 0.
        for state in RealServerReport.State.allCases {
            server.state = state
            #expect(server.isServing == (state == .up || state == .draining))
        }
    }
}
