internal import Addresses
internal import Answering
internal import Control
internal import ControlProtocol
internal import DNSWire
internal import Director
internal import Settings
internal import Steering
internal import Telemetry
internal import Zones

/// Why a client gets the answer that it gets.
struct Explanation {
    /// Names looked at, at most; no answer has more aliases.
    private static let longestChain = 32
    let configuration: Configuration
    let snapshot: Snapshot
    let overview: Overview
    let connections: [VirtualServerKey: [Endpoint: ConnectionCounts]]

    /// The report on one question; the answer in it is what the engine gives over TCP.
    func report(
        _ name: DomainName, _ type: RecordType, from client: IPAddress, store: SnapshotStore, asked: String?
    ) -> ExplainReport {
        var steps: [ExplainStep] = []
        var next: DomainName? = name
        while let current = next, steps.count < Self.longestChain {
            next = nil
            let (step, alias) = explain(current, type)
            steps.append(step)
            if type != .cname { next = alias }
        }
        let text = AnswerText(answer(name, type, from: client, store: store))
        var notes: [String] = []
        if let zone = zone(of: name, type),
            let list = zone.allowQuery ?? snapshot.options.allowQuery as AccessList?,
            !list.allows(client)
        {
            notes.append("allow-query does not let \(client) ask")
        }
        if asked == nil, !notes.isEmpty {
            notes.append("asked as from \(client); 'from ADDRESS' asks as another client")
        }
        let cookies = snapshot.options.cookies
        if cookies.areRequired, !cookies.secrets.isEmpty {
            notes.append("require-server-cookie: over UDP, a client that sends cookies first needs one of ours")
        }
        if type == .any, configuration.settings.minimalAny {
            notes.append("minimal-any: over UDP one of these sets alone is answered (RFC 8482 §4.1)")
        }
        return ExplainReport(
            name: name.displayText, type: "\(type)", from: asked, steps: steps, responseCode: text.responseCode,
            answer: text.answer, authority: text.authority, additional: text.additional, notes: notes)
    }

    private func answer(
        _ name: DomainName, _ type: RecordType, from client: IPAddress, store: SnapshotStore
    ) -> [UInt8] {
        let header: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        let query =
            header + name.wire + [UInt8(type.rawValue >> 8), UInt8(type.rawValue & 255), 0, 1]
        var responder = Responder(store: store, counters: WorkerCounters(), seed: 1)
        responder.refresh()
        var output = [UInt8](repeating: 0, count: 65535)
        let length = unsafe output.withUnsafeMutableBytes {
            unsafe responder.answer(query.span.bytes, from: client, port: 65535, over: .tcp, into: $0)
        }
        return Array(output.prefix(length))
    }

    private func zone(of name: DomainName, _ type: RecordType) -> ServedZone? {
        zoneName(of: name, type).flatMap { snapshot.catalog.zones[$0] }
    }

    /// The zone that answers: the one with the longest apex, for DS at an apex its parent's if that is
    /// served too.
    private func zoneName(of name: DomainName, _ type: RecordType) -> DomainName? {
        if type == .ds, snapshot.catalog.zones[name] != nil, let parent = name.parent,
            let above = zoneName(of: parent, .any)
        {
            return above
        }
        var candidate: DomainName? = name
        while let current = candidate {
            if snapshot.catalog.zones[current] != nil { return current }
            candidate = current.parent
        }
        return nil
    }

