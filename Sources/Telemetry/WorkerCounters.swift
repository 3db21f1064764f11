public import Synchronization

/// What a worker counts. The raw value is the place in its block.
public enum Counter: Int, CaseIterable, Sendable {
    /// Queries that came over UDP and IPv4.
    case udp4Queries
    /// Queries that came over UDP and IPv6.
    case udp6Queries
    /// Queries that came over TCP and IPv4.
    case tcp4Queries
    /// Queries that came over TCP and IPv6.
    case tcp6Queries
    /// Answers with NOERROR.
    case noError
    /// Answers with FORMERR.
    case formatError
    /// Answers with SERVFAIL.
    case serverFailure
    /// Answers with NXDOMAIN.
    case nameError
    /// Answers with NOTIMP.
    case notImplemented
    /// Answers with REFUSED.
    case refused
    /// Answers with BADVERS.
    case badVersion
    /// Answers with BADCOOKIE.
    case badCookie
    /// Answers with another code.
    case otherCode
    /// Answers cut short, with TC set.
    case truncated
    /// Answers that took an address from the steering view.
    case steered
    /// Answers from which steering withheld every address.
    case withdrawn
    /// Queries with a client's cookie and no server cookie.
    case cookieClientOnly
    /// Queries with a server cookie of ours.
    case cookieValid
    /// Queries with a server cookie that is not ours, or no longer.
    case cookieInvalid
    /// Answers that say which server gave them (NSID).
    case serverIDs
    /// Questions about the server itself (class CH).
    case serverQuestions
    /// Datagrams dropped because they were answers themselves.
    case droppedResponses
    /// Messages dropped because they were shorter than a header, or came from port 0 or from a service that answers
    /// anything.
    case droppedShort
    /// Datagrams dropped by the kernel: a socket's queue had no room, or they were damaged on their way.
    case droppedQueueFull
    /// Answers not sent because of `rate-limit`.
    case rateLimitDropped
    /// Answers cut down to their question because of `rate-limit`.
    case rateLimitSlipped
    /// Answers over a limit, sent all the same because of `log-only`.
    case rateLimitLogged
    /// Answers that the kernel did not take.
    case sendFailures
    /// TCP connections taken.
    case connections
    /// TCP connections closed by us because of a limit or a timeout.
    case connectionsCut
}

/// The counters of one worker: only the worker writes them, anyone may read them at any time.
///
/// Each block begins and ends on a cache line of its own, so that workers never share one.
@safe public final class WorkerCounters: Sendable {
    // Allocated in init, freed in deinit, never reassigned; its elements are atomics.
    @usableFromInline nonisolated(unsafe) let block: UnsafeMutablePointer<Atomic<UInt64>>

    /// Counters at zero.
    public init() {
        let size = (Counter.allCases.count * 8 + 127) & ~63
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        unsafe block = memory.bindMemory(to: Atomic<UInt64>.self, capacity: Counter.allCases.count)
        for index in Counter.allCases.indices { unsafe (block + index).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe UnsafeMutableRawPointer(block).deallocate()
    }

    /// Adds to a counter; for the worker that owns the block alone, since it is a load and a store.
    @inlinable @inline(__always) public func add(_ counter: Counter, _ amount: UInt64 = 1) {
        let value = unsafe block[counter.rawValue].load(ordering: .relaxed)
        unsafe block[counter.rawValue].store(value &+ amount, ordering: .relaxed)
    }

    /// The counter's value.
    public func value(of counter: Counter) -> UInt64 {
        unsafe block[counter.rawValue].load(ordering: .relaxed)
    }
}
