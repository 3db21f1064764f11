public import Addresses
public import Zones

/// The least TTL, in seconds, of an answer that may change soon: less would only add load.
private let leastTimeToLive: UInt32 = 5

/// What steered sets are answered with, as their VIPs stand.
///
/// The addresses that are up and those that are no VIP; without any, the degraded ones; without any, what the policy
/// says. An address that is no VIP has the mean weight of those that are.
///
/// One verdict may concern ten thousand sets, and all of their answers are late by as long as this takes. So sets and
/// VIPs are numbers here, and the answers are written where those before them stood.
public struct SteeringRenderer: Sendable {
    private struct Member {
        var octets: (UInt64, UInt64)
        /// The number of a VIP; -1: it is none.
        var vip: Int
    }

    private struct Group {
        var members: Range<Int>
        var timeToLive: UInt32
        var policy: Int
        var family: AddressFamily
    }

    private struct VIP {
        var state: VIPState
        var weight: Int
        /// The most that answers may be kept in its state, in seconds.
        var ceiling: UInt32
        var isServedWhenAllDown: Bool

        init(_ vip: SteeredVIP) {
            (state, weight) = (vip.standing.state, vip.standing.weight)
            isServedWhenAllDown = vip.isServedWhenAllDown
            ceiling = .max
            if state != .up, let recovery = vip.standing.recovery {
                // Rounded up.
                let (seconds, attoseconds) = recovery.components
                ceiling = max(UInt32(clamping: seconds + (attoseconds > 0 ? 1 : 0)), leastTimeToLive)
            }
        }
    }

    private var members: [Member] = []
    private var groups: [Group] = []
    private var vips: [VIP]
    private let numbers: [IPAddress: Int]
    private var groupsOfVIP: [[Int]]
    private let policies: [SteeringPolicy]
    /// The view before the last one: nobody has it any more, mostly, when the next one is made.
    private var spare = SteeringView.empty

    /// The sets of all zones, what their VIPs are and how they stand, and what the numbers of policies mean.
    public init(sets: [SteeredSet], vips: [IPAddress: SteeredVIP], policies: [SteeringPolicy]) {
        self.policies = policies
        numbers = Dictionary(uniqueKeysWithValues: zip(vips.keys, 0...))
        self.vips = vips.values.map(VIP.init)
        groupsOfVIP = Array(repeating: [], count: vips.count)
        groups.reserveCapacity(sets.count)
        for (place, set) in sets.enumerated() {
            let start = members.count
            for address in set.addresses {
                let vip = numbers[address] ?? -1
                members.append(Member(octets: address.steeringOctets, vip: vip))
                if vip >= 0 { groupsOfVIP[vip].append(place) }
            }
            groups.append(
                Group(
                    members: start..<members.count, timeToLive: set.timeToLive, policy: Int(set.policy),
                    family: set.family))
        }
    }

    /// Notes how a VIP stands now.
    public mutating func note(_ standing: SteeredVIP, of vip: IPAddress) {
        if let number = numbers[vip] { vips[number] = VIP(standing) }
    }

    /// All answers.
    public func view() -> SteeringView {
        var writer = SteeringWriter(rooms: groups.map(\.members.count))
        for place in groups.indices { write(place, to: &writer) }
        return writer.finish()
    }

    /// The answers after some VIPs have changed; nil if they are the same as before.
    public mutating func view(after view: SteeringView, changesOf changed: [IPAddress]) -> SteeringView? {
        let changed = changed.compactMap { numbers[$0] }.filter { !groupsOfVIP[$0].isEmpty }
        if changed.isEmpty { return nil }
        var writer = SteeringWriter(view, over: exchange(&spare, with: .empty))
        if changed.count == 1 {
            for place in groupsOfVIP[changed[0]] { write(place, to: &writer) }
        } else {
            var isWritten = Array(repeating: false, count: groups.count)
            for vip in changed {
                for place in groupsOfVIP[vip] where !isWritten[place] {
                    isWritten[place] = true
                    write(place, to: &writer)
                }
            }
        }
        guard writer.hasChanged else { return nil }
        spare = view
        return writer.finish()
    }

    private func write(_ place: Int, to writer: inout SteeringWriter) {
        let group = groups[place]
        let policy = policies[group.policy]
        var (isAnyUp, isAnyDegraded) = (false, false)
        var ceiling = policy.timeToLive
        for member in group.members {
            let vip = members[member].vip
            if vip < 0 {
                isAnyUp = true
                continue
            }
            switch vips[vip].state {
            case .up: isAnyUp = true
            case .degraded: isAnyDegraded = true
            case .down: break
            }
            ceiling = min(ceiling, vips[vip].ceiling)
        }
        func isChosen(_ vip: Int) -> Bool {
            if isAnyUp { return vip < 0 || vips[vip].state == .up }
            if isAnyDegraded { return vips[vip].state == .degraded }
            return policy.servesAllWhenDown ?? vips[vip].isServedWhenAllDown
        }
        var (live, sum) = (0, 0)
        for member in group.members {
            let vip = members[member].vip
            guard vip >= 0, isChosen(vip) else { continue }
            live += 1
            sum += vips[vip].weight
        }
        let mean = live == 0 ? 1 : max(sum / live, 1)

        writer.begin(place)
        for member in group.members {
            let vip = members[member].vip
            guard isChosen(vip) else { continue }
            writer.add(
                members[member].octets, weight: UInt32(clamping: vip < 0 ? mean : vips[vip].weight))
        }
        writer.end(
            timeToLive: min(group.timeToLive, ceiling), negativeTimeToLive: ceiling, isSingle: policy.isSingle,
            family: group.family)
    }
}
