/// The relay's time: the loops count nanoseconds of `MonotonicClock`, what is pure is told durations since its zero.
enum RelayClock {
    /// What the clock showed, since its zero.
    static func time(_ nanoseconds: UInt64) -> Duration {
        .nanoseconds(Int64(truncatingIfNeeded: nanoseconds))
    }

    /// The length of a time limit; none is below 0, and none is longer than the clock lives.
    static func nanoseconds(_ limit: Duration) -> UInt64 {
        let (seconds, attoseconds) = limit.components
        if seconds < 0 || attoseconds < 0 { return 0 }
        // A century, so that sums stay in range.
        return UInt64(min(seconds, 3_155_760_000)) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }
}
