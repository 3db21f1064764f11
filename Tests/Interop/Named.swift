import Addresses
import DNSClient
import DNSWire
import Foundation

/// BIND's server with the same zones, in a folder of its own, on a port of loopback that was free.
final class Named {
    /// Where it is; nil if it isn't installed.
    static let path = Program.path("named")

    let endpoint: Endpoint
    private let process = Process()
    private let directory: URL

    /// Starts it and waits until it answers.
    /// - Parameters:
    ///   - zones: Names and files.
    ///   - options: More statements for its `options`.
    ///   - cookies: Those about cookies.
    init(zones: [(name: String, file: URL)], options: String, cookies: String = "answer-cookie no;") throws {
        guard let path = Self.path else { throw ProgramError(description: "named is not installed") }
        endpoint = try Self.freeEndpoint()
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("named-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let configuration = directory.appendingPathComponent("named.conf")
        let text = NamedConfiguration.text(
            zones: zones.map { ($0.name, $0.file.path) }, at: endpoint, folder: directory.path,
            options: options + cookies)
        try text.write(to: configuration, atomically: true, encoding: .utf8)
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = ["-g", "-c", configuration.path, "-n", "1"]
        let log = directory.appendingPathComponent("log")
        try Data().write(to: log)
        process.standardError = try FileHandle(forWritingTo: log)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        // Two seconds for each try, ten tries: what named needs on a loaded machine.
        for _ in 0..<10 where process.isRunning {
            if try zones.allSatisfy({ try answers($0.name) }) { return }
            Thread.sleep(forTimeInterval: 0.2)
        }
        let said = try String(contentsOf: log, encoding: .utf8)
        stop()
        throw ProgramError(description: "named doesn't answer:\n\(said.suffix(2000))")
    }

    deinit { stop() }

    private func stop() {
        if process.isRunning {
            process.terminate()
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(at: directory)
    }

    private func answers(_ zone: String) throws -> Bool {
        let client = try ClientSocket(.udp, to: endpoint)
        return client.ask(try Message.query(zone, .soa))?.responseCode == 0
    }

    /// An endpoint that is free now; nobody else on this machine takes it in the meantime but by chance.
    private static func freeEndpoint() throws -> Endpoint {
        try ServersInProcess.bind().endpoint
    }
}
