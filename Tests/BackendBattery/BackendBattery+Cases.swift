internal import Addresses
internal import Director

/// The behaviours that every backend must show.
public enum BackendBattery {
    /// All of them; each may be run on its own.
    public static let cases: [BatteryCase] = services + destinations + batches

    private static let services = [
        BatteryCase("a virtual server that was added is in the table") { bench in
            try await bench.expect(nil, at: bench.tcp)
            try await bench.apply(.addService(bench.tcp, bench.options()))
            try await bench.expect(TableEntry(bench.options()), at: bench.tcp)
        },
        BatteryCase("adding a virtual server twice fails and leaves the first as it is") { bench in
            try await bench.apply(.addService(bench.tcp, bench.options("rr")))
            try await bench.refuse(.addService(bench.tcp, bench.options("wlc")))
            try await bench.expect(TableEntry(bench.options("rr")), at: bench.tcp)
        },
        BatteryCase("TCP and UDP of one address and port are two virtual servers") { bench in
            try await bench.apply(
                .addService(bench.tcp, bench.options("rr")), .addService(bench.udp, bench.options("wlc")))
            try await bench.expect(TableEntry(bench.options("rr")), at: bench.tcp)
            try await bench.apply(.deleteService(bench.tcp))
            try await bench.expect(TableEntry(bench.options("wlc")), at: bench.udp)
        },
        BatteryCase("a virtual server is edited in place, its destinations stay") { bench in
            try await bench.apply(
                .addService(bench.tcp, bench.options("rr")), .addDestination(bench.tcp, bench.server(1)))
            var options = bench.options("sh")
            options.flags = .persistent
            options.timeout = 600
            options.netmaskLength = 24
            try await bench.apply(.editService(bench.tcp, options))
            try await bench.expect(TableEntry(options, [bench.server(1)]), at: bench.tcp)
            try await bench.apply(.editService(bench.tcp, bench.options("lc")))
            try await bench.expect(TableEntry(bench.options("lc"), [bench.server(1)]), at: bench.tcp)
        },
        BatteryCase("a scheduler that there is not fails and changes nothing") { bench in
            try await bench.refuse(.addService(bench.tcp, bench.options("nosuch")))
            try await bench.expect(nil, at: bench.tcp)
            try await bench.apply(.addService(bench.tcp, bench.options("rr")))
            try await bench.refuse(.editService(bench.tcp, bench.options("nosuch")))
            try await bench.expect(TableEntry(bench.options("rr")), at: bench.tcp)
        },
        BatteryCase("a virtual server is removed with its destinations") { bench in
            try await bench.apply(
                .addService(bench.tcp, bench.options()), .addDestination(bench.tcp, bench.server(1)),
                .deleteService(bench.tcp))
            try await bench.expect(nil, at: bench.tcp)
            try await bench.apply(.addService(bench.tcp, bench.options()))
            try await bench.expect(TableEntry(bench.options()), at: bench.tcp)
        },
        BatteryCase("steps on a virtual server that there is not fail") { bench in
            try await bench.refuse(.editService(bench.tcp, bench.options()))
            try await bench.refuse(.deleteService(bench.tcp))
            try await bench.refuse(.addDestination(bench.tcp, bench.server(1)))
            try await bench.refuse(.editDestination(bench.tcp, bench.server(1)))
            try await bench.refuse(.deleteDestination(bench.tcp, bench.server(1).endpoint))
            try await bench.expect(nil, at: bench.tcp)
        },
    ]

