/// An ordered list of networks that says yes or no to an address: the first element that holds it
/// decides, and an address that none holds is refused (BIND's address match list).
public struct AccessList: Hashable, Sendable {
    /// What an element holds.
    public enum Scope: Hashable, Sendable {
        /// Every address.
        case any
        /// The addresses of this network.
        case network(Prefix)
        /// The addresses of this host; decided by `resolved(hostNetworks:)`.
        case localhost
        /// The networks that this host is connected to; decided by `resolved(hostNetworks:)`.
        case localnets
        /// The addresses that another list says yes to.
        case list([Element])
    }

    /// One element of a list.
    public struct Element: Hashable, Sendable {
        /// What it holds.
        public var scope: Scope
        /// Whether an address that it holds is refused (`!` in front).
        public var isNegated: Bool

        /// An element; not negated where that isn't said.
        public init(_ scope: Scope, isNegated: Bool = false) {
            self.scope = scope
            self.isNegated = isNegated
        }
    }

    /// The elements, in order.
    public var elements: [Element]

    /// A list of these elements.
    public init(_ elements: [Element]) {
        self.elements = elements
    }

    /// Says yes to all.
    public static let any = AccessList([Element(.any)])
    /// Says no to all.
    public static let none = AccessList([])

    /// Whether the list says yes to every address because of its first element.
    public var isAny: Bool { elements.first == Element(.any) }

    /// The list with `localhost` and `localnets` replaced by the host's own networks (each an
    /// address of the host with the length of its network).
    public func resolved(hostNetworks: [(address: IPAddress, length: Int)]) -> AccessList {
        AccessList(Self.resolve(elements, hostNetworks))
    }

    /// Whether the list says yes to an address.
    public func allows(_ address: IPAddress) -> Bool {
        Self.decide(elements, address) ?? false
    }

    private static func resolve(
        _ elements: [Element], _ hostNetworks: [(address: IPAddress, length: Int)]
    ) -> [Element] {
        elements.map { element in
            let inner: [Element]
            switch element.scope {
            case .any, .network: return element
            case .localhost: inner = hostNetworks.map { Element(.network(Prefix($0.address))) }
            case .localnets:
                inner = hostNetworks.compactMap { Prefix($0.address, length: $0.length) }.map {
                    Element(.network($0))
                }
            case .list(let list): inner = resolve(list, hostNetworks)
            }
            return Element(.list(inner), isNegated: element.isNegated)
        }
    }

    /// Yes, no, or nil where no element holds the address. A list inside a list that says no to an
    /// address does not hold it, negated or not, as in BIND.
    private static func decide(_ elements: [Element], _ address: IPAddress) -> Bool? {
        for element in elements {
            let holds =
                switch element.scope {
                case .any: true
                case .network(let network): network.contains(address)
                case .localhost, .localnets: false
                case .list(let list): decide(list, address) == true
                }
            if holds { return !element.isNegated }
        }
        return nil
    }
}
