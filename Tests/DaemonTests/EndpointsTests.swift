import Addresses
import HostNetwork
import Settings
import Testing

@testable import Daemon

@Suite("Where queries are taken")
struct EndpointsTests {
    static let host = [
        InterfaceAddress(IPAddress("127.0.0.1")!, prefixLength: 8, interface: "lo"),
        InterfaceAddress(IPAddress("192.0.2.10")!, prefixLength: 24, interface: "eth0"),
        InterfaceAddress(IPAddress("198.51.100.7")!, prefixLength: 24, interface: "eth1"),
        InterfaceAddress(IPAddress("2001:db8::10")!, prefixLength: 64, interface: "eth0"),
    ]

    static func element(_ text: String, not isNegated: Bool = false) -> AccessList.Element {
        AccessList.Element(
            text == "any" ? .any : text == "localnets" ? .localnets : .network(Prefix(text)!),
            isNegated: isNegated)
    }

    static func endpoints(_ lists: [[AccessList.Element]], family: AddressFamily = .v4) -> [String] {
        var settings = Settings(file: "swerve.conf")
        settings.listeners = lists.map {
            Listener(family: family, port: 53, addresses: AccessList($0), position: nil)
        }
        return settings.endpoints(on: host).map(\.dnsText)
    }

    @Test("any is the wildcard, none is nothing")
    func anyAndNone() {
        #expect(Self.endpoints([[Self.element("any")]]) == ["0.0.0.0#53"])
        #expect(Self.endpoints([[Self.element("any")]], family: .v6) == ["::#53"])
        #expect(Self.endpoints([[Self.element("any", not: true)]]) == [])
    }

    @Test("A network takes the host's addresses in it, an address itself is taken at its word")
    func networks() {
        #expect(Self.endpoints([[Self.element("192.0.2.0/24")]]) == ["192.0.2.10#53"])
        #expect(Self.endpoints([[Self.element("127.0.0.53")]]) == ["127.0.0.53#53"])
        #expect(Self.endpoints([[Self.element("2001:db8::/32")]], family: .v6) == ["2001:db8::10#53"])
        #expect(
            Self.endpoints([[Self.element("localnets")]]) == [
                "127.0.0.1#53", "192.0.2.10#53", "198.51.100.7#53",
            ])
    }

    @Test("What is negated before is left out")
    func negation() {
        let all = [Self.element("192.0.2.10", not: true), Self.element("any")]
        #expect(Self.endpoints([all]) == ["127.0.0.1#53", "198.51.100.7#53"])
    }

    @Test("Statements add up; the wildcard holds what it covers")
    func several() {
        #expect(
            Self.endpoints([[Self.element("192.0.2.10")], [Self.element("198.51.100.7")]])
                == ["192.0.2.10#53", "198.51.100.7#53"])
        #expect(Self.endpoints([[Self.element("192.0.2.10")], [Self.element("any")]]) == ["0.0.0.0#53"])
    }
}
