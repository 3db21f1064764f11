internal import ArgumentParser
internal import ControlProtocol
internal import Glibc
internal import NIOCore
internal import NIOPosix

/// Asks swerved through its control socket.
struct ControlClient: Sendable {
    /// The socket's path.
    let path: String
    /// How long an answer may take; a reload may take as long as it needs, once something has answered.
    var patience: Duration = .seconds(30)

    /// One request, one response.
    func ask(_ request: Request) async throws(ClientError) -> Response {
        var result: Response?
        let isPatient = if case .reload = request { true } else { false }
        if isPatient { _ = try await ask(.status) }
        let start = ContinuousClock.now
        try await exchange(request, within: isPatient ? nil : patience) { response in
            result = response
            return false
        }
        if let result { return result }
        let waited = ContinuousClock.now - start
        throw isPatient || waited < patience ? .closed(path) : .silent(path, patience)
    }

    /// Hands over each event until there are no more, or the task is cancelled.
    func follow(_ take: (Event) -> Void) async throws(ClientError) {
        var failure: Failure?
        try await exchange(.follow, within: nil) { response in
            switch response {
            case .event(let event): take(event)
            case .failure(let reason): failure = reason
            default: break
            }
            return failure == nil
        }
        if let failure { throw .refused(failure) }
    }

    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Sends a request and hands over responses until `take` returns false or the other side closes.
    private func exchange(
        _ request: Request, within limit: Duration?, _ take: (Response) -> Bool
    ) async throws(ClientError) {
        let connection = try await connect()
        let deadline = limit.map { limit in
            connection.channel.eventLoop.scheduleTask(in: TimeAmount(limit)) {
                connection.channel.close(promise: nil)
            }
        }
        defer { deadline?.cancel() }
        do {
            try await connection.executeThenClose { inbound, outbound in
                // A server that refuses may have closed already; then what it said is still to be read.
                try? await outbound.write(ByteBuffer(bytes: ControlLine.encode(request)))
                var lines = LineBuffer(maximumLength: ControlLine.maximumResponseLength)
                for try await bytes in inbound {
                    lines.append(bytes.readableBytesView)
                    while let line = try lines.next() {
                        if !take(try ControlLine.response(from: line)) { return }
                    }
                }
            }
        } catch is CancellationError {
        } catch is LineBuffer.LineTooLong {
            throw .misunderstood(path)
        } catch let failure as Failure {
            throw .refused(failure)
        } catch {
            throw .closed(path)
        }
    }

    private func connect() async throws(ClientError) -> Connection {
        do {
            return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(unixDomainSocketPath: path) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch let error as IOError {
            let reason = SystemCalls.words(for: error.errnoCode)
            switch error.errnoCode {
            case ENOENT, ECONNREFUSED, ENOTDIR: throw .notRunning(path, reason)
            default: throw .unreachable(path, reason)
            }
        } catch {
            throw .unreachable(path, "\(error)")
        }
    }
}

/// Why swerved was not asked, or did not answer.
enum ClientError: Error, Equatable, CustomStringConvertible {
    /// Nobody listens on the socket.
    case notRunning(String, String)
    /// The socket can't be opened.
    case unreachable(String, String)
    /// The connection ended without an answer.
    case closed(String)
    /// No answer in this time.
    case silent(String, Duration)
    /// No more events.
    case ended(String)
    /// The answer makes no sense.
    case misunderstood(String)
    /// swerved says no.
    case refused(Failure)

    /// The status to end with.
    var exitCode: ExitCode {
        switch self {
        case .notRunning, .ended: ExitCode(3)
        default: .failure
        }
    }

    var description: String {
        switch self {
        case .notRunning(let path, let reason):
            """
            swerved is not running: connect \(path): \(reason)
            hint: start it (swerved -c FILE), or name its control socket with -s SOCKET
            """
        case .unreachable(let path, let reason):
            "connect \(path): \(reason)"
                + (reason == "Permission denied"
                    ? "\nhint: run it as root, or as the socket's owner or group" : "")
        case .closed(let path): "swerved closed \(path) without an answer"
        case .ended(let path): "swerved has closed \(path): it has ended, or its events were not read in time"
        case .silent(let path, let time):
            "no answer from swerved on \(path) within \(time.components.seconds) s"
        case .misunderstood(let path): "what answers on \(path) is not a swerved of this version"
        case .refused(let failure): "\(failure)"
        }
    }
}
