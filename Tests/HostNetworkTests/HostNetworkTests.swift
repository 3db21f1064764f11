import Addresses
import Director
import Foundation
import HostNetwork
import Testing

@Suite(
    "This host's network", .enabled(if: (try? HostNetwork().links()) != nil, "this machine has no rtnetlink"))
struct HostNetworkTests {
    let network = HostNetwork()

    @Test("lo leads back here and has 127.0.0.1/8")
    func loopback() throws {
        let loopback = try #require(try network.links().first { $0.isLoopback })
        #expect(loopback.hardwareType == 772)
        #expect(!loopback.isLAN && loopback.isInward)
        let address = InterfaceAddress(IPAddress("127.0.0.1")!, prefixLength: 8, interface: loopback.name)
        #expect(try network.addresses().contains(address))
        let route = try #require(try network.route(to: IPAddress("127.0.0.140")!))
        #expect(route.isLocal && !route.isOnLink)
    }

    @Test("an interface that isn't there")
    func noInterface() throws {
        let vip = IPAddress("192.0.2.1")!
        #expect(try network.remove(vip, from: "no-such-link") == false)
        #expect(throws: HostNetworkError.self) { try network.add(vip, to: "no-such-link") }
    }
}

/// Changes addresses and settings, so it runs only where SWERVE_LAB says that the network is nobody's: in a guest of
/// its own, or under `unshare --net`.
@Suite(
    "This host's network, changed", .serialized,
    .enabled(if: isLab, "needs SWERVE_LAB=1 in a network namespace of its own, and root"))
struct ChangedHostNetworkTests {
    let network = HostNetwork()
    let vip = IPAddress("192.168.214.140")!
    let vip6 = IPAddress("2001:db8:214::140")!
    let record = "/tmp/swerve-realserver-\(UUID())"

    /// Two links of one cable: lan here, peer in another namespace with a host of its own.
    init() throws {
        try shell("ip netns del swervepeer; ip link del lan; ip addr flush dev lo; true")
        try shell(
            """
            set -e; mkdir -p /run/netns; ip netns add swervepeer; ip link set lo up
            ip link add lan type veth peer name peer netns swervepeer
            ip addr add 127.0.0.1/8 dev lo
            ip addr add 192.168.214.131/24 dev lan; ip -6 addr add 2001:db8:214::131/64 dev lan nodad
            ip link set lan up
            ip -n swervepeer addr add 192.168.214.143/24 dev peer
            ip -n swervepeer -6 addr add 2001:db8:214::143/64 dev peer nodad
            ip -n swervepeer link set peer up
            ip route add default via 192.168.214.133
            for f in arp_ignore arp_announce; do echo 0 > /proc/sys/net/ipv4/conf/all/$f; done
            for f in arp_ignore arp_announce; do echo 0 > /proc/sys/net/ipv4/conf/lan/$f; done
            """)
        // The cable carries packets, and the IPv6 addresses are answered for, from a work queue: some time later.
        try shell(
            """
            seen() { ip link show lan; ip -n swervepeer link show peer; ip -6 route show table local
                ip -n swervepeer -6 route show table local; }
            ready() { [ $(seen | grep -c -E 'state UP|^local 2001:db8:214::1[34][13] ') = 4 ]; }
            for i in $(seq 100); do ready && exit 0; sleep 0.1; done; seen; exit 1
            """)
    }

    /// Whether packets to an address end here; looked at for some time, since the kernel enters the route of an IPv6
    /// address from a work queue when the address is there already.
    private func becomesLocal(_ address: IPAddress) throws -> Bool {
        for _ in 0..<1000 {
            if try network.route(to: address)?.isLocal == true { return true }
            usleep(10_000)
        }
        return false
    }

