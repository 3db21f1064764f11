import Addresses
import Director
import Testing

@Suite("Private marks")
struct PrivateMarksTests {
    static let web = VirtualServerKey.endpoint(.tcp, Endpoint("192.0.2.1:80")!)
    static let secure = VirtualServerKey.endpoint(.tcp, Endpoint("192.0.2.1:443")!)

    static func service(
        _ endpoint: String, _ forwarding: Forwarding = .gate, of key: VirtualServerKey = web,
        weight: Int32 = 1
    ) -> PrivateService {
        PrivateService(
            leadingTo: Destination(
                Endpoint(endpoint)!, forwarding: forwarding, weight: weight, upperThreshold: 5), as: key)
    }

    @Test("A real server is reached as its virtual server reaches it, whatever its weight")
    func destination() {
        for (forwarding, port) in [(Forwarding.gate, 0), (.ipip, 0), (.masq, 8080)] as [(Forwarding, UInt16)] {
            let service = Self.service("10.0.0.1:8080", forwarding, weight: 0)
            #expect(
                service.destination
                    == Destination(
                        Endpoint(IPAddress("10.0.0.1")!, port: port), forwarding: forwarding, weight: 1))
        }
        let tunnel = Destination(
            Endpoint("10.0.0.1:80")!, forwarding: .ipip, tunnel: .gue(port: 6080, flags: 1))
        #expect(
            PrivateService(leadingTo: tunnel, as: Self.web).destination.tunnel == .gue(port: 6080, flags: 1))
        // Two ports of one machine share it, but where masq makes a difference.
        #expect(Self.service("10.0.0.1:80") == Self.service("10.0.0.1:443", of: Self.secure))
        #expect(Self.service("10.0.0.1:80", .masq) != Self.service("10.0.0.1:443", .masq, of: Self.secure))
    }

    @Test(
        "Each has a mark of its own in an order of their own, and keeps it; what is freed is given again last")
    func marks() {
        var marks = PrivateMarks(10...12)
        let (a, b, c) = (
            Self.service("10.0.0.1:80"), Self.service("10.0.0.2:80"), Self.service("10.0.0.3:80")
        )
        marks.follow([b, a])
        #expect(marks[a] == 10 && marks[b] == 11)
        marks.follow([b, c])
        #expect(marks[a] == nil && marks[b] == 11 && marks[c] == 12)
        marks.follow([a, b, c])
        #expect(marks[a] == 10)
        let d = Self.service("10.0.0.4:80")
        marks.follow([a, b, c, d])
        #expect(marks[d] == nil, "there is none left")
        marks.follow([a, c, d])
        #expect(marks[d] == 11)
        #expect(
            marks.table
                == Table([
                    .firewallMark(10, .v4): TableEntry(
                        ServiceOptions(scheduler: "rr", flags: .onePacket), [a.destination]),
                    .firewallMark(11, .v4): TableEntry(
                        ServiceOptions(scheduler: "rr", flags: .onePacket), [d.destination]),
                    .firewallMark(12, .v4): TableEntry(
                        ServiceOptions(scheduler: "rr", flags: .onePacket), [c.destination]),
                ]))
    }

    @Test("A table of them is as the kernel keeps it, so that nothing is ever changed in it for nothing")
    func normal() {
        var marks = PrivateMarks()
        marks.follow([
            Self.service("10.0.0.1:80"), Self.service("10.0.0.2:8080", .masq),
            Self.service("10.0.0.3:80", .ipip),
        ])
        #expect(marks.table.normalized == marks.table)
    }
}
