import Addresses
import Foundation
import Glibc
import Health
import NIOPosix
import Probes
import Testing

/// A server of Debian's packages, by `Tests/Services/serve`, with a folder and ports of its own.
final class RealServer: Sendable {
    let port: UInt16
    /// Where it keeps its files.
    var path: String { folder.path() }
    private let folder: URL
    private let process: Process

    /// Runs `body` beside a server, once it answers a check at its first port.
    static func run(_ name: String, answering method: Check.Method, _ body: (RealServer) async throws -> Void)
        async throws
    {
        let server = try RealServer(name)
        defer { server.end() }
        let clock = ContinuousClock()
        let patience = clock.now + .seconds(60)
        var outcome = await server.probe(method)
        while outcome.finding != "success" {
            try #require(server.process.isRunning, "\(name) has ended: \(server.log)")
            try #require(clock.now < patience, "\(name) is not ready: \(outcome.finding)\n\(server.log)")
            try await clock.sleep(for: .milliseconds(100))
            outcome = await server.probe(method)
        }
        try await body(server)
    }

    private init(_ name: String) throws {
        port = Self.freePorts(4)
        folder = FileManager.default.temporaryDirectory.appending(path: "swerve-\(name)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: folder.path() + ".log", contents: nil)
        let log = try FileHandle(forWritingTo: URL(filePath: folder.path() + ".log"))
        process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        let serve = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "serve")
        process.arguments = [serve.path(), name, folder.path(), "\(port)"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        try process.run()
    }

    private func end() {
        process.terminate()
        for _ in 0..<100 where process.isRunning { usleep(50_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
        try? FileManager.default.removeItem(atPath: folder.path() + ".log")
    }

    private var log: String {
        ((try? String(contentsOfFile: folder.path() + ".log", encoding: .utf8)) ?? "").suffix(1000).description
    }

    /// What a check finds, at the server itself or at another port.
    func probe(
        _ method: Check.Method, port: UInt16? = nil, offset: UInt16 = 0, timeout: Duration = .seconds(10)
    ) async -> Outcome {
        let target = Endpoint(.v4(.loopback), port: port ?? self.port + offset)
        return await Prober(group: MultiThreadedEventLoopGroup.singleton).probe(
            Check(method, target: target, timeout: timeout))
    }

    /// The first of some ports in a row of which nobody has one, by what the kernel gives out.
    private static func freePorts(_ count: Int) -> UInt16 {
        while true {
            let first = bound(0)
            if first > 0, first < 65_000, (1..<count).allSatisfy({ bound(first + UInt16($0)) > 0 }) {
                return first
            }
        }
    }

    private static func bound(_ port: UInt16) -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
            }
        }
        return isBound ? UInt16(bigEndian: address.sin_port) : 0
    }
}

extension Outcome {
    /// `success`, or the reason of anything else.
    var finding: String {
        switch self {
        case .success: "success"
        case .failure(let reason): reason
        case .undecided(let reason): "undecided: \(reason)"
        }
    }
}

/// Whether a program is there, for tests that need it; most of them want to be started by root.
func canServe(_ program: String) -> Bool {
    getuid() == 0 && FileManager.default.isExecutableFile(atPath: program)
}