    private static let destinations = [
        BatteryCase("destinations are in the table with all their properties") { bench in
            let all = [
                bench.server(1), bench.server(2, weight: 0), bench.server(3, weight: 65535),
                bench.server(4, weight: 7, upperThreshold: 100, lowerThreshold: 50),
            ]
            try await bench.apply(.addService(bench.tcp, bench.options()))
            for server in all { try await bench.apply(.addDestination(bench.tcp, server)) }
            try await bench.expect(TableEntry(bench.options(), all), at: bench.tcp)
        },
        BatteryCase("gate and ipip, on the virtual server's port") { bench in
            let port = bench.virtual.port
            let gate: IPAddress
            let ipip: IPAddress
            switch bench.virtual.address {
            case .v4: (gate, ipip) = (.v4(IPv4Address(127, 99, 0, 1)), .v4(IPv4Address(127, 99, 0, 2)))
            case .v6:
                let high: UInt64 = 0xFD00_0000_0000_0000
                (gate, ipip) = (.v6(IPv6Address(high: high, low: 1)), .v6(IPv6Address(high: high, low: 2)))
            }
            let all = [
                Destination(Endpoint(gate, port: port), forwarding: .gate),
                Destination(Endpoint(ipip, port: port), forwarding: .ipip),
            ]
            try await bench.apply(
                .addService(bench.tcp, bench.options()), .addDestination(bench.tcp, all[0]),
                .addDestination(bench.tcp, all[1]))
            try await bench.expect(TableEntry(bench.options(), all), at: bench.tcp)
        },
        BatteryCase("adding a destination twice fails and leaves the first as it is") { bench in
            try await bench.apply(
                .addService(bench.tcp, bench.options()), .addDestination(bench.tcp, bench.server(1, weight: 5)))
            try await bench.refuse(.addDestination(bench.tcp, bench.server(1, weight: 6)))
            try await bench.expect(TableEntry(bench.options(), [bench.server(1, weight: 5)]), at: bench.tcp)
        },
        BatteryCase("a destination is edited in place, again and again") { bench in
            try await bench.apply(
                .addService(bench.tcp, bench.options()), .addDestination(bench.tcp, bench.server(1)),
                .addDestination(bench.tcp, bench.server(2)))
            for edited in [
                bench.server(1, weight: 0), bench.server(1, weight: 0), bench.server(1, weight: 9),
                bench.server(1, weight: 9, upperThreshold: 10, lowerThreshold: 5), bench.server(1),
            ] {
                try await bench.apply(.editDestination(bench.tcp, edited))
                try await bench.expect(TableEntry(bench.options(), [edited, bench.server(2)]), at: bench.tcp)
            }
        },
        BatteryCase("a destination is removed, and only that") { bench in
            try await bench.apply(
                .addService(bench.tcp, bench.options()), .addDestination(bench.tcp, bench.server(1)),
                .addDestination(bench.tcp, bench.server(2)),
                .deleteDestination(bench.tcp, bench.server(1).endpoint))
            try await bench.expect(TableEntry(bench.options(), [bench.server(2)]), at: bench.tcp)
            try await bench.apply(.addDestination(bench.tcp, bench.server(1)))
            try await bench.expect(
                TableEntry(bench.options(), [bench.server(1), bench.server(2)]), at: bench.tcp)
        },
        BatteryCase("steps on a destination that there is not fail") { bench in
            try await bench.apply(
                .addService(bench.tcp, bench.options()), .addDestination(bench.tcp, bench.server(1)))
            try await bench.refuse(.editDestination(bench.tcp, bench.server(2)))
            try await bench.refuse(.deleteDestination(bench.tcp, bench.server(2).endpoint))
            try await bench.expect(TableEntry(bench.options(), [bench.server(1)]), at: bench.tcp)
        },
        BatteryCase("a weight below 0, or a lower threshold above the upper one, fails") { bench in
            try await bench.apply(
                .addService(bench.tcp, bench.options()), .addDestination(bench.tcp, bench.server(1)))
            try await bench.refuse(.addDestination(bench.tcp, bench.server(2, weight: -1)))
            try await bench.refuse(.editDestination(bench.tcp, bench.server(1, weight: -1)))
            let crossed = bench.server(1, upperThreshold: 5, lowerThreshold: 6)
            try await bench.refuse(.editDestination(bench.tcp, crossed))
            try await bench.expect(TableEntry(bench.options(), [bench.server(1)]), at: bench.tcp)
        },
    ]

    private static let batches = [
        BatteryCase("a step that fails does not keep later ones from being tried") { bench in
            let results = await bench.backend.apply([
                .deleteService(bench.tcp), .addService(bench.tcp, bench.options()),
                .deleteDestination(bench.tcp, bench.server(1).endpoint),
                .addDestination(bench.tcp, bench.server(1)),
                .addDestination(bench.tcp, bench.server(1)),
            ])
            if results.map({ $0 == nil }) != [false, true, false, true, false] {
                throw BatteryFailure(description: "results are \(results)")
            }
            try await bench.expect(TableEntry(bench.options(), [bench.server(1)]), at: bench.tcp)
        },
        BatteryCase("no steps are no results") { bench in
            let before = try await bench.backend.table()
            let results = await bench.backend.apply([])
            if !results.isEmpty { throw BatteryFailure(description: "results are \(results)") }
            if try await bench.backend.table() != before {
                throw BatteryFailure(description: "the table moved")
            }
        },
        BatteryCase("connections are counted for each destination, none at first") { bench in
            try await bench.apply(
                .addService(bench.tcp, bench.options()), .addDestination(bench.tcp, bench.server(1)),
                .addDestination(bench.tcp, bench.server(2, weight: 0)))
            let counts = try await bench.backend.connections()[bench.tcp]
            let none = ConnectionCounts()
            if counts != [bench.server(1).endpoint: none, bench.server(2).endpoint: none] {
                throw BatteryFailure(description: "counts are \(String(describing: counts))")
            }
        },
    ]
}
