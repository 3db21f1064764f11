internal import Glibc
internal import Health
internal import NIOCore

/// An outcome other than success, on its way up.
struct ProbeFailure: Error {
    let outcome: Outcome
    /// Whether it is that what was found is too costly to judge.
    var isTooCostly = false

    init(_ reason: String) {
        outcome = .failure(reason)
    }

    init(tooCostly reason: String) {
        self.init(reason)
        isTooCostly = true
    }

    init(undecided reason: String) {
        outcome = .undecided(reason)
    }

    /// What a failed system call says about the real server, or about this host.
    init(_ error: any Error, during phase: Phase) {
        switch error {
        case let error as ProbeFailure: self = error
        case let error as IOError: self.init(errno: error.errnoCode, during: phase)
        case let error as ChannelError where error == .eof || error == .ioOnClosedChannel:
            self.init("connection closed \(phase)")
        default: self.init("\(error) \(phase)")
        }
    }

    init(errno: Int32, during phase: Phase) {
        switch errno {
        case EMFILE: self.init(undecided: "too many open files in this process")
        case ENFILE: self.init(undecided: "too many open files on this host")
        case ENOBUFS, ENOMEM, EAGAIN: self.init(undecided: "no memory for sockets on this host")
        case EADDRNOTAVAIL: self.init(undecided: "no local address or port left on this host")
        case EPERM, EACCES: self.init(undecided: "connections are not permitted on this host")
        case ECONNREFUSED: self.init("connection refused")
        case ECONNRESET, EPIPE: self.init("connection reset \(phase)")
        case EHOSTUNREACH: self.init("no route to host")
        case ENETUNREACH: self.init("network unreachable")
        case ETIMEDOUT: self.init("timed out \(phase)")
        default: self.init("\(String(cString: strerror(errno))) \(phase)")
        }
    }
}

/// What a probe is waiting for; the words follow `timed out after 3 s`.
enum Phase: Hashable, CustomStringConvertible {
    case connecting
    case negotiating
    case waiting
    case reading
    /// For a part of a conversation: `the greeting`.
    case awaiting(String)

    var description: String {
        switch self {
        case .connecting: "while connecting"
        case .negotiating: "while negotiating TLS"
        case .waiting: "while waiting for the answer"
        case .reading: "while reading the body"
        case .awaiting(let what): "while waiting for \(what)"
        }
    }
}
