public import Addresses

/// A virtual server that only our own packets reach, by a firewall mark, and that leads to one real server.
public struct PrivateService: Hashable, Sendable {
    /// The address family of the packets that get the mark.
    public var family: AddressFamily
    /// What it leads to.
    public var destination: Destination

    /// What leads to a real server just as a virtual server does. Weight and thresholds are left out: it is reached
    /// whatever they are, and virtual servers can share it.
    public init(leadingTo destination: Destination, as key: VirtualServerKey) {
        family = key.family
        let normal = destination.normalized(for: key)
        var endpoint = normal.endpoint
        // Only masq changes the port on the way.
        if normal.forwarding != .masq { endpoint.port = 0 }
        self.destination = Destination(
            endpoint, forwarding: normal.forwarding, tunnel: normal.tunnel)
    }

    fileprivate var order: (Int, Endpoint, String, String) {
        (family.bits, destination.endpoint, destination.forwarding.rawValue, "\(destination.tunnel)")
    }

    /// Its entry in a table. Of datagrams the kernel remembers nothing, so that a port which is used again by a probe of
    /// another real server does not lead to the one before; TCP is left as it is.
    public var entry: TableEntry {
        TableEntry(ServiceOptions(scheduler: "rr", flags: .onePacket, family: family), [destination])
    }
}

/// The firewall marks that are ours alone, and what each of them leads to.
public struct PrivateMarks: Hashable, Sendable {
    /// The marks, unless the configuration names others: 65536 that nobody has a reason to choose by hand.
    public static let usual: ClosedRange<UInt32> = 1_400_307_712...1_400_373_247

    /// The marks that may be given.
    public let range: ClosedRange<UInt32>
    private var marks: [PrivateService: UInt32] = [:]
    private var taken: Set<UInt32> = []
    private var next: UInt32

    /// Marks of which none is given yet.
    public init(_ range: ClosedRange<UInt32> = usual) {
        self.range = range
        next = range.lowerBound
    }

    /// Gives a mark to each of these. Those that have one keep it; those that are no longer among them lose theirs,
    /// which is then the last to be given again. Without a mark stays what there is none left for.
    public mutating func follow(_ services: Set<PrivateService>) {
        for (service, mark) in marks where !services.contains(service) {
            marks[service] = nil
            taken.remove(mark)
        }
        // In an order of their own, so that the same configuration has the same marks after a restart.
        for service in services.filter({ marks[$0] == nil }).sorted(by: { $0.order < $1.order }) {
            guard taken.count < range.count else { return }
            while taken.contains(next) { next = following(next) }
            marks[service] = next
            taken.insert(next)
            next = following(next)
        }
    }

    private func following(_ mark: UInt32) -> UInt32 { mark == range.upperBound ? range.lowerBound : mark + 1 }

    /// The mark that leads to it; nil if it has none.
    public subscript(service: PrivateService) -> UInt32? { marks[service] }

    /// The virtual servers that make the marks lead there.
    public var table: Table {
        var table = Table()
        for (service, mark) in marks { table[.firewallMark(mark, service.family)] = service.entry }
        return table
    }
}
