internal import Addresses
internal import Admin
internal import Answering
internal import Control
internal import ControlProtocol
public import Diagnostics
internal import Director
internal import Foundation
internal import HostNetwork
internal import IPVS
internal import NIOCore
internal import NIOPosix
internal import Privileges
internal import Probes
internal import Relay
public import Settings
internal import Sockets
internal import StreamServer
internal import Synchronization
internal import UDPServer

/// The whole process: builds all rooms from a configuration, runs them, and ends them in order.
public struct Daemon: Sendable {
    /// The version of the program.
    public static let version = "0.1.0"

    private let path: String
    private let start: Start
    private let udpSockets: UDPSockets
    private let streamSockets: StreamSockets
    private let controlSocket: AdminSocket
    private let kernelTable: KernelTable?
    private let claim: StateClaim?
    private let log: Log

    /// Reads the configuration and opens all sockets; then, with a user, gives up root's rights.
    ///
    /// Synchronous, and to be called on the first thread before any other starts: rights belong to
    /// threads. A broken zone doesn't keep the daemon from starting.
    ///
    /// - Parameter isQuiet: Log errors only, where somebody else tells what happens.
    public init(configurationFile path: String, user: String? = nil, isQuiet: Bool = false) throws(StartError) {
        ProcessPreparation.prepare()
        self.path = path
        log = Log(isQuiet: isQuiet)
        let reading = Configuration.read(path) { $0.director.enterNetworkNamespace() }
        guard let configuration = reading.configuration else { throw StartError(reading.diagnostics) }
        start = Start(configuration, reading.changes)
        log.others.follow(configuration.settings)
        for diagnostic in reading.diagnostics { log.write(diagnostic) }
        do {
            // First, since it tells best that swerved is running already.
            controlSocket = try AdminSocket.open(ControlSocketPlace(configuration.settings.control))
        } catch {
            Self.note(error, in: log, as: user)
            throw StartError("\(error)")
        }
        do {
            kernelTable = configuration.settings.director.backend == .ipvs ? try KernelTable() : nil
            udpSockets = try UDPSockets.open(configuration.endpoints)
            streamSockets = try StreamSockets.open(configuration.endpoints)
            if let user { try Privileges.become(user) }
            claim = try StateClaim(directory: configuration.settings.stateDirectory)
        } catch {
            controlSocket.close()
            Self.note(error, in: log, as: user)
            throw StartError("\(error)" + (Self.hint(for: error).map { "\nhint: \($0)" } ?? ""))
        }
    }

    /// Notes in the log files why there is no start, as the user: what is noted must not make them root's.
    private static func note(_ error: any Error, in log: Log, as user: String?) {
        if let user, (try? Privileges.become(user)) == nil { return }
        log.others.write(.error, nil, "not started: \(error)")
        log.end()
    }

    /// What the admin can do about what the system refused.
    static func hint(for error: any Error) -> String? {
        (error as? BackendError)?.hint ?? (error as? SocketError)?.hint
    }

    /// Serves until the task is cancelled, then ends all rooms in order; `reloads` asks for reloads. To be called
    /// once.
    public func run(reloads: AsyncStream<Void> = AsyncStream { $0.finish() }) async throws {
        defer { withExtendedLifetime(claim) {} }
        log.others.run()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: min(System.coreCount, 4))
        do {
            let core = try start.take { configuration, changes in
                let core = try Core(
                    path: path, configuration: configuration, group: group, kernelTable: kernelTable, log: log)
                core.tell(changes)
                return core
            }
            try await core.run(
                udp: udpSockets, streams: streamSockets, control: controlSocket, reloads: reloads)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try? await group.shutdownGracefully()
    }
}

/// What was read at the start, until it is served: kept beyond that, the first version of every zone would stay in
/// memory beside all that came after it.
final class Start: Sendable {
    private let read: Mutex<(configuration: Configuration, changes: [ZoneShelf.Change])?>

    init(_ configuration: Configuration, _ changes: [ZoneShelf.Change]) {
        read = Mutex((configuration, changes))
    }

    /// Hands over what was read, and keeps nothing of it.
    func take<Result>(_ body: (Configuration, [ZoneShelf.Change]) throws -> Result) rethrows -> Result {
        let read = read.withLock { read in
            defer { read = nil }
            return read
        }
        guard let read else { preconditionFailure("a daemon runs once") }
        return try body(read.configuration, read.changes)
    }
}

extension ControlSocketPlace {
    init(_ settings: ControlSettings) {
        self.init(
            path: settings.path, permissions: settings.permissions, owner: settings.owner, group: settings.group
        )
    }
}

extension DirectorSettings {
    /// Makes the process one of the director's network namespace; what keeps it from that. It may begin anew there.
    public func enterNetworkNamespace() -> Diagnostic? {
        guard let networkNamespace else { return nil }
        do {
            try NetworkNamespace.enter(networkNamespace)
            return nil
        } catch {
            return Diagnostic(.error, "\(error)", hint: "'ip netns add NAME' makes one; entering it needs root")
        }
    }
}
