internal import Glibc

/// The clock that never goes back, by which loops count what is due.
public enum MonotonicClock {
    /// Nanoseconds since its zero.
    public static var now: UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension Duration {
    /// Its nanoseconds, for sums with a clock's; none is below 0, and none is longer than the clock lives.
    public var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        if seconds < 0 || attoseconds < 0 { return 0 }
        // A century, so that sums stay in range.
        return UInt64(min(seconds, 3_155_760_000)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
