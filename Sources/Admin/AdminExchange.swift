internal import ControlProtocol
internal import NIOCore

/// One connection: a request, and what is said to it.
struct AdminExchange: Sendable {
    let channel: any Channel
    let doors: any AdminDoors
    let responseTimeout: TimeAmount

    /// Reads the request and answers it. Returns when everything has been written, or the client is gone.
    func run(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, requestTimeout: TimeAmount,
        onRequest: () -> Void
    ) async throws {
        let deadline = channel.eventLoop.scheduleTask(in: requestTimeout) { channel.close(promise: nil) }
        defer { deadline.cancel() }
        var buffer = LineBuffer(maximumLength: ControlLine.maximumRequestLength)
        var iterator = inbound.makeAsyncIterator()
        var request: Result<Request, Failure>?
        while request == nil, let bytes = try await iterator.next() {
            buffer.append(bytes.readableBytesView)
            request = nextRequest(&buffer)
        }
        // A client may leave out the line's end if it closes its side instead.
        if request == nil && !buffer.rest.isEmpty {
            request = Result { () throws(Failure) in try ControlLine.request(from: buffer.rest) }
        }
        deadline.cancel()
        if request != nil { onRequest() }
        switch request {
        case nil: return
        case .failure(let failure): try await write(.failure(failure))
        case .success(.follow):
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await follow() }
                while try await iterator.next() != nil {}
                group.cancelAll()
            }
        case .success(let request): try await write(await response(to: request))
        }
    }

    /// How long a refused client's request is waited for.
    private static let refusalTimeout = TimeAmount.seconds(1)

    /// Says no. The request is read first, for a moment: a socket that is closed with something unread in it
    /// takes back what was written.
    func refuse(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, because failure: Failure
    ) async throws {
        let deadline = channel.eventLoop.scheduleTask(in: Self.refusalTimeout) { channel.close(promise: nil) }
        defer { deadline.cancel() }
        try await write(.failure(failure))
        var iterator = inbound.makeAsyncIterator()
        _ = try await iterator.next()
    }

    /// The request whose line has arrived, or why there can be none; nil until a whole line is there.
    private func nextRequest(_ buffer: inout LineBuffer) -> Result<Request, Failure>? {
        do {
            guard let line = try buffer.next() else { return nil }
            return Result { () throws(Failure) in try ControlLine.request(from: line) }
        } catch {
            return .failure(Failure("the request has more than \(ControlLine.maximumRequestLength) bytes"))
        }
    }

    /// Writes events until there are no more.
    private func follow() async throws {
        defer { channel.close(promise: nil) }
        for await event in await doors.events() { try await write(.event(event)) }
    }

    private func response(to request: Request) async -> Response {
        do throws(Failure) {
            switch request {
            case .status: return .status(try await doors.status())
            case .stats: return .stats(try await doors.stats())
            case .reload(let zone): return .reload(try await doors.reload(zone: zone))
            case .zones: return .zones(try await doors.zones())
            case .servers: return .servers(try await doors.servers())
            case .table(let wanted): return .table(try await doors.table(wanted))
            case .explain(let name, let type, let from):
                return .explain(try await doors.explain(name: name, type: type, from: from))
            case .order(let request): return .order(try await doors.order(request))
            case .follow: return .failure(Failure("follow has events, not a response"))
            }
        } catch {
            return .failure(error)
        }
    }

    /// Writes a line; returns when the system has taken all of it, throws when it can't or the client is too slow.
    func write(_ response: Response) async throws {
        let line: [UInt8]
        do {
            line = try ControlLine.encode(response)
        } catch {
            line = try ControlLine.encode(.failure(error))
        }
        let deadline = channel.eventLoop.scheduleTask(in: responseTimeout) { channel.close(promise: nil) }
        defer { deadline.cancel() }
        try await withTaskCancellationHandler {
            try await channel.writeAndFlush(ByteBuffer(bytes: line)).get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}