    @Test("links, addresses and routes are what ip(8) made them")
    func reading() throws {
        let links = try network.links()
        let lan = try #require(links.first { $0.name == "lan" })
        #expect(lan.kind == "veth" && lan.isLAN && lan.hardwareAddress.count == 6)
        let addresses = try network.addresses()
        #expect(
            addresses.contains(
                InterfaceAddress(IPAddress("192.168.214.131")!, prefixLength: 24, interface: "lan")))
        #expect(
            addresses.contains(
                InterfaceAddress(IPAddress("2001:db8:214::131")!, prefixLength: 64, interface: "lan")))
        #expect(
            try network.route(to: IPAddress("192.168.214.143")!)
                == Route(interface: "lan", source: IPAddress("192.168.214.131")))
        #expect(
            try network.route(to: IPAddress("172.20.17.20")!)
                == Route(
                    gateway: IPAddress("192.168.214.133"), interface: "lan",
                    source: IPAddress("192.168.214.131")))
        #expect(try network.route(to: IPAddress("192.168.214.131")!)?.isLocal == true)
        #expect(try network.route(to: IPAddress("2001:db8:214::143")!)?.isOnLink == true)
        #expect(try network.route(to: IPAddress("2001:db8:9::1")!) == nil)
        let networks = try network.connectedNetworks()
        #expect(networks.contains(ConnectedNetwork(Prefix("192.168.214.0/24")!, interface: "lan")))
        #expect(networks.contains(ConnectedNetwork(Prefix("2001:db8:214::/64")!, interface: "lan")))
        #expect(!networks.contains { $0.network.length == 0 })
    }

    @Test("an address is added once and removed once", arguments: ["lo", "lan"])
    func addresses(interface: String) throws {
        for address in [vip, vip6] {
            let entry = InterfaceAddress(address, prefixLength: address.family.bits, interface: interface)
            #expect(try network.add(address, to: interface))
            #expect(try network.addresses().contains(entry))
            #expect(try network.add(address, to: interface) == false)
            #expect(try becomesLocal(address))
            #expect(try network.remove(address, from: interface))
            #expect(try network.addresses().contains(entry) == false)
            #expect(try network.remove(address, from: interface) == false)
        }
    }

    @Test("an IPv6 VIP is never the source of what this host sends")
    func source() throws {
        #expect(try network.add(vip6, to: "lan"))
        #expect(
            try network.route(to: IPAddress("2001:db8:214::141")!)?.source == IPAddress("2001:db8:214::131"))
        let shown = try shell("ip -6 addr show dev lan to \(vip6)")
        #expect(shown.contains("deprecated") && shown.contains("preferred_lft 0sec"), "\(shown)")
    }

    @Test("an announcement moves an address in a neighbour's table", arguments: ["lo", "lan"])
    func announcement(interface: String) throws {
        let lan = try #require(try network.links().first { $0.name == "lan" })
        let mac = lan.hardwareAddress.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(
            separator: ":")
        try shell(
            """
            set -e
            ip netns exec swervepeer sh -c 'echo 0 > /proc/sys/net/ipv4/neigh/peer/locktime'
            ip -n swervepeer neigh replace \(vip) lladdr 02:00:00:00:00:99 nud stale dev peer
            ip -n swervepeer neigh replace \(vip6) lladdr 02:00:00:00:00:99 nud stale dev peer
            """)
        for address in [vip, vip6] {
            #expect(try network.add(address, to: interface))
            #expect(try network.announce(address, on: interface) == ["lan"])
            // What is sent into a veth is there when the call returns, or a softirq later.
            let entry = try shell(
                "for i in 1 2 3 4 5 6 7 8 9 10; do ip -n swervepeer neigh show \(address) | grep \(mac) && break; sleep 0.1; done"
            )
            #expect(entry.contains(mac), "\(address): \(entry)")
        }
        #expect(try network.announce(IPAddress("203.0.113.5")!, on: "lo") == [])
    }

    @Test("a real server is prepared in the article's order, checked, and taken back")
    func realServer() throws {
        #expect(try RealServerHost.check(vip: vip).map(\.subject) == ["lan", "lan", "192.168.214.140"])
        let preparation = try RealServerHost.prepare(vip: vip, record: record)
        let texts = [
            "sysctl -w net.ipv4.conf.all.arp_ignore=1", "sysctl -w net.ipv4.conf.all.arp_announce=2",
            "ip addr add 192.168.214.140/32 dev lo",
        ]
        #expect(preparation.steps.map(\.text) == texts)
        #expect(preparation.steps.map(\.isChange) == [true, true, true])
        #expect(preparation.permanent.contains("net.ipv4.conf.all.arp_ignore = 1"))
        #expect(try RealServerHost.check(vip: vip) == [])
        #expect(Sysctl.ipv4("all", "arp_ignore").value == "1")

        #expect(try isFound(vip) == false)

        // Again changes nothing; another VIP needs the settings too.
        #expect(try RealServerHost.prepare(vip: vip, record: record).steps.allSatisfy { !$0.isChange })
        let other = IPAddress("192.168.214.141")!
        #expect(
            try RealServerHost.prepare(vip: other, record: record).steps.map(\.isChange) == [
                false, false, true,
            ])
        #expect(
            try RealServerHost.prepare(vip: vip, undo: true, record: record).steps.map(\.isChange)
                == [true, false, false])
        #expect(Sysctl.ipv4("all", "arp_ignore").value == "1")
        #expect(
            try RealServerHost.prepare(vip: other, undo: true, record: record).steps.map(\.text)
                == [
                    "ip addr del 192.168.214.141/32 dev lo", "sysctl -w net.ipv4.conf.all.arp_ignore=0",
                    "sysctl -w net.ipv4.conf.all.arp_announce=0",
                ])
        #expect(Sysctl.ipv4("all", "arp_ignore").value == "0")
        #expect(Sysctl.ipv4("all", "arp_announce").value == "0")
        #expect(!FileManager.default.fileExists(atPath: record))

        // Without the settings, hosts on the LAN find it here.
        #expect(try network.add(vip, to: "lo"))
        #expect(try isFound(vip))
    }

    @Test("what prepare did not do is not taken back")
    func notOurs() throws {
        try shell("echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore; ip addr add 192.168.214.140/32 dev lo")
        let preparation = try RealServerHost.prepare(vip: vip, record: record)
        #expect(preparation.steps.map(\.isChange) == [false, true, false])
        let undone = try RealServerHost.prepare(vip: vip, undo: true, record: record)
        #expect(undone.steps.map(\.isChange) == [false, true])
        #expect(Sysctl.ipv4("all", "arp_ignore").value == "1")
        #expect(Sysctl.ipv4("all", "arp_announce").value == "0")
        #expect(try network.addresses().contains { $0.address == vip })
    }

    @Test("a director is told what keeps it from directing, until nothing does")
    func director() throws {
        func subjects() throws -> [String] {
            try DirectorHost.check(table: table).filter { $0.severity == .error }.map(\.subject)
        }
        let service = VirtualServerKey.endpoint(.tcp, Endpoint(vip, port: 80))
        var table = Table([
            service: TableEntry(
                ServiceOptions(),
                [Destination(Endpoint("192.168.214.143:80")!), Destination(Endpoint("172.20.17.20:80")!)])
        ])
        #expect(try subjects() == ["192.168.214.140", "172.20.17.20"])
        table[service] = TableEntry(
            ServiceOptions(), [Destination(Endpoint("192.168.214.143:80")!, forwarding: .masq)])
        try Sysctl.forwarding.write("0")
        #expect(try subjects() == ["192.168.214.140", "net.ipv4.ip_forward"])
        try Sysctl.forwarding.write("1")
        #expect(try network.add(vip, to: "lo"))
        #expect(try subjects() == [])
        let warning = Finding.Severity.warning
        #expect(
            try !DirectorHost.check(table: table).contains { $0.severity == warning && $0.subject == "\(vip)" })
        try Sysctl.ipv4("all", "arp_ignore").write("1")
        #expect(
            try DirectorHost.check(table: table).contains { $0.severity == warning && $0.subject == "\(vip)" })
    }

    @Test(
        "another controller counts in this network namespace only",
        arguments: ["", "ip netns exec swervepeer "])
    func controller(prefix: String) throws {
        let start =
            "\(prefix)bash -c 'exec -a /usr/sbin/keepalived sleep 60' </dev/null >/dev/null 2>&1 & echo $!"
        let process = try #require(Int32(try shell(start).trimmingCharacters(in: .whitespacesAndNewlines)))
        defer { kill(process, SIGKILL) }
        // Until the program has its new name.
        try shell(
            "for i in $(seq 50); do grep -q ^/usr/sbin/keepalived /proc/\(process)/cmdline && break; sleep 0.1; done"
        )
        let found = try DirectorHost.check(table: Table()).map(\.subject)
        #expect(found == (prefix.isEmpty ? ["keepalived"] : []))
    }

    @Test("an IPv6 VIP needs the address only")
    func realServer6() throws {
        #expect(try RealServerHost.prepare(vip: vip6, record: record).steps.map(\.isChange) == [true])
        #expect(try RealServerHost.check(vip: vip6) == [])
        let ping = "ip netns exec swervepeer ping -c 1 -W 1 2001:db8:214::140 >/dev/null 2>&1; echo $?"
        #expect(try shell(ping).trimmingCharacters(in: .newlines) != "0")
        #expect(
            try RealServerHost.prepare(vip: vip6, undo: true, record: record).steps.map(\.isChange) == [true])
    }
}

