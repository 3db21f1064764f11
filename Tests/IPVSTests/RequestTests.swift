import Addresses
import Director
import Netlink
import Testing

@testable import IPVS

private let tcp = VirtualServerKey.endpoint(.tcp, Endpoint("10.0.0.100:80")!)
private let dns = VirtualServerKey.endpoint(.udp, Endpoint("10.0.0.100:53")!)
private let any = VirtualServerKey.endpoint(.tcp, Endpoint("10.0.0.101:0")!)
private let maglev = VirtualServerKey.endpoint(.tcp, Endpoint("10.0.0.102:80")!)
private let sip = VirtualServerKey.endpoint(.udp, Endpoint("10.0.0.103:5060")!)
private let sctp = VirtualServerKey.endpoint(.sctp, Endpoint("10.0.0.104:9")!)
private let tcp6 = VirtualServerKey.endpoint(.tcp, Endpoint("[2001:db8::100]:443")!)
private let mark = VirtualServerKey.firewallMark(7, .v4)
private let mark6 = VirtualServerKey.firewallMark(7, .v6)

private func destination(
    _ endpoint: String, _ forwarding: Forwarding, _ weight: Int32 = 1, upper: UInt32 = 0, lower: UInt32 = 0,
    tunnel: Tunnel = .ipip
) -> Destination {
    Destination(
        Endpoint(endpoint)!, forwarding: forwarding, weight: weight, upperThreshold: upper,
        lowerThreshold: lower,
        tunnel: tunnel)
}

/// The requests that ipvsadm made of its command lines, in the order of the recording.
private let requests: [Request?] =
    [
        .change(.addService(tcp, ServiceOptions(scheduler: "rr"))),
        .change(.addService(dns, ServiceOptions(scheduler: "rr", flags: .onePacket))),
        .change(.addService(mark, ServiceOptions(scheduler: "wrr"))),
        .change(.addService(mark6, ServiceOptions(scheduler: "wrr", family: .v6))),
        .change(
            .addService(
                tcp6, ServiceOptions(scheduler: "wlc", flags: .persistent, timeout: 600, netmaskLength: 64))),
        .change(
            .addService(
                any,
                ServiceOptions(
                    scheduler: "sh", flags: [.persistent, .scheduler1, .scheduler2], timeout: 300,
                    netmaskLength: 24))),
        .change(.addService(maglev, ServiceOptions(scheduler: "mh", flags: [.scheduler1, .scheduler2]))),
        .change(
            .addService(
                sip,
                ServiceOptions(scheduler: "rr", flags: .persistent, timeout: 60, persistenceEngine: "sip"))),
        .change(.addService(sctp, ServiceOptions(scheduler: "lc"))),
        .change(.addDestination(tcp, destination("10.0.0.21:80", .gate, 3))),
        .change(.addDestination(tcp, destination("10.0.0.22:8080", .masq, 0, upper: 100, lower: 50))),
        .change(.addDestination(tcp, destination("10.0.0.23:80", .ipip))),
        .change(
            .addDestination(tcp, destination("10.0.0.24:80", .ipip, tunnel: .gue(port: 6080, flags: 1)))),
        .change(.addDestination(tcp, destination("10.0.0.25:80", .ipip, tunnel: .gre(flags: 0)))),
        .change(.addDestination(tcp6, destination("[2001:db8::21]:443", .gate))),
        .change(.addDestination(tcp6, destination("10.0.0.26:443", .ipip))),
        .change(.addDestination(mark, destination("10.0.0.21:0", .gate))),
        .change(.editDestination(tcp, destination("10.0.0.21:80", .gate, 0))),
        .change(
            .editService(tcp, ServiceOptions(scheduler: "wlc", flags: .persistent, timeout: 360))),
    ]
    + [[.services], lists, [.services], lists, [.services], lists].flatMap { $0 }
    + [
        .service(tcp),
        .destinations(tcp),
        .zero(tcp),
        .setTimeouts(ConnectionTimeouts(tcp: 900, tcpFin: 120, udp: 300)),
        .timeouts,
        nil, nil, nil,  // the synchronisation daemon, which isn't ours to start
        .change(.deleteDestination(tcp, Endpoint("10.0.0.22:8080")!)),
        .change(.deleteDestination(tcp, Endpoint("9.9.9.9:80")!)),
        .change(.deleteService(tcp)),
        .change(.deleteService(.endpoint(.tcp, Endpoint("9.9.9.9:80")!))),
        .flush,
    ]

private let lists: [Request?] = [tcp, any, maglev, dns, sip, sctp, tcp6, mark, mark6].map { .destinations($0) }

@Suite("Requests are ipvsadm's, byte for byte") struct RequestTests {
    @Test("every line of the recording has its request here")
    func complete() {
        #expect(RecordedRequest.all.count == 96)
        #expect(RecordedRequest.all.filter { $0.name != "GET_INFO" }.count == requests.count)
    }

    @Test("each request", arguments: zip(RecordedRequest.all.filter { $0.name != "GET_INFO" }, requests))
    func request(recorded: RecordedRequest, request: Request?) throws {
        guard let request else { return }
        var expected = recorded.payload
        if request == .change(.addDestination(tcp6, destination("10.0.0.26:443", .ipip))) {
            // ipvsadm leaves the end of the service's address in the octets that an IPv4 address doesn't use.
            let last = try #require(
                expected.indices.reversed().first { expected[$0...].starts(with: [1, 0, 6, 0, 2, 0]) })
            expected[last] = 0
        }
        #expect(hex(request.payload) == hex(expected))
        #expect(request.isDump == (recorded.flags & 0x300 != 0))
    }

    @Test("the version is asked for each time")
    func information() {
        for recorded in RecordedRequest.all where recorded.name == "GET_INFO" {
            #expect(hex(Request.information.payload) == hex(recorded.payload))
        }
    }

    @Test("attributes that are read and written again stay what they are", arguments: RecordedRequest.all)
    func attributes(recorded: RecordedRequest) throws {
        var writer = AttributeWriter(after: Array(recorded.payload.prefix(4)))
        writer.copy(try Attributes(recorded.payload.dropFirst(4)))
        #expect(hex(writer.bytes) == hex(recorded.payload))
    }
}

extension AttributeWriter {
    fileprivate mutating func copy(_ attributes: Attributes) {
        for attribute in attributes.all {
            if attribute.isNested, let inner = try? attribute.nested() {
                append(attribute.type) { $0.copy(inner) }
            } else {
                append(attribute.type, bytes: attribute.payload)
            }
        }
    }
}

private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}
