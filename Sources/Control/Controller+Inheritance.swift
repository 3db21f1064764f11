public import Director

/// What was put into a table that outlives the process, and is to leave it.
extension Controller {
    /// Whether virtual servers of an earlier process stand in the kernel's table although another backend carries the
    /// packets now: they would go on taking them.
    public var hasInheritance: Bool { !inherited.isEmpty }

    /// Removes those from the kernel's table.
    public func removeInheritance(from kernel: any Backend) async {
        inherited.subtract(await remove(inherited, from: kernel))
        save(force: true)
        await awaitDisk()
    }

    /// Forgets them, where there is no table any more in which they could be.
    public func forgetInheritance() async {
        inherited = []
        save(force: true)
        await awaitDisk()
    }

    /// Removes virtual servers from a backend, and says of which it would not let go; those that are gone.
    func remove(_ keys: Set<VirtualServerKey>, from backend: any Backend) async -> Set<VirtualServerKey> {
        // What somebody else has removed is no trouble.
        let present = (try? await backend.table()).map { Set($0.entries.keys) } ?? keys
        let leaving = keys.intersection(present).sorted()
        var gone = keys.subtracting(present)
        for (key, trouble) in zip(leaving, await backend.apply(leaving.map { .deleteService($0) })) {
            if let trouble {
                report(Occurrence(.error, "\(key)", "stays in the table: \(trouble)"))
            } else {
                gone.insert(key)
            }
        }
        return gone
    }
}
