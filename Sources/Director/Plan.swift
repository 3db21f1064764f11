import Addresses

/// The way from an actual table to a desired one.
public enum Plan {
    /// The fewest steps that make `actual` hold `desired`, in a fixed order: by virtual server, the
    /// server itself, then destinations added or edited, then destinations removed; at the end, the virtual
    /// servers removed. So nothing is taken away before what replaces it is there, and nothing that stays is
    /// ever deleted and added again.
    ///
    /// - Parameters:
    ///   - actual: what the backend holds, as it reported it.
    ///   - desired: what it shall hold; normalised here.
    ///   - owned: virtual servers that are ours: those not in `desired` are removed. What is neither desired
    ///     nor owned is not touched. Inside a desired virtual server, everything is ours.
    public static func changes(
        from actual: Table, to desired: Table, owned: Set<VirtualServerKey> = []
    ) -> [Change] {
        var changes: [Change] = []
        for (key, entry) in desired.entries.sorted(by: { $0.key < $1.key }) {
            append(to: &changes, key: key, from: actual[key], to: entry.normalized(for: key))
        }
        let leaving = owned.filter { desired[$0] == nil && actual[$0] != nil }
        changes += leaving.sorted().map { .deleteService($0) }
        return changes
    }

    private static func append(
        to changes: inout [Change], key: VirtualServerKey, from actual: TableEntry?, to desired: TableEntry
    ) {
        if let actual {
            if actual.options.normalized(for: key.family) != desired.options {
                changes.append(.editService(key, desired.options))
            }
        } else {
            changes.append(.addService(key, desired.options))
        }
        // Not by the virtual server's port: what was put there with another one is another destination.
        let present = actual?.destinations.mapValues(\.normalizedProperties) ?? [:]
        // Only what differs is put in order: of a thousand real servers ten at a time do.
        let differing = desired.destinations.filter { present[$0.key] != $0.value }
        for (endpoint, destination) in differing.sorted(by: { $0.key < $1.key }) {
            changes.append(
                present[endpoint] == nil
                    ? .addDestination(key, destination) : .editDestination(key, destination))
        }
        changes += present.keys.filter { desired.destinations[$0] == nil }.sorted()
            .map { .deleteDestination(key, $0) }
    }
}
