import Foundation

/// A folder of a test's own, gone when the test is over.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "swerve-daemon-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        let file = path + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
        return file
    }

    func writeZone(_ name: String = "a.zone", serial: Int, extra: String = "") throws {
        try write(
            name,
            """
            $TTL 3600
            @ SOA ns.example.net. admin.example.net. \(serial) 3600 300 604800 300
            @ NS ns.example.net.
            www A 192.0.2.1
            \(extra)

            """)
    }
}
