public import DNSWire

/// How a zone knows a name (RFC 1034 §4.3.2).
@frozen public enum Match: UInt8, Sendable {
    /// The node has this very name.
    case exact
    /// The node is the wildcard that stands in for it (RFC 4592 §3.3.1).
    case wildcard
    /// The node is a zone cut at or above it.
    case delegation
    /// The node is a DNAME's, above it.
    case subtreeAlias
    /// The name doesn't exist; the node is its closest encloser.
    case absent
}

/// Where a lookup ended.
@frozen public struct Lookup: Sendable {
    /// How the name is known.
    public let match: Match
    /// The node that it is known by.
    public let node: Int
    /// Labels of the node, or of the closest encloser for a wildcard.
    public let labels: Int

    /// An end.
    @inlinable @inline(__always)
    public init(_ match: Match, node: Int, labels: Int) {
        self.match = match
        self.node = node
        self.labels = labels
    }
}

extension CompiledZone {
    /// Finds a name that lies at or below the apex.
    @inlinable
    public func lookup(_ key: borrowing NameKey) -> Lookup {
        let node = find(key, labels: key.labelCount)
        return node == 0 ? lookupClosestEncloser(key) : match(of: node, labels: key.labelCount)
    }

    /// The end of a lookup that found a node of the very name.
    @inlinable @inline(__always)
    public func match(of node: Int, labels: Int) -> Lookup {
        Lookup(flags(of: node).contains(.delegation) ? .delegation : .exact, node: node, labels: labels)
    }

    /// Finds what stands in for a name that isn't there: the closest encloser, of which all ancestors are
    /// nodes, by halving what lies between the apex and the name.
    @inlinable
    public func lookupClosestEncloser(_ key: borrowing NameKey) -> Lookup {
        var low = apexLabels
        var high = min(key.labelCount &- 1, deepest)
        var node = apexNode
        while low < high {
            let middle = (low &+ high &+ 1) / 2
            let found = find(key, labels: middle)
            if found != 0 {
                low = middle
                node = found
            } else {
                high = middle &- 1
            }
        }
        let flags = flags(of: node)
        if flags.contains(.delegation) { return Lookup(.delegation, node: node, labels: low) }
        if flags.contains(.subtreeAlias) { return Lookup(.subtreeAlias, node: node, labels: low) }
        if flags.contains(.hasWildcard) {
            return Lookup(.wildcard, node: wildcard(below: node), labels: low)
        }
        return Lookup(.absent, node: node, labels: low)
    }
}
