import Addresses
import Director
import Testing

@Suite("Traffic as ipvsadm shows it")
struct TrafficTextTests {
    static let key = VirtualServerKey.endpoint(.tcp, Endpoint("192.168.214.140:80")!)
    static let server = Endpoint("192.168.214.143:80")!
    static let table = Table([key: TableEntry(ServiceOptions(), [Destination(server)])])
    static let traffic = ServiceTraffic(
        Traffic(
            totals: .init(
                connections: 1, packetsIn: 123_456_789, packetsOut: 0, octetsIn: 5_000_000_000, octetsOut: 7),
            rates: .init(connections: 9)))

    // The form of ipvsadm 1.31: print_title and print_largenum with FMT_EXACT.
    @Test func totals() {
        #expect(
            TableText.traffic(Self.table, [Self.key: Self.traffic], .totals) == """
                IP Virtual Server version 1.2.1 (size=4096)
                Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
                  -> RemoteAddress:Port
                TCP  192.168.214.140:80                  1 123456789        0 5000000000        7
                  -> 192.168.214.143:80                  0        0        0        0        0

                """)
    }

    @Test func rates() {
        let lines = TableText.traffic(Self.table, [Self.key: Self.traffic], .rates).split(separator: "\n")
        #expect(
            lines[1] == "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS")
        #expect(
            lines[3] == "TCP  192.168.214.140:80                  9        0        0        0        0")
    }
}