/// Whether the peer finds an address on the LAN by ARP or neighbour discovery.
private func isFound(_ address: IPAddress) throws -> Bool {
    let text = try shell(
        """
        ip -n swervepeer neigh flush dev peer
        ip netns exec swervepeer sh -c 'for v in ipv4 ipv6; do cd /proc/sys/net/$v/neigh/peer; echo 1 > mcast_solicit
            echo 100 > retrans_time_ms; done; exec bash -c "echo x > /dev/udp/\(address)/9"'
        for i in $(seq 50); do ip -n swervepeer neigh show \(address) | grep -E 'lladdr|FAILED' && break; sleep 0.1; done
        """)
    #expect(text.contains("lladdr") || text.contains("FAILED"), "\(address): \(text)")
    return text.contains("lladdr")
}

private let isLab = ProcessInfo.processInfo.environment["SWERVE_LAB"] == "1" && getuid() == 0

/// What a shell prints on both outputs; an error where it fails. (popen: in the guest Foundation's Process waited for ever
/// for a shell that had ended; why is not known.)
@discardableResult
private func shell(_ command: String) throws -> String {
    guard let stream = popen("exec 2>&1; \(command)", "r") else { throw ShellError(description: command) }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { output += buffer[..<count] }
    let status = pclose(stream)
    let text = String(decoding: output, as: UTF8.self)
    if status != 0 { throw ShellError(description: "\(command): \(text)") }
    return text
}

private struct ShellError: Error, CustomStringConvertible {
    var description: String
}
