internal import CLinux
internal import Glibc

/// Tells which of many sockets are ready (epoll), and is woken from other threads.
public final class Poller: Sendable {
    /// What a socket is ready for, or is watched for.
    public struct Readiness: OptionSet, Sendable {
        /// The kernel's bits.
        public let rawValue: UInt32

        /// These bits.
        public init(rawValue: UInt32) { self.rawValue = rawValue }

        /// Bytes, a connection or the end can be read.
        public static let reading = Readiness(rawValue: EPOLLIN.rawValue)
        /// Octets that are marked as urgent have come.
        public static let urgent = Readiness(rawValue: EPOLLPRI.rawValue)
        /// Bytes can be written.
        public static let writing = Readiness(rawValue: EPOLLOUT.rawValue)
        /// The other end will send no more.
        public static let ending = Readiness(rawValue: EPOLLRDHUP.rawValue)
        /// Both directions have ended.
        public static let ended = Readiness(rawValue: EPOLLHUP.rawValue)
        /// The connection has failed.
        public static let failed = Readiness(rawValue: EPOLLERR.rawValue)
        /// Only changes are told, each once.
        public static let edges = Readiness(rawValue: EPOLLET.rawValue)
        /// One of the pollers that watch the socket is woken, not all.
        public static let exclusive = Readiness(rawValue: EPOLLEXCLUSIVE.rawValue)
    }

    /// The key under which `wake` is told.
    public static let wakeKey = UInt64.max

    private let poll: Int32
    private let bell: Int32

    /// Watches nothing yet.
    public init() throws(SocketError) {
        // Its own places are filled last: what is whole would end as such where an error is thrown.
        let poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        if poll < 0 { throw SocketError("create a poller", code: errno) }
        let bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        var code = bell < 0 ? errno : 0
        if code == 0 { code = Self.watch(bell, for: .reading, key: Self.wakeKey, by: poll) }
        if code != 0 {
            if bell >= 0 { close(bell) }
            close(poll)
            throw SocketError("create a poller's bell", code: code)
        }
        self.poll = poll
        self.bell = bell
    }

    deinit {
        close(bell)
        close(poll)
    }

    /// Begins to watch a socket, told by its key. It is watched until it is closed.
    /// - Returns: 0 or an error number.
    public func watch(_ socket: Int32, for readiness: Readiness, key: UInt64) -> Int32 {
        Self.watch(socket, for: readiness, key: key, by: poll)
    }

    private static func watch(_ socket: Int32, for readiness: Readiness, key: UInt64, by poll: Int32) -> Int32 {
        var event = unsafe epoll_event(events: readiness.rawValue, data: epoll_data_t(u64: key))
        return unsafe epoll_ctl(poll, EPOLL_CTL_ADD, socket, &event) == 0 ? 0 : errno
    }

    /// Ends the watching of a socket that stays open.
    public func unwatch(_ socket: Int32) {
        var event = unsafe epoll_event()
        unsafe epoll_ctl(poll, EPOLL_CTL_DEL, socket, &event)
    }

    /// Ends a `wait` of another thread.
    public func wake() {
        var one: UInt64 = 1
        unsafe write(bell, &one, 8)
    }

    /// Waits until something is ready, `milliseconds` at most, and tells what; at most as many as there is
    /// room for in `events`.
    public func wait(_ milliseconds: Int32, _ events: inout Events) {
        let capacity = unsafe Int32(events.storage.count)
        events.count = max(0, Int(unsafe epoll_wait(poll, &events.storage, capacity, milliseconds)))
        for index in 0..<events.count where events[index].key == Self.wakeKey {
            var count: UInt64 = 0
            unsafe read(bell, &count, 8)
        }
    }

    /// What one `wait` told.
    @safe public struct Events {
        fileprivate var storage: [epoll_event]
        /// How many there are.
        public fileprivate(set) var count = 0

        /// Room for so many.
        public init(capacity: Int) {
            unsafe storage = unsafe Array(repeating: epoll_event(), count: capacity)
        }

        /// One of them: the key of a socket and what it is ready for.
        public subscript(index: Int) -> (key: UInt64, readiness: Readiness) {
            unsafe (storage[index].data.u64, Readiness(rawValue: storage[index].events))
        }
    }
}
