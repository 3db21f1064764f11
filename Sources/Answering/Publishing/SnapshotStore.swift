internal import Synchronization

/// Where the control plane leaves the newest snapshot and workers find it.
///
/// What has been replaced is kept until the control plane asks to have it freed: a worker that were the last to let
/// go of a hundred thousand zones would have to free them between two queries.
public final class SnapshotStore: Sendable {
    private struct Contents {
        var newest: Snapshot
        var replaced: [Snapshot] = []
    }

    private let contents: Mutex<Contents>
    private let counter = Atomic<UInt64>(0)

    /// A store that holds a first snapshot.
    public init(_ snapshot: Snapshot) {
        contents = Mutex(Contents(newest: snapshot))
    }

    /// Moves with each publication; a look at it costs no lock.
    public var generation: UInt64 { counter.load(ordering: .acquiring) }

    /// The newest snapshot; takes a short lock.
    public var current: Snapshot { contents.withLock { $0.newest } }

    /// Makes a snapshot the newest.
    public func publish(_ snapshot: Snapshot) {
        contents.withLock {
            $0.replaced.append($0.newest)
            $0.newest = snapshot
        }
        counter.add(1, ordering: .releasing)
    }

    /// Frees the replaced snapshots that no worker has any more; the number of those that are still in use. To be
    /// called now and then where it may take its time.
    @discardableResult
    public func freeReplaced() -> Int { free { _, _ in true } }

    /// Frees those of them that share all but the view with the newest: that takes no time.
    public func freeReplacedViews() {
        free { $0.sharesZones(with: $1) }
    }

    @discardableResult
    private func free(where isToGo: (_ replaced: Snapshot, _ newest: Snapshot) -> Bool) -> Int {
        var unused: [Snapshot] = []
        let rest = contents.withLock { contents in
            // Nobody can come by a replaced snapshot again, so what only the store has stays so.
            for index in contents.replaced.indices.reversed()
            where isToGo(contents.replaced[index], contents.newest)
                && isKnownUniquelyReferenced(&contents.replaced[index])
            {
                unused.append(contents.replaced.remove(at: index))
            }
            return contents.replaced.count
        }
        // Outside of the lock, which workers take.
        unused.removeAll()
        return rest
    }
}
