import Addresses
import Testing

@Suite("IPv4 addresses")
struct IPv4AddressTests {
    @Test(
        arguments: [
            ("192.0.2.1", 0xC000_0201 as UInt32), ("0.0.0.0", 0), ("255.255.255.255", 0xFFFF_FFFF),
            ("10.0.0.1", 0x0A00_0001),
        ])
    func reads(_ text: String, _ value: UInt32) throws {
        let address = try #require(IPv4Address(text))
        #expect(address.rawValue == value)
        #expect(address.description == text)
        #expect(address.bytes == (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) })
    }

    @Test(
        "What readers disagree about is refused",
        arguments: [
            "", "1", "10.1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.0.0.1", "01.2.3.4",
            "1.2.3.04",
            "0x7f.0.0.1", " 1.2.3.4", "1.2.3.4 ", "1.2.3.-4", "+1.2.3.4", "１.2.3.4", "1.2.3.4/24",
            "99999999999.1.1.1",
        ])
    func refuses(_ text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test func order() throws {
        #expect(try #require(IPv4Address("9.0.0.0")) < IPv4Address(10, 0, 0, 0))
        #expect(IPAddress.v4(IPv4Address(255, 0, 0, 0)) < .v6(.any))
    }
}

@Suite("IPv6 addresses (RFC 4291 §2.2, RFC 5952)")
struct IPv6AddressTests {
    @Test(
        "Read in any form, written in the canonical one",
        arguments: [
            // RFC 4291 §2.2
            ("2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a"),
            ("FF01:0:0:0:0:0:0:101", "ff01::101"),
            ("0:0:0:0:0:0:0:1", "::1"), ("0:0:0:0:0:0:0:0", "::"),
            ("0:0:0:0:0:FFFF:129.144.52.38", "::ffff:129.144.52.38"),
            // RFC 5952 §4.2.2: one group is not shortened; §4.2.3: the longest run, the first of equal ones.
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:0db8::0001", "2001:db8::1"), ("1::", "1::"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ])
    func reads(_ text: String, _ canonical: String) throws {
        let address = try #require(IPv6Address(text))
        #expect(address.description == canonical)
        #expect(IPv6Address(canonical) == address)
        #expect(IPv6Address(bytes: address.bytes) == address)
    }

    @Test(
        arguments: [
            "", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::1",
            "1:2:3:4:5:6:7:8::",
            "::1:2:3:4:5:6:7:8", "1:", ":1", "fe80::1%eth0", "::1.2.3", "1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4",
            "::1.2.3.4:5", "::1 ", "[::1]", "::01.2.3.4", "1:2:3:4:5:6:7:",
        ])
    func refuses(_ text: String) {
        #expect(IPv6Address(text) == nil)
    }

    @Test func mapped() throws {
        #expect(try #require(IPv6Address("::ffff:192.0.2.1")).mappedIPv4 == IPv4Address(192, 0, 2, 1))
        #expect(try #require(IPv6Address("::1:ffff:192.0.2.1")).mappedIPv4 == nil)
    }
}

@Suite("Networks and endpoints")
struct NetworkTests {
    @Test(
        arguments: [
            ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false),
            ("0.0.0.0/0", "255.1.2.3", true),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1/32", "192.0.2.2", false), ("0.0.0.0/0", "::1", false),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/33", "2001:db8:8000::", false),
            ("2001:db8::/64", "2001:db8::ffff:0:0:1", true), ("2001:db8::/65", "2001:db8::8000:0:0:0", false),
            ("::/0", "ffff::", true), ("2001:db8::1/128", "2001:db8::1", true),
            ("2001:db8::2/127", "2001:db8::3", true),
            ("::/0", "1.2.3.4", false), ("10.0.0.0/31", "10.0.0.2", false),
        ])
    func holds(_ network: String, _ address: String, _ expected: Bool) throws {
        let prefix = try #require(Prefix(network))
        #expect(prefix.contains(try #require(IPAddress(address))) == expected)
    }

