internal import Addresses
internal import CLinux
internal import Dispatch
internal import Glibc
internal import Health
internal import Sockets
internal import Synchronization

extension Prober {
    /// Sends an ICMP echo request, and another if nothing came in its share of the time.
    func probePing(_ check: Check, attempts: Int) async throws(ProbeFailure) -> Outcome {
        let deadline = Deadline(check.timeout)
        let share = check.timeout / max(attempts, 1)
        for _ in 0..<max(attempts, 1) {
            switch await pinger.ping(check.target.address, within: share) {
            case .answered: return .success("echo \(deadline.elapsed)")
            case .silent: continue
            case .failed(let error): throw ProbeFailure(errno: error, during: .waiting)
            case .cancelled: throw ProbeFailure(undecided: "cancelled")
            }
        }
        throw ProbeFailure("no echo within \(check.timeout.words)")
    }
}

/// Sends ICMP echo requests by one socket for each family, whoever is asked, and hands each reply to who waits.
final class Pinger: Sendable {
    enum Answer: Sendable {
        case answered
        case silent
        case failed(Int32)
        case cancelled
    }

    private struct Waiting {
        var address: IPAddress
        var continuation: CheckedContinuation<Answer, Never>
    }

    private struct Socket: Sendable {
        var descriptor: Int32
        var isRaw: Bool
        var source: ReadSource
    }

    private struct State {
        var sockets: [AddressFamily: Socket] = [:]
        /// By the token in the request, which nobody else knows.
        var waiting: [UInt64: Waiting] = [:]
        var sequence: UInt16 = 0
    }

    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "swerve.echo")

    deinit {
        for socket in state.withLock({ Array($0.sockets.values) }) { socket.source.cancel() }
    }

    func ping(_ address: IPAddress, within timeout: Duration) async -> Answer {
        let token = UInt64.random(in: .min ... .max)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let error = state.withLock { state -> Int32 in
                    let error = send(to: address, token, &state)
                    if error == 0 {
                        state.waiting[token] = Waiting(address: address, continuation: continuation)
                    }
                    return error
                }
                if error != 0 { return continuation.resume(returning: .failed(error)) }
                queue.asyncAfter(deadline: .now() + .nanoseconds(Int(timeout.nanoseconds))) { [weak self] in
                    self?.conclude(token, .silent)
                }
                if Task.isCancelled { conclude(token, .cancelled) }
            }
        } onCancel: {
            conclude(token, .cancelled)
        }
    }

    private func conclude(_ token: UInt64, _ answer: Answer) {
        state.withLock { $0.waiting.removeValue(forKey: token) }?.continuation.resume(returning: answer)
    }

    // MARK: Sending

    /// Returns 0 or the error's number.
    private func send(to address: IPAddress, _ token: UInt64, _ state: inout State) -> Int32 {
        let isIPv6 = address.family == .v6
        if state.sockets[address.family] == nil {
            var rawness: Int32 = 0
            let descriptor = clinux_echo_socket(isIPv6 ? 1 : 0, &rawness)
            let isRaw = rawness != 0
            if descriptor < 0 { return -descriptor }
            let source = ReadSource(descriptor, on: queue) { [weak self] in
                self?.receive(descriptor, isIPv6: isIPv6, isRaw: isRaw)
            }
            state.sockets[address.family] = Socket(descriptor: descriptor, isRaw: isRaw, source: source)
        }
        guard let socket = state.sockets[address.family] else { return EBADF }
        state.sequence &+= 1
        let message = Self.request(token, state.sequence, isIPv6: isIPv6)
        let bytes = address.bytes
        return -clinux_echo_send(socket.descriptor, bytes, bytes.count, message, message.count)
    }

    /// An echo request (RFC 792, RFC 4443 §4.1) with a token.
    static func request(_ token: UInt64, _ sequence: UInt16, isIPv6: Bool) -> [UInt8] {
        let identifier = UInt16(truncatingIfNeeded: token)
        var message: [UInt8] = [isIPv6 ? 128 : 8, 0, 0, 0]
        message += [
            UInt8(identifier >> 8), UInt8(identifier & 0xFF), UInt8(sequence >> 8), UInt8(sequence & 0xFF),
        ]
        message += (0..<8).map { UInt8(truncatingIfNeeded: token >> (56 - 8 * $0)) }
        message += Array("swerve checks if you are there".utf8)
        // The kernel computes that of IPv6, which covers its header.
        if !isIPv6 {
            var sum = stride(from: 0, to: message.count, by: 2).reduce(UInt32(0)) {
                $0 + (UInt32(message[$1]) << 8 | UInt32(message[$1 + 1]))
            }
            while sum >> 16 != 0 { sum = sum & 0xFFFF + sum >> 16 }
            message[2] = UInt8(~sum >> 8 & 0xFF)
            message[3] = UInt8(~sum & 0xFF)
        }
        return message
    }

    // MARK: Receiving

    private func receive(_ descriptor: Int32, isIPv6: Bool, isRaw: Bool) {
        var buffer = [UInt8](repeating: 0, count: 1500)
        var sender = [UInt8](repeating: 0, count: 16)
        // Others have their turn after some.
        for _ in 0..<256 {
            let count = clinux_echo_receive(descriptor, &buffer, buffer.count, &sender)
            if count < 0 { return }
            guard let address = IPAddress(bytes: sender.prefix(isIPv6 ? 16 : 4)),
                let token = Self.token(buffer[..<count], isIPv6: isIPv6, hasHeader: isRaw && !isIPv6)
            else { continue }
            let isAwaited = state.withLock { $0.waiting[token]?.address == address }
            if isAwaited { conclude(token, .answered) }
        }
    }

    /// The token in an echo reply; nil for anything else.
    static func token(_ packet: ArraySlice<UInt8>, isIPv6: Bool, hasHeader: Bool) -> UInt64? {
        var message = packet
        if hasHeader {
            guard let first = message.first else { return nil }
            message = message.dropFirst(Int(first & 15) * 4)
        }
        guard message.count >= 16, message.first == (isIPv6 ? 129 : 0) else { return nil }
        return message.dropFirst(8).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
