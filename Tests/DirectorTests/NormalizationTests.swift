import Addresses
import Director
import Testing

@Suite("What the kernel makes of a table") struct NormalizationTests {
    @Test("only masq can change the port", arguments: Forwarding.allCases)
    func port(forwarding: Forwarding) {
        let destination = Destination(Endpoint("10.0.0.2:8080")!, forwarding: forwarding)
        #expect(destination.normalized(for: web).endpoint.port == (forwarding == .masq ? 8080 : 80))
        #expect(destination.normalized(for: mark).endpoint.port == 8080)
    }

    @Test("two direct routes to one address are one destination")
    func collision() {
        let entry = TableEntry(
            ServiceOptions(),
            [
                Destination(Endpoint("10.0.0.2:8080")!, weight: 2),
                Destination(Endpoint("10.0.0.2:81")!, weight: 1),
            ])
        let expected = Destination(Endpoint("10.0.0.2:80")!, weight: 1)
        #expect(entry.normalized(for: web).destinations == [expected.endpoint: expected])
    }

    @Test("timeout and netmask count with persistence only")
    func persistence() {
        var options = ServiceOptions(scheduler: "rr", timeout: 300, netmaskLength: 24)
        #expect(options.normalized(for: .v4) == ServiceOptions(scheduler: "rr"))
        #expect(options.normalized(for: .v6).netmaskLength == 128)
        options.flags = .persistent
        #expect(options.normalized(for: .v4) == options)
    }
}
