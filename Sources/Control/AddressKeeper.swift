internal import Addresses

/// Keeps VIPs on an interface, and remembers which of them we added: only those are removed again.
struct AddressKeeper {
    /// Neighbours ignore a change of an address within a second of the last; they are told again after that.
    private static let announcementInterval = Duration.seconds(2)
    private(set) var added: Set<SavedState.AddedAddress> = []
    private var announcements: [SavedState.AddedAddress: ContinuousClock.Instant] = [:]

    /// With the addresses that an earlier process added.
    init(added: Set<SavedState.AddedAddress> = []) {
        self.added = added
    }

    /// Adds the addresses that are wanted, removes those that were added and no longer are.
    mutating func follow(
        _ wanted: Set<SavedState.AddedAddress>, by host: HostAddresses, at now: ContinuousClock.Instant,
        report: (Occurrence) -> Void
    ) {
        for place in added.subtracting(wanted) { remove(place, by: host, report: report) }
        for place in wanted.subtracting(added).sorted(by: { $0.address < $1.address }) {
            switch host.add(place.address, place.interface) {
            case .success(true):
                added.insert(place)
                announcements[place] = now + Self.announcementInterval
                report(Occurrence(.info, "\(place.address)", "added to \(place.interface)"))
                announce(place, by: host, report: report)
            case .success(false): break
            case .failure(let trouble): report(Occurrence(.error, "\(place.address)", trouble.description))
            }
        }
    }

    /// Tells the neighbours once more, when it is time.
    mutating func announceAgain(
        by host: HostAddresses, at now: ContinuousClock.Instant, report: (Occurrence) -> Void
    ) {
        for (place, due) in announcements where due <= now {
            announcements[place] = nil
            announce(place, by: host, report: report)
        }
    }

    /// Removes what was added, but for the addresses that are still needed.
    mutating func removeAll(
        except needed: Set<IPAddress>, from host: HostAddresses, report: (Occurrence) -> Void
    ) {
        for place in added where !needed.contains(place.address) { remove(place, by: host, report: report) }
    }

    private mutating func remove(
        _ place: SavedState.AddedAddress, by host: HostAddresses, report: (Occurrence) -> Void
    ) {
        announcements[place] = nil
        switch host.remove(place.address, place.interface) {
        case .success:
            added.remove(place)
            report(Occurrence(.info, "\(place.address)", "removed from \(place.interface)"))
        case .failure(let trouble): report(Occurrence(.error, "\(place.address)", trouble.description))
        }
    }

    private func announce(
        _ place: SavedState.AddedAddress, by host: HostAddresses, report: (Occurrence) -> Void
    ) {
        switch host.announce(place.address, place.interface) {
        case .success([]): break
        case .success(let interfaces):
            report(Occurrence(.info, "\(place.address)", "announced on \(interfaces.joined(separator: ", "))"))
        case .failure(let trouble): report(Occurrence(.warning, "\(place.address)", trouble.description))
        }
    }
}
