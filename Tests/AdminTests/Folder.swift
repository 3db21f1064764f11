import Admin
import ControlProtocol
import Glibc
import Logging
import NIOCore
import NIOPosix

/// A folder of a test's own, removed with what is in it.
final class Folder: Sendable {
    let path: String

    init() {
        var template = Array("/tmp/swerve-admin-XXXXXX".utf8CString)
        path =
            mkdtemp(&template) == nil
            ? "/tmp" : String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        for name in ["control.sock", "other", "deep/er/control.sock"] { unlink("\(path)/\(name)") }
        for name in ["deep/er", "deep", "."] { rmdir("\(path)/\(name)") }
        rmdir(path)
    }

    var socket: String { "\(path)/control.sock" }

    func open(_ place: ControlSocketPlace? = nil) throws(ControlSocketError) -> AdminSocket {
        try AdminSocket.open(place ?? ControlSocketPlace(path: socket))
    }

    func server(
        doors: FakeDoors = FakeDoors(), limits: AdminLimits = AdminLimits()
    ) throws(ControlSocketError) -> AdminServer {
        AdminServer(
            socket: try open(), doors: doors, limits: limits, group: .singletonMultiThreadedEventLoopGroup,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs a server while a client does something.
    func serve<Result: Sendable>(
        doors: FakeDoors = FakeDoors(), limits: AdminLimits = AdminLimits(),
        _ body: @Sendable @escaping (FakeClient) async throws -> Result
    ) async throws -> Result {
        let server = try server(doors: doors, limits: limits)
        let client = FakeClient(path: socket)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try await server.run()
                return nil
            }
            group.addTask { try await body(client) }
            defer { group.cancelAll() }
            while let next = try await group.next() {
                if let next { return next }
            }
            throw CancellationError()
        }
    }
}
