/// When an agenda is to be looked at: a task sleeps until then, and is not woken earlier.
struct Alarm {
    /// Between two looks: with thousands of checks, each of them finds several that are due.
    static let pause = Duration.milliseconds(2)

    private let horizon: Duration
    /// The earliest that is set.
    private var next: ContinuousClock.Instant?
    private var last: ContinuousClock.Instant

    /// - Parameter horizon: It is set no longer before than this; until then it has to be asked again. Else each that
    ///   is due sooner would leave a task behind that sleeps for what is due much later.
    init(horizon: Duration, at now: ContinuousClock.Instant) {
        self.horizon = horizon
        last = now
    }

    /// For which time another one is to be set so that what is due first is begun; nil: none is to be.
    mutating func set(
        for earliest: ContinuousClock.Instant, at now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant? {
        // What is due within a moment is begun together.
        let due = max(earliest, last + Self.pause)
        if let next, next <= due { return nil }
        if now.duration(to: due) > horizon { return nil }
        next = due
        return due
    }

    /// Takes note that one has gone that was set.
    mutating func note(_ due: ContinuousClock.Instant, at now: ContinuousClock.Instant) {
        if next == due { next = nil }
        last = now
    }
}
