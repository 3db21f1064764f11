import Addresses
import BackendBattery
import Director
import Logging
import NIOCore
import NIOPosix
import Relay
import Testing

@Suite("The relay is a backend")
struct RelayBatteryTests {
    @Test(arguments: Array(zip(BackendBattery.cases, UInt8(1)...)))
    func battery(behaviour: BatteryCase, number: UInt8) async throws {
        let relay = RelayTable(logger: Logger(label: "test"))
        try await behaviour.run(on: relay, at: Endpoint(.v4(IPv4Address(127, 60, 1, number)), port: 28080))
        await relay.close()
    }

    @Test(
        "over IPv6 too", .enabled(if: hasIPv6, "this host has no address ::1"),
        arguments: Array(zip(BackendBattery.cases, UInt16(1)...)))
    func batteryIPv6(behaviour: BatteryCase, number: UInt16) async throws {
        let relay = RelayTable(logger: Logger(label: "test"))
        try await behaviour.run(on: relay, at: Endpoint(.v6(.loopback), port: 28100 + number))
        await relay.close()
    }

    @Test(
        "what it cannot carry is refused with words",
        arguments: [
            (.firewallMark(1, .v4), ServiceOptions(), "add fwmark 1: the relay cannot see firewall marks"),
            (
                .endpoint(.sctp, local(1)), ServiceOptions(),
                "add sctp 127.60.2.1:28080: the relay cannot carry SCTP"
            ),
            (
                .endpoint(.tcp, Endpoint(.v4(.loopback), port: 0)), ServiceOptions(),
                "add tcp 127.0.0.1:0: the relay cannot carry all ports at once"
            ),
            (
                .endpoint(.tcp, local(2)), ServiceOptions(scheduler: "fancy"),
                "tcp 127.60.2.2:28080: the relay has no scheduler 'fancy'"
            ),
            (
                .endpoint(.udp, local(3)), ServiceOptions(persistenceEngine: "sip"),
                "add udp 127.60.2.3:28080: the relay has no persistence engine 'sip'"
            ),
            (
                .endpoint(.tcp, Endpoint(.v4(IPv4Address(192, 0, 2, 1)), port: 28080)), ServiceOptions(),
                "listen tcp 192.0.2.1:28080: Cannot assign requested address"
            ),
        ] as [(VirtualServerKey, ServiceOptions, String)])
    func refusals(key: VirtualServerKey, options: ServiceOptions, message: String) async {
        let relay = RelayTable(logger: Logger(label: "test"))
        let errors = await relay.apply([.addService(key, options)])
        #expect(errors.map { $0?.description } == [message])
        #expect(await relay.table() == Table())
        await relay.close()
    }

    @Test("a port that another program has is named", arguments: [TransportProtocol.tcp, .udp])
    func portInUse(transport: TransportProtocol) async {
        let key = VirtualServerKey.endpoint(transport, local(transport == .tcp ? 4 : 5))
        let first = RelayTable(logger: Logger(label: "test"))
        let second = RelayTable(logger: Logger(label: "test"))
        let server = Destination(Endpoint(.v4(.loopback), port: 1), forwarding: .masq)
        let steps = [Change.addService(key, ServiceOptions()), .addDestination(key, server)]
        #expect(await first.apply(steps) == [nil, nil])
        let errors = await second.apply(steps)
        #expect(errors[0]?.description == "listen \(key): Address already in use")
        #expect(errors[0]?.hint == "another program has this port; 'ss -lntup' names it")
        #expect(errors[1]?.description == "add 127.0.0.1:1 to \(key): there is no such virtual server")
        // Without a destination the port is free again.
        #expect(await first.apply([.deleteDestination(key, server.endpoint)]) == [nil])
        #expect(await second.apply(steps) == [nil, nil])
        // And now the first one cannot have it back; its table stays as it is.
        #expect(
            await first.apply([.addDestination(key, server)])[0]?.description
                == "listen \(key): Address already in use")
        #expect(await first.table()[key]?.destinations.isEmpty == true)
        await first.close()
        await second.close()
    }

    @Test("a destination that is the virtual server itself is refused")
    func loop() async {
        let key = VirtualServerKey.endpoint(.tcp, local(6))
        let relay = RelayTable(logger: Logger(label: "test"))
        // gate: the port counts for nothing.
        let itself = Destination(Endpoint(local(6).address, port: 1), forwarding: .gate)
        let errors = await relay.apply([.addService(key, ServiceOptions()), .addDestination(key, itself)])
        #expect(errors[1]?.description == "127.60.2.6:1 in \(key): leads back to the virtual server itself")
        await relay.close()
    }
}

private func local(_ number: UInt8) -> Endpoint {
    Endpoint(.v4(IPv4Address(127, 60, 2, number)), port: 28080)
}

private var hasIPv6: Bool {
    (try? System.enumerateDevices().contains { $0.address?.ipAddress == "::1" }) ?? false
}
