import Addresses
import DNSWire
import Director
import Steering
import Zones

/// VIPs as they stand, and what was configured for the names that have them.
struct Steered: Sendable {
    /// The standing of each VIP.
    var standings: [String: SteeredVIP] = [:]
    /// Policies by number; the first holds where a name has none of its own.
    var numbered: [SteeringPolicy] = [SteeringPolicy()]
    /// The number of a name's policy.
    var names: [String: UInt16] = [:]

    var vips: Set<IPAddress> { Set(standings.keys.compactMap { IPAddress($0) }) }

    var policies: [DomainName: UInt16] {
        Dictionary(
            uniqueKeysWithValues: names.compactMap { name, policy in
                (try? DomainName(name)).map { ($0, policy) }
            })
    }

    /// The view of these sets.
    func view(of sets: [SteeredSet]) -> SteeringView {
        let vips = Dictionary(
            uniqueKeysWithValues: standings.compactMap { address, vip in IPAddress(address).map { ($0, vip) } })
        return SteeringRenderer(sets: sets, vips: vips, policies: numbered).view()
    }
}
