/// How outcomes become a verdict beyond `rise` and `fall`, and how the interval follows the verdict. Everything is
/// off unless it is set.
public struct Judgement: Hashable, Sendable, Codable {
    /// Failures, however far apart, that take a real server down, unless `okThreshold` successes in a row come
    /// between them: what fails now and then never fails twice in a row. Nil: only `fall` counts.
    public var downThreshold: Int?
    /// Successes in a row that forgive earlier failures.
    public var okThreshold: Int
    /// The interval while the verdict is down; nil: as always.
    public var downInterval: Duration?
    /// The interval while an outcome contradicts the verdict, and just after a change; nil: as always.
    public var fastInterval: Duration?
    /// What a real server that goes down again soon after its return has to wait; nil: nothing.
    public var holdDown: HoldDown?

    /// How long a flapping real server is held down.
    public struct HoldDown: Hashable, Sendable, Codable {
        /// After the first time; doubled with each further time.
        public var first: Duration
        /// At most; and what has been up for as long is no flapping any more.
        public var maximum: Duration

        /// From the first time to the most.
        public init(first: Duration, maximum: Duration) {
            self.first = first
            self.maximum = maximum
        }

        /// After so many times in a row, at least one.
        func duration(after times: Int) -> Duration {
            // 2^20 times the least duration is more than any maximum.
            min(first * (1 << min(times - 1, 20)), maximum)
        }
    }

    /// A judgement; see the properties.
    public init(
        downThreshold: Int? = nil, okThreshold: Int = 10, downInterval: Duration? = nil,
        fastInterval: Duration? = nil, holdDown: HoldDown? = nil
    ) {
        self.downThreshold = downThreshold
        self.okThreshold = okThreshold
        self.downInterval = downInterval
        self.fastInterval = fastInterval
        self.holdDown = holdDown
    }
}
