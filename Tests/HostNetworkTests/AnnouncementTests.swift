import Addresses
import Testing

@testable import HostNetwork

@Suite("Announcements of an address") struct AnnouncementTests {
    let mac: [UInt8] = [0x02, 0, 0, 0, 0, 0xD1]

    @Test("IPv4: a request and a reply in which sender and target are the address (RFC 5227 §2.3, RFC 826)")
    func arp() {
        let announcements = Announcement.all(of: IPAddress("192.168.214.140")!, at: mac, isRouter: false)
        let address: [UInt8] = [192, 168, 214, 140]
        let fixed: [UInt8] = [0, 1, 8, 0, 6, 4, 0]
        let request = fixed + [1] + mac + address + [0, 0, 0, 0, 0, 0] + address
        let reply = fixed + [2] + mac + address + mac + address
        #expect(announcements.map(\.bytes) == [request, reply])
        #expect(announcements.allSatisfy { $0.protocolNumber == 0x0806 })
        #expect(announcements.allSatisfy { $0.destination == [255, 255, 255, 255, 255, 255] })
    }

    @Test("IPv6: an unsolicited advertisement to all nodes (RFC 4861 §7.2.6)", arguments: [false, true])
    func advertisement(isRouter: Bool) throws {
        let address = IPAddress("2001:db8::140")!
        let announcements = Announcement.all(of: address, at: mac, isRouter: isRouter)
        #expect(announcements.count == 1)
        let bytes = try #require(announcements.first).bytes
        #expect(announcements[0].protocolNumber == 0x86DD)
        #expect(announcements[0].destination == [0x33, 0x33, 0, 0, 0, 1])  // RFC 2464 §7
        #expect(bytes[0..<8] == [0x60, 0, 0, 0, 0, 32, 58, 255])
        #expect(Array(bytes[8..<24]) == address.bytes)
        #expect(Array(bytes[24..<40]) == IPAddress("ff02::1")!.bytes)
        #expect(bytes[40] == 136 && bytes[41] == 0)
        #expect(bytes[44] == (isRouter ? 0xA0 : 0x20))
        #expect(Array(bytes[48..<64]) == address.bytes)
        #expect(Array(bytes[64...]) == [2, 1] + mac)
        // RFC 4443 §2.3: with the pseudo-header, the sum of all is ~0.
        let pseudoHeader = Array(bytes[8..<40]) + [0, 0, 0, 32, 0, 0, 0, 58]
        #expect(Announcement.internetChecksum(pseudoHeader + Array(bytes[40...])) == 0)
    }

    @Test("the checksum of RFC 1071 §3's example")
    func checksum() {
        // Its sum is ddf2; the checksum is the complement.
        #expect(Announcement.internetChecksum([0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7]) == ~0xDDF2)
    }

    @Test(
        "from lo it leaves over the LAN interfaces that are connected to the address's network",
        arguments: [
            ("192.168.214.140", "lo", ["eth1"]),
            ("192.168.214.140", "eth0", ["eth0"]),
            ("192.168.214.140", "nothing", []),
            ("192.168.214.140", "tun0", []),
            ("172.20.17.1", "dummy0", ["eth0", "eth2"]),
            ("203.0.113.5", "lo", []),
            ("2001:db8::1", "lo", ["eth0"]),
        ])
    func targets(address: String, interface: String, expected: [String]) {
        let mac: [UInt8] = [2, 0, 0, 0, 0, 1]
        let links = [
            Link(index: 1, name: "lo", flags: [.up, .loopback], hardwareAddress: [0, 0, 0, 0, 0, 0]),
            Link(index: 2, name: "eth0", flags: [.up, .broadcast], hardwareAddress: mac),
            Link(index: 3, name: "eth1", flags: [.up, .broadcast], hardwareAddress: mac),
            Link(index: 4, name: "eth2", flags: [.up, .broadcast], hardwareAddress: mac),
            Link(index: 5, name: "eth3", flags: [.broadcast], hardwareAddress: mac),
            Link(
                index: 6, name: "dummy0", flags: [.up, .broadcast, .noARP], hardwareAddress: mac, kind: "dummy"),
            Link(index: 7, name: "tun0", flags: [.up, .pointToPoint, .noARP]),
        ]
        let networks = [
            ("172.20.17.0/24", "eth0"), ("2001:db8::/64", "eth0"), ("192.168.214.0/24", "eth1"),
            ("172.20.0.0/16", "eth2"), ("172.20.17.0/24", "eth3"), ("192.168.0.0/16", "dummy0"),
            ("192.168.0.0/16", "tun0"),
        ].map { ConnectedNetwork(Prefix($0.0)!, interface: $0.1) }
        let targets = HostNetwork.targets(
            of: IPAddress(address)!, on: interface, links: links, networks: networks)
        #expect(targets.map(\.name) == expected)
    }
}
