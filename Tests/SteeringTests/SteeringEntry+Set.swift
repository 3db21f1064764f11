import Addresses
import Steering
import Zones

extension SteeringEntry {
    /// What one steered set is answered with, as its VIPs stand.
    init(of set: SteeredSet, vips: [IPAddress: SteeredVIP], policy: SteeringPolicy) {
        var set = set
        set.policy = 0
        self = SteeringRenderer(sets: [set], vips: vips, policies: [policy]).view().entry(0)
    }
}
