internal import Synchronization

/// Where the control plane leaves the newest snapshot and workers find it.
public final class SnapshotStore: Sendable {
    private let newest: Mutex<Snapshot>
    private let counter = Atomic<UInt64>(0)

    /// A store that holds a first snapshot.
    public init(_ snapshot: Snapshot) {
        newest = Mutex(snapshot)
    }

    /// Moves with each publication; a look at it costs no lock.
    public var generation: UInt64 { counter.load(ordering: .acquiring) }

    /// The newest snapshot; takes a short lock.
    public var current: Snapshot { newest.withLock { $0 } }

    /// Makes a snapshot the newest.
    public func publish(_ snapshot: Snapshot) {
        newest.withLock { $0 = snapshot }
        counter.add(1, ordering: .releasing)
    }
}
