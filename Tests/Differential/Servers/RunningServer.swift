import Addresses
import DNSClient
import DNSWire
import Foundation
import Sockets

/// A program that failed, or did something unexpected.
struct ServerError: Error, CustomStringConvertible {
    let description: String
}

/// A server that runs on a port of loopback, in a folder of its own.
final class RunningServer {
    let kind: ServerKind
    let endpoint: Endpoint
    private var process = Process()
    /// Whether it answers no more, and is left so.
    private var hasFailed = false
    private let folder: URL
    private let zones: [(origin: DomainName, file: String)]
    private var udp: ClientSocket?
    private var tcp: ClientSocket?

    /// Starts it; it may not be ready yet.
    init(
        _ kind: ServerKind, zones: [(origin: DomainName, file: String)], minimalResponses: Bool
    ) throws {
        guard let program = kind.program else {
            throw ServerError(description: "\(kind.rawValue) is not installed")
        }
        self.kind = kind
        endpoint = try Self.freeEndpoint()
        folder = try Folders.make("\(kind)")
        let configuration = ServerConfiguration(
            endpoint: endpoint, folder: folder.path, zones: zones, minimalResponses: minimalResponses)
        self.zones = zones
        let file = folder.appendingPathComponent("configuration")
        try configuration.text(kind).write(to: file, atomically: true, encoding: .utf8)
        try start(program)
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(at: folder)
    }

    private func start(_ program: String) throws {
        try Data().write(to: log)
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = kind.arguments(configuration: folder.appendingPathComponent("configuration").path)
        process.currentDirectoryURL = folder
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        try Programs.withSignals { try process.run() }
    }

    private func stop() {
        process.terminate()
        // Two seconds to end in order.
        for _ in 0..<200 where process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    private var log: URL { folder.appendingPathComponent("log") }

    /// Returns once it answers.
    func waitUntilReady() throws {
        // A minute: what thousands of zones need on a loaded machine.
        for _ in 0..<3000 {
            let text = String(decoding: try Data(contentsOf: log), as: UTF8.self)
            if text.contains(kind.readyText) { return }
            if !process.isRunning { break }
            Thread.sleep(forTimeInterval: 0.02)
        }
        throw ServerError(description: "\(kind.rawValue) doesn't answer:\n\(logged.suffix(3000))")
    }

    /// What it has written.
    var logged: String { (try? String(decoding: Data(contentsOf: log), as: UTF8.self)) ?? "" }

    /// What it answers to each of the queries; nil where it is silent.
    func ask(_ queries: [Query]) -> [[UInt8]?] {
        var answers = [[UInt8]?](repeating: nil, count: queries.count)
        // Few enough for the buffers of the sockets.
        let size = 16
        for start in stride(from: 0, to: queries.count, by: size) {
            let range = start..<min(start + size, queries.count)
            for isOverTCP in [false, true] {
                let wanted = range.filter { queries[$0].isOverTCP == isOverTCP }
                ask(queries, wanted, isOverTCP, &answers)
                // Once more, alone: a datagram may be lost, a connection may have ended.
                for index in wanted where answers[index] == nil {
                    if isOverTCP { tcp = nil }
                    ask(queries, [index], isOverTCP, &answers)
                    // A peer that a query has made hang, this one or another, begins anew; we may not.
                    for _ in 0..<2 where answers[index] == nil && !hasFailed && isHanging(isOverTCP) {
                        let state = process.isRunning ? "hangs" : "ended with \(process.terminationStatus)"
                        print("\(kind.rawValue) \(state), at \(queries[index]) or beside it")
                        if kind == .swerve {
                            hasFailed = true
                            print(logged.suffix(2000))
                            break
                        }
                        guard (try? restart()) != nil else { return answers }
                        ask(queries, [index], isOverTCP, &answers)
                    }
                }
            }
        }
        return answers
    }

    private func ask(_ queries: [Query], _ wanted: [Int], _ isOverTCP: Bool, _ answers: inout [[UInt8]?]) {
        guard !wanted.isEmpty, let socket = socket(isOverTCP) else { return }
        for index in wanted { socket.sendMessage(queries[index].message(id: UInt16(index & 0xFFFF))) }
        var missing = Set(wanted)
        while !missing.isEmpty, let message = socket.receiveMessage() {
            guard let index = missing.first(where: { UInt16($0 & 0xFFFF) == message.id }) else { continue }
            missing.remove(index)
            answers[index] = message.bytes
        }
    }

    /// Whether it doesn't even answer for its first zone.
    private func isHanging(_ isOverTCP: Bool) -> Bool {
        var query = Query(name: zones.first?.origin ?? .root, type: .soa)
        query.isOverTCP = isOverTCP
        var answers: [[UInt8]?] = [nil]
        if isOverTCP { tcp = nil }
        ask([query], [0], isOverTCP, &answers)
        return answers[0] == nil
    }

    private func restart() throws {
        stop()
        process.waitUntilExit()
        process = Process()
        (udp, tcp) = (nil, nil)
        guard let program = kind.program else { return }
        try start(program)
        try waitUntilReady()
    }

    private func socket(_ isOverTCP: Bool) -> ClientSocket? {
        if isOverTCP {
            if tcp == nil { tcp = try? ClientSocket(.tcp, to: endpoint) }
            return tcp
        }
        if udp == nil { udp = try? ClientSocket(.udp, to: endpoint) }
        return udp
    }

    /// An endpoint that is free now; nobody takes it in the meantime but by chance. Below the ports that
    /// the system hands to clients.
    private static func freeEndpoint() throws -> Endpoint {
        for _ in 0..<20 {
            let endpoint = Endpoint(.v4(.loopback), port: UInt16.random(in: 20000..<32000))
            if (try? BoundSocket.udp(endpoint, .first)) != nil, (try? BoundSocket.tcp(endpoint, .first)) != nil
            {
                return endpoint
            }
        }
        throw ServerError(description: "no free port")
    }
}

/// Folders of the tests' own.
enum Folders {
    /// A new one.
    static func make(_ name: String) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "swerve-differential-\(name)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
