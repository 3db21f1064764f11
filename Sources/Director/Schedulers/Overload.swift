/// Whether a destination has had enough, by its thresholds: it gets no more from the upper one on, until
/// its connections are fewer than the lower one.
public struct Overload: Hashable, Sendable {
    /// Whether it gets no new connections.
    public private(set) var isOverloaded = false

    /// Not overloaded.
    public init() {}

    /// A connection was added: `connections` are there now, inactive ones among them.
    public mutating func connectionOpened(connections: Int, of destination: Destination) {
        if destination.upperThreshold != 0 && connections >= Int(destination.upperThreshold) {
            isOverloaded = true
        }
    }

    /// A connection is gone: `connections` are left. Without a lower threshold, three quarters of the upper
    /// one are it.
    public mutating func connectionClosed(connections: Int, of destination: Destination) {
        if destination.lowerThreshold != 0 {
            if connections < Int(destination.lowerThreshold) { isOverloaded = false }
        } else if connections * 4 < Int(destination.upperThreshold) * 3 || destination.upperThreshold == 0 {
            isOverloaded = false
        }
    }

    /// The thresholds were edited: a raised or removed upper one ends the overload.
    public mutating func thresholdsChanged(from old: Destination, to new: Destination) {
        if new.upperThreshold == 0 || new.upperThreshold > old.upperThreshold { isOverloaded = false }
    }
}
