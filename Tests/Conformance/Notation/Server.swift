import Addresses
import Answering
import DNSWire
import Diagnostics
import Telemetry
import TestZones
import Testing
import ZoneFiles
import Zones

/// A responder over zones given as master files, and the questions that a transcript puts to it.
final class Server {
    private var responder: Responder
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 65535, alignment: 64)

    /// A server of zones by origin; nil for a text stands for one that could not be read.
    init(
        _ zones: [String: String?], _ options: AnswerOptions = .minimal,
        steering: Steered = Steered()
    ) throws {
        var served: [DomainName: ServedZone] = [:]
        var registry = SteeringRegistry()
        for (origin, text) in zones.sorted(by: { $0.key < $1.key }) {
            let zone = try text.map { try Self.zone(origin, $0) }
            let marks =
                zone?.marks(vips: steering.vips, policy: { steering.policies[$0] ?? 0 }, registry: &registry)
                ?? .none
            served[try DomainName(origin)] = ServedZone(zone: zone, marks: marks)
        }
        let store = SnapshotStore(
            Snapshot(
                catalog: ZoneCatalog(served), view: steering.view(of: registry.sets), options: options))
        responder = Responder(store: store, counters: WorkerCounters(), seed: 1)
    }

    deinit {
        output.deallocate()
    }

    /// The time by which cookies are judged, in seconds since 1970.
    var time: UInt32 {
        get { responder.time }
        set { responder.time = newValue }
    }

    /// What a stream's clients are told of its timeout, in tenths of a second.
    var idleTimeout: UInt16? {
        get { responder.idleTimeout }
        set { responder.idleTimeout = newValue }
    }

    /// Reads a zone, in which signatures may be written short; see ``expandingSignatures(_:)``.
    static func zone(_ origin: String, _ text: String) throws -> Zone {
        let name = try DomainName(origin)
        let loaded = ZoneFile.parse(
            SourceText(file: origin, expandingSignatures("$TTL 3600\n" + text)), origin: name)
        guard let zone = loaded.zone else { throw Unreadable(diagnostics: loaded.diagnostics) }
        return zone
    }

    /// A mistake in the test.
    struct Unreadable: Error, CustomStringConvertible {
        let diagnostics: [Diagnostic]
        var description: String { diagnostics.map { "\($0)" }.joined(separator: "\n") }
    }

    /// The octets of the answer to a message.
    func answer(_ message: [UInt8], from client: String, over transport: Transport) throws -> [UInt8] {
        let client = try #require(IPAddress(client))
        let count = message.withUnsafeBytes {
            responder.answer($0.bytes, from: client, port: 5353, over: transport, into: output)
        }
        return Array(output[..<count])
    }

    /// The answer to dig's command, after what holds for every answer has been looked at.
    func ask(_ command: String) throws -> AnswerText {
        let command = try DigCommand(command)
        let message = try answer(command.message, from: command.client, over: command.transport)
        try Self.check(message, command)
        return try AnswerText(message)
    }

    /// Expects a transcript's answer.
    func expect(_ exchange: Exchange, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let answer = try ask(exchange.question)
        if answer != exchange.answer {
            Issue.record(
                "\(exchange.testDescription)\n\(answer.difference(from: exchange.answer))",
                sourceLocation: sourceLocation)
        }
    }

    /// Identifier, QR, opcode and question come back, Z and RA don't; no record stands there twice; an alias stands
    /// before what it leads to (RFC 1034 §4.3.2).
    private static func check(_ message: [UInt8], _ command: DigCommand) throws {
        if message.isEmpty { return }
        let query = command.message
        let answer = try TestAnswer(message)
        #expect(answer.header[0] == DigCommand.identifier)
        #expect(answer.header[1] & 0xF8C0 == 0x8000 | UInt16(query[2]) << 8 & 0x7800)
        let question = try? TestAnswer(query).question
        #expect(answer.question == nil || answer.question == question)
        for section in answer.sections { #expect(Set(section).count == section.count) }
        var known: Set<DomainName> = []
        if let name = question?.split(separator: " ").first { known.insert(try DomainName(name)) }
        for record in answer.sections[0] {
            let owner = try DomainName(record.owner)
            if record.type == .dname { continue }
            let signed = record.type == .rrsig ? UInt16(record.data[0]) << 8 | UInt16(record.data[1]) : 0
            if signed == RecordType.dname.rawValue { continue }
            #expect(known.contains(owner), "\(owner) comes out of the blue")
            if record.type == .cname { known.insert(DomainName(uncheckedWire: record.data)) }
        }
    }
}

/// Zone text in which `RRSIG MX 3`, a type and a number of labels, has become a whole signature: with the times,
/// the key tag and the signer of RFC 4035 appendix A, and octets that are none of any key.
func expandingSignatures(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count >= 3, words[words.count - 3] == "RRSIG", Int(words[words.count - 1]) != nil else {
            return String(line)
        }
        let type = words[words.count - 2]
        let head = words.dropLast(2).joined(separator: " ")
        let indent = line.first?.isWhitespace == true ? " " : ""
        return indent + head
            + " \(type) 5 \(words[words.count - 1]) 3600 20040509183619 20040409183619 38519 @ "
            + "c2lnbmF0dXJl"
    }.joined(separator: "\n")
}