    @Test(arguments: [
        "192.0.2.0/33", "::/129", "192.0.2.0/", "192.0.2.0/-1", "192.0.2.0/+1", "/24", "192.0.2/24", "::/ 1",
    ])
    func noNetworks(_ text: String) {
        #expect(Prefix(text) == nil)
    }

    @Test(
        "Bits beyond the length are cleared",
        arguments: [
            ("192.0.2.77/24", "192.0.2.0/24"), ("2001:db8::1/32", "2001:db8::/32"), ("10.1.2.3/32", "10.1.2.3"),
            ("1.2.3.4/0", "0.0.0.0/0"), ("2001:db8:0:1::5/64", "2001:db8:0:1::/64"),
        ])
    func cleared(_ text: String, _ expected: String) {
        #expect(Prefix(text)?.description == expected)
    }

    @Test(arguments: ["192.0.2.1:80", "[2001:db8::1]:443", "0.0.0.0:0", "[::]:65535"])
    func endpoints(_ text: String) {
        #expect(Endpoint(text)?.description == text)
    }

    @Test(arguments: [
        "192.0.2.1", "2001:db8::1:80", "192.0.2.1:", "192.0.2.1:65536", "[192.0.2.1]:80", "[::1]", ":80",
        "[::1:80", "192.0.2.1:+1",
    ])
    func noEndpoints(_ text: String) {
        #expect(Endpoint(text) == nil)
    }

    @Test(arguments: [
        ("127.255.0.1", true), ("128.0.0.1", false), ("::1", true), ("::2", false), ("::ffff:127.0.0.1", false),
    ])
    func loopback(_ text: String, _ expected: Bool) throws {
        #expect(try #require(IPAddress(text)).isLoopback == expected)
    }
}

@Suite("Access lists (BIND's address match lists)")
struct AccessListTests {
    typealias Element = AccessList.Element

    private static func network(_ text: String, not isNegated: Bool = false) -> Element {
        Prefix(text).map { Element(.network($0), isNegated: isNegated) } ?? Element(.list([]))
    }

    @Test(
        "The first element that holds an address decides",
        arguments: [
            ([Element(.any)], true), ([], false), ([Element(.any, isNegated: true)], false),
            ([network("192.0.2.0/24", not: true), Element(.any)], false),
            ([network("192.0.2.1"), Element(.any, isNegated: true)], true),
            ([network("10.0.0.0/8")], false),
            // A list inside that says no does not hold the address, negated or not.
            ([Element(.list([network("192.0.2.1", not: true)]), isNegated: true), Element(.any)], true),
            ([Element(.list([network("192.0.2.1")]), isNegated: true), Element(.any)], false),
            // Unknown until the host's own networks are.
            ([Element(.localhost)], false), ([Element(.localnets)], false),
        ])
    func decides(_ elements: [Element], _ expected: Bool) {
        #expect(AccessList(elements).allows(.v4(IPv4Address(192, 0, 2, 1))) == expected)
    }

    @Test func hostsOwnNetworks() throws {
        let own = [(address: try #require(IPAddress("192.0.2.1")), length: 24)]
        let host = try #require(IPAddress("192.0.2.1"))
        let neighbour = try #require(IPAddress("192.0.2.9"))
        let localhost = AccessList([Element(.localhost)]).resolved(hostNetworks: own)
        #expect(localhost.allows(host) && !localhost.allows(neighbour))
        let localnets = AccessList([Element(.list([Element(.localnets)]))]).resolved(hostNetworks: own)
        #expect(localnets.allows(host) && localnets.allows(neighbour))
        let others = AccessList([Element(.localnets, isNegated: true), Element(.any)]).resolved(
            hostNetworks: own)
        #expect(!others.allows(neighbour) && others.allows(.v4(IPv4Address(198, 51, 100, 1))))
        #expect(AccessList.any.isAny && !AccessList.none.isAny && !others.isAny)
    }
}
