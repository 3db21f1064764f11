internal import DNSWire

/// An alias that leads to another name of the zone, by their nodes.
struct LinkedAlias: BitwiseCopyable {
    var alias: UInt32
    var target: UInt32
}

/// Where aliases lead: what is known when the zone is compiled need not be looked for per query.
extension ZoneCompiler {
    /// Notes where the alias leads that was just written. If that is a name that has nothing but an address, the address
    /// stands behind it.
    mutating func noteAlias(_ node: Int, at place: Int, to target: UInt32, ttl: UInt32) {
        if target == PendingNode.none { return }
        let target = Int(target)
        if zone.nodes[target].isOccluded || !zone.nodes[target].flags.isDisjoint(with: [.alias, .delegation]) {
            return
        }
        let first = zone.nodes[target].first
        if first != PendingNode.none, first == zone.nodes[target].last {
            let record = zone.records[Int(first)]
            if record.type == .a, record.ttl == ttl {
                composer.align(to: 4)
                let start = composer.heap.extend(by: 4)
                composer.heap.copy(zone.data.view, from: Int(record.dataStart), count: 4, to: start)
                let flags = zone.nodes[node].flags.union(.leadsToAddress)
                composer.heap.store(flags.rawValue, at: place + 1)
            }
        }
        // That word is the wildcard's, if there is one below.
        if zone.nodes[node].flags.contains(.hasWildcard) { return }
        if places[target] == 0 {
            aliases.append(LinkedAlias(alias: UInt32(node), target: UInt32(target)))
        } else {
            composer.heap.store(places[target].littleEndian, at: place + 4)
        }
    }

    /// Links the aliases to names that were written after them.
    mutating func linkAliases() {
        for index in aliases.indices {
            let place = Int(places[Int(aliases[index].alias)]) * 8
            composer.heap.store(places[Int(aliases[index].target)].littleEndian, at: place + 4)
        }
    }
}