    private func explain(_ name: DomainName, _ type: RecordType) -> (ExplainStep, alias: DomainName?) {
        guard let apex = zoneName(of: name, type), let served = snapshot.catalog.zones[apex] else {
            return (ExplainStep(name: name.displayText, match: "no zone of ours"), nil)
        }
        let file = configuration.shelf.items[apex]?.settings.file
        guard let zone = served.zone else {
            return (
                ExplainStep(
                    name: name.displayText, zone: apex.displayText, file: file,
                    match: "the zone's file could not be read"), nil
            )
        }
        let (match, owner) = zone.lookup(name)
        var step = ExplainStep(
            name: name.displayText, zone: apex.displayText, file: file, owner: owner.displayText,
            match: Self.words(match))
        var records: [ZoneRecord]
        var alias: DomainName?
        switch match {
        case .absent:
            step.owner = nil
            return (step, nil)
        case .subtreeAlias:
            records = zone.records(of: owner, type: .dname)
            alias = records.first.flatMap {
                DomainName(wire: name.wire.dropLast(owner.wire.count) + $0.data)
            }
        // The parent answers for the DS itself (RFC 4035 §3.1.4.1).
        case .delegation where type != .ds || owner != name:
            records = zone.records(of: owner, type: .ns)
        case .exact, .wildcard, .delegation:
            records = zone.records(of: owner, type: type)
            if records.isEmpty {
                records = zone.records(of: owner, type: .cname)
                alias = records.first.flatMap { DomainName(wire: $0.data) }
            }
        }
        step.written = records.map {
            "\($0.owner)\t\($0.timeToLive)\tIN\t\($0.type)\t\(RecordData.text($0.type, $0.data))"
        }
        // Of ANY, the first set that is steered.
        let types = type == .any ? [.a, .aaaa] : [type]
        step.steering = types.lazy.compactMap { zone.steeredIndex(of: owner, type: $0, marks: served.marks) }
            .first.flatMap { steering(Int($0)) }
        return (step, alias)
    }

    private static func words(_ match: Match) -> String {
        switch match {
        case .exact: "exact match"
        case .wildcard: "wildcard"
        case .delegation: "delegation"
        case .subtreeAlias: "DNAME"
        case .absent: "no such name"
        }
    }

    private func steering(_ place: Int) -> SteeringExplanation? {
        guard overview.sets.indices.contains(place), overview.entries.indices.contains(place) else {
            return nil
        }
        let (set, entry) = (overview.sets[place], overview.entries[place])
        let policy = overview.plan.policies[Int(set.policy)]
        let answered = Set(entry.addresses.map(\.address))
        let addresses = set.addresses.map { address in
            let vip = overview.plan.vips.first { $0.address == address }
            let servers = zip(overview.virtualServers, overview.plan.services).filter {
                vip?.virtualServers.contains($0.0.key) ?? false
            }
            return AddressExplanation(
                address: "\(address)",
                state: vip.map { _ in ServiceState(overview.standings[address]?.state ?? .down) },
                weight: Int(entry.addresses.first { $0.address == address }?.weight ?? 0),
                isAnswered: answered.contains(address), note: overview.orders.words(.vip(address)),
                virtualServers: servers.map {
                    VirtualServerReport($0, $1, overview, connections[$0.key] ?? [:])
                })
        }
        return SteeringExplanation(
            answers: entry.isSingle ? "single" : "all",
            whenAllDown: whenAllDown(set, policy),
            addresses: addresses, decision: decision(set, answered),
            timeToLive: Int(answered.isEmpty ? entry.negativeTimeToLive : entry.timeToLive),
            timeToLiveReason: reason(set, entry, policy))
    }

    /// What the name says, else its VIPs where they agree.
    private func whenAllDown(_ set: SteeredSet, _ policy: SteeringPolicy) -> String {
        let vips = overview.plan.vips.filter { set.addresses.contains($0.address) }
        let words = Set(policy.servesAllWhenDown.map { [$0] } ?? vips.map(\.isServedWhenAllDown))
        if words.count == 1, let word = words.first { return word ? "serve-all" : "withdraw" }
        return "as each VIP says"
    }

    private func decision(_ set: SteeredSet, _ answered: Set<IPAddress>) -> String {
        let states = set.addresses.filter(answered.contains).map { overview.standings[$0]?.state }
        if states.isEmpty { return "no address is up or degraded: withdrawn, the answer is NODATA" }
        if states.allSatisfy({ $0 == nil || $0 == .up }) {
            return "the addresses that are up, and those that are no VIP of ours"
        }
        if states.contains(.degraded) { return "no address is up: the degraded ones" }
        return "nothing serves, and when-all-down says serve-all"
    }

    private func reason(_ set: SteeredSet, _ entry: SteeringEntry, _ policy: SteeringPolicy) -> String {
        if entry.negativeTimeToLive < policy.timeToLive {
            return "the least rise × interval of a check that is not up, at least 5 s"
        }
        return set.timeToLive < policy.timeToLive ? "the zone's TTL" : "steering ttl"
    }
}
