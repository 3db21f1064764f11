import Addresses
@testable import Answering
import DNSWire
import Telemetry
import TestZones
import Testing
import Zones

/// A responder over zones given as text, and the questions that a test puts to it.
final class Fixture {
    let store: SnapshotStore
    let counters = WorkerCounters()
    let catalog: ZoneCatalog
    private var responder: Responder
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 65535, alignment: 64)

    /// Zones by origin; nil for a text stands for a zone that could not be read.
    init(
        _ zones: [String: String?], options: AnswerOptions = AnswerOptions(),
        allowQuery: [String: AccessList] = [:], vips: [String] = [], entries: [SteeringEntry]? = nil
    ) throws {
        var served: [DomainName: ServedZone] = [:]
        var registry = SteeringRegistry()
        let vips = Set(vips.compactMap { IPAddress($0) })
        for (origin, text) in zones.sorted(by: { $0.key < $1.key }) {
            var zone: Zone?
            if let text {
                let (compiled, issues) = try compile(origin, text)
                guard let compiled else { throw Unusable(issues: issues) }
                zone = compiled
            }
            let marks = zone?.marks(vips: vips, policy: { _ in 0 }, registry: &registry) ?? .none
            served[try DomainName(origin)] = ServedZone(
                zone: zone, marks: marks, allowQuery: allowQuery[origin])
        }
        sets = registry.sets
        catalog = ZoneCatalog(served)
        store = SnapshotStore(
            Snapshot(catalog: catalog, view: entries.map { SteeringView($0) } ?? .empty, options: options))
        responder = Responder(store: store, counters: counters, seed: 1)
    }

    deinit {
        output.deallocate()
    }

    /// The steered sets, in the order of the view.
    let sets: [SteeredSet]

    struct Unusable: Error {
        let issues: [ZoneIssue]
    }

    /// The octets of the answer; none for silence.
    func answer(
        _ message: [UInt8], from client: String = "192.0.2.53", port: UInt16 = 5353,
        over transport: Transport = .udp, room: Int = 65535
    ) -> [UInt8] {
        let client = IPAddress(client) ?? .v4(.loopback)
        let place = UnsafeMutableRawBufferPointer(rebasing: output[..<room])
        let count = message.withUnsafeBytes {
            responder.answer($0.bytes, from: client, port: port, over: transport, into: place)
        }
        return Array(output[..<count])
    }

    func ask(
        _ question: String, edns: UInt16? = nil, over transport: Transport = .udp,
        from client: String = "192.0.2.53"
    ) throws -> TestAnswer {
        try TestAnswer(
            answer(try TestQuery(question, edns: edns).message, from: client, over: transport))
    }

    /// The answer's code, flags and records; see `TestAnswer.lines`.
    func lines(_ question: String, edns: UInt16? = nil, over transport: Transport = .udp) throws -> [String] {
        try ask(question, edns: edns, over: transport).lines
    }

    func refresh() {
        responder.refresh()
    }

    /// The clock, in seconds since 1970.
    var time: UInt32 {
        get { responder.time }
        set { responder.time = newValue }
    }

    /// What clients over TCP are told, in tenths of a second.
    var idleTimeout: UInt16? {
        get { responder.idleTimeout }
        set { responder.idleTimeout = newValue }
    }

    /// Whether the last answer told it.
    var hasAdvertisedTimeout: Bool { responder.hasAdvertisedTimeout }

    /// What the cookie of the last query was worth.
    var cookie: CookieStanding { responder.cookie }
}

/// What a question is answered with, as rows of a test.
struct Row: CustomTestStringConvertible, Sendable {
    let question: String
    let lines: [String]

    init(_ question: String, _ lines: String...) {
        self.question = question
        self.lines = lines
    }

    var testDescription: String { question }
}

/// The SOA that most tests' zones have, without its owner.
let soa = "3600 SOA ns1.example.com. admin.example.com. 1 3600 300 604800 300"
