import Addresses
import Director
import Netlink
import Testing

@testable import IPVS

@Suite("The kernel's lists") struct ListingTests {
    @Test("any service and destination is read as it was written", arguments: 0..<500)
    func roundTrip(seed: UInt64) throws {
        var random = RandomTable(state: seed)
        let key = random.key()
        let options = random.options(key.family)
        let destination = random.destination()

        let service = try ListedService(answer { $0.append(service: key, options) })
        #expect(service == ListedService(key: key, options: options))
        let listed = try ListedDestination(
            answer { $0.append(destination: destination) }, serviceFamily: key.family)
        #expect(listed == ListedDestination(destination: destination, connections: ConnectionCounts()))
    }

    @Test("the kernel's own flag is passed over, its counts are read, those of 64 bits where there are some")
    func kernelAnswer() throws {
        let key = VirtualServerKey.endpoint(.tcp, Endpoint("10.0.0.1:80")!)
        let service = try answer { writer in
            writer.append(1) { service in
                service.append(1, u16: 2)
                service.append(2, u16: 6)
                service.append(3, bytes: [10, 0, 0, 1] + [UInt8](repeating: 0, count: 12))
                service.append(4, networkU16: 80)
                service.append(6, string: "rr")
                service.append(7, bytes: UInt32(3).hostBytes + UInt32.max.hostBytes)
                service.append(8, u32: 300)
                service.append(9, networkU32: 0xFFFF_FF00)
                service.append(10) { $0.append(1, u32: 12) }
                service.append(12) { statistics in
                    // Connections, packets and octets in and out, then the same in a second (linux/ip_vs.h).
                    for type in UInt16(1)...10 {
                        statistics.append(type, bytes: (UInt64(1) << 32 + UInt64(type)).hostBytes)
                    }
                }
            }
        }
        let options = ServiceOptions(scheduler: "rr", flags: .persistent, timeout: 300, netmaskLength: 24)
        func counts(_ first: UInt64) -> Traffic.Counts {
            let numbers = (0..<5).map { UInt64(1) << 32 + first + $0 }
            return Traffic.Counts(
                connections: numbers[0], packetsIn: numbers[1], packetsOut: numbers[2], octetsIn: numbers[3],
                octetsOut: numbers[4])
        }
        #expect(
            try ListedService(service)
                == ListedService(
                    key: key, options: options, traffic: Traffic(totals: counts(1), rates: counts(6))))

        // As a kernel before 3.18 says it: without a family of its own and without a tunnel.
        let destination = try answer { writer in
            writer.append(2) { destination in
                destination.append(1, bytes: [10, 0, 0, 2] + [UInt8](repeating: 0, count: 12))
                destination.append(2, networkU16: 8080)
                destination.append(3, u32: 0x100)
                destination.append(4, u32: 5)
                destination.append(7, u32: 1)
                destination.append(8, u32: 2)
                destination.append(9, u32: 3)
                destination.append(10) { $0.append(1, u32: 12) }
            }
        }
        #expect(
            try ListedDestination(destination, serviceFamily: .v4)
                == ListedDestination(
                    destination: Destination(Endpoint("10.0.0.2:8080")!, forwarding: .masq, weight: 5),
                    connections: ConnectionCounts(active: 1, inactive: 2, persistent: 3),
                    traffic: Traffic(totals: .init(connections: 12))))
    }

    @Test("another protocol or family is nothing for us, what lacks a part is an error")
    func unusual() throws {
        let unknown = try answer { $0.append(1) { $0.append(1, u16: 99) } }
        #expect(try ListedService(unknown) == nil)
        let without = try answer { $0.append(1) { $0.append(1, u16: 2) } }
        #expect(throws: NetlinkError.self) { try ListedService(without) }
        #expect(throws: NetlinkError.self) { try ListedService(answer { _ in }) }
        #expect(throws: NetlinkError.self) { try ListedDestination(answer { _ in }, serviceFamily: .v4) }
        #expect(throws: NetlinkError.self) {
            try ListedDestination(answer { $0.append(2) { $0.append(1, u8: 1) } }, serviceFamily: .v4)
        }
    }

    @Test("no answer traps", arguments: 0..<200)
    func noise(seed: UInt64) throws {
        var random = RandomTable(state: seed)
        let key = random.key()
        var writer = AttributeWriter()
        writer.append(service: key, random.options(key.family))
        writer.append(destination: random.destination())
        var bytes = writer.bytes
        for _ in 0..<8 {
            bytes[Int(random.next(UInt64(bytes.count)))] = UInt8(random.next(256))
            guard let answer = try? Attributes(bytes[...]) else { continue }
            if let service = try? ListedService(answer) { #expect(service.options.netmaskLength <= 128) }
            _ = try? ListedDestination(answer, serviceFamily: key.family)
        }
    }

    private func answer(_ body: (inout AttributeWriter) -> Void) throws -> Attributes {
        var writer = AttributeWriter()
        body(&writer)
        return try Attributes(writer.bytes[...])
    }
}

/// Random parts of a table from SplitMix64, so that a failing seed fails again.
struct RandomTable {
    var state: UInt64

    mutating func next(_ bound: UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return (z ^ (z >> 31)) % bound
    }

    mutating func address() -> IPAddress {
        if next(2) == 0 { return .v4(IPv4Address(rawValue: UInt32(next(1 << 32)))) }
        return .v6(IPv6Address(high: next(.max), low: next(.max)))
    }

    mutating func key() -> VirtualServerKey {
        if next(4) == 0 { return .firewallMark(UInt32(next(1 << 32)), next(2) == 0 ? .v4 : .v6) }
        let transport = TransportProtocol.allCases[Int(next(3))]
        return .endpoint(transport, Endpoint(address(), port: UInt16(next(1 << 16))))
    }

    mutating func options(_ family: AddressFamily) -> ServiceOptions {
        ServiceOptions(
            scheduler: ["rr", "wlc", "lblcr"][Int(next(3))],
            flags: ServiceFlags(rawValue: UInt32(next(64)) & ~2),
            timeout: UInt32(next(1 << 32)), netmaskLength: UInt8(next(UInt64(family.bits) + 1)),
            persistenceEngine: next(4) == 0 ? "sip" : nil)
    }

    mutating func destination() -> Destination {
        let tunnels: [Tunnel] = [
            .ipip, .gue(port: UInt16(next(1 << 16)), flags: UInt16(next(4))), .gre(flags: UInt16(next(4))),
        ]
        return Destination(
            Endpoint(address(), port: UInt16(next(1 << 16))), forwarding: Forwarding.allCases[Int(next(3))],
            weight: Int32(bitPattern: UInt32(next(1 << 32))), upperThreshold: UInt32(next(1 << 32)),
            lowerThreshold: UInt32(next(1 << 32)), tunnel: tunnels[Int(next(3))])
    }
}
