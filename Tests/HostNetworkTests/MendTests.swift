import Addresses
import Director
import Foundation
import Testing

@testable import HostNetwork

@Suite("What the director may put right by itself")
struct MendTests {
    private static let findings = DirectorHost.judge(
        table: Table([
            .endpoint(.tcp, Endpoint("192.0.2.1:80")!): TableEntry(
                ServiceOptions(scheduler: "rr"), [Destination(Endpoint("10.0.0.1:80")!, forwarding: .masq)])
        ]),
        in: HostState(
            links: [
                Link(index: 1, name: "lo", hardwareType: 772, flags: [.up, .loopback]),
                Link(index: 2, name: "eth0", flags: [.up, .broadcast]),
            ],
            addresses: [InterfaceAddress(IPAddress("192.0.2.1")!, prefixLength: 32, interface: "lo")],
            networks: [ConnectedNetwork(Prefix("192.0.2.0/24")!, interface: "eth0")],
            routes: [IPAddress("10.0.0.1")!: Route(interface: "eth0")],
            settings: [
                .forwarding: "0", .ipvs("expire_nodest_conn"): "0", .ipvs("conn_reuse_mode"): "0",
                .ipv4("all", "arp_ignore"): "1", .ipv4("eth0", "arp_ignore"): "0",
                .ipv4("all", "send_redirects"): "1", .ipv4("eth0", "send_redirects"): "1",
            ]))

    @Test("is forwarding, redirects and IPVS; what the host may have for another reason is left to people")
    func settings() {
        let (done, left) = DirectorHost.mend(Self.findings) { _ throws(HostNetworkError) in }
        #expect(
            Set(done) == [
                "net.ipv4.ip_forward=1", "net.ipv4.vs.expire_nodest_conn=1", "net.ipv4.vs.conn_reuse_mode=1",
                "net.ipv4.conf.all.send_redirects=0", "net.ipv4.conf.eth0.send_redirects=0",
            ])
        #expect(left.map(\.subject) == ["192.0.2.1"])
        #expect(left[0].text.contains("effective arp_ignore of eth0 is 1"))
    }

    @Test("is told of where it can't be done, with the reason")
    func refused() {
        let (done, left) = DirectorHost.mend(Self.findings) { assignment throws(HostNetworkError) in
            throw HostNetworkError("set \(assignment.setting) to \(assignment.value)", errno: 13)
        }
        #expect(done == [])
        #expect(left.count == Self.findings.count)
        #expect(left.contains { $0.text.hasSuffix("set net.ipv4.ip_forward to 1: Permission denied") })
    }

    @Test("A finding's form for machines has what people see, no more")
    func form() throws {
        let finding = try #require(Self.findings.first { $0.subject == "net.ipv4.ip_forward" })
        let form = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(finding)) as? [String: String])
        #expect(Set(form.keys) == ["severity", "subject", "text", "fix"])
        #expect(form["fix"] == "sysctl -w net.ipv4.ip_forward=1")
    }
}
