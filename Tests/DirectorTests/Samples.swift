import Addresses
import Director

let web = VirtualServerKey.endpoint(.tcp, Endpoint("192.168.214.140:80")!)
let dns = VirtualServerKey.endpoint(.udp, Endpoint("[2001:db8::1]:53")!)
let mark = VirtualServerKey.firewallMark(7, .v4)
let rs1 = Destination(Endpoint("192.168.214.143:80")!)
let rs2 = Destination(Endpoint("192.168.214.145:80")!)

extension VirtualServerKey {
    /// Few, so that random tables overlap.
    static let samples = [web, dns, mark, .firewallMark(7, .v6), .endpoint(.sctp, Endpoint("10.0.0.1:2904")!)]
}

/// SplitMix64, so that a failing seed fails again.
struct SplitMix {
    var state: UInt64

    mutating func next(_ bound: UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return (z ^ (z >> 31)) % bound
    }

    mutating func table() -> Table {
        var table = Table()
        for key in VirtualServerKey.samples where next(3) > 0 {
            let options = ServiceOptions(
                scheduler: ["rr", "wlc"][Int(next(2))], flags: ServiceFlags(rawValue: UInt32(next(8))),
                timeout: UInt32(next(2)) * 300, family: key.family, netmaskLength: 24 + UInt8(next(2)))
            table[key] = TableEntry(options, (0..<next(5)).map { _ in destination() })
        }
        return table
    }

    mutating func destination() -> Destination {
        Destination(
            Endpoint(.v4(IPv4Address(10, 0, 0, UInt8(next(4)))), port: [80, 8080][Int(next(2))]),
            forwarding: Forwarding.allCases[Int(next(3))], weight: Int32(next(2)),
            upperThreshold: UInt32(next(2)) * 10, lowerThreshold: UInt32(next(2)),
            tunnel: [.ipip, .gue(port: 6080, flags: 0), .gre(flags: 1)][Int(next(3))])
    }
}
