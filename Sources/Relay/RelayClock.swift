/// The relay's time: the loops count nanoseconds of `MonotonicClock`, what is pure is told durations since its zero.
enum RelayClock {
    /// What the clock showed, since its zero.
    static func time(_ nanoseconds: UInt64) -> Duration {
        .nanoseconds(Int64(truncatingIfNeeded: nanoseconds))
    }
}
