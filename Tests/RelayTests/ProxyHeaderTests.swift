import Addresses
import Director
import Testing

@testable import Relay

@Suite("The PROXY protocol", .timeLimit(.minutes(1)))
struct ProxyHeaderTests {
    /// The texts are those of proxy-protocol.txt §2.1, with our addresses.
    @Test(
        arguments: [
            ("192.168.0.1:56324", "192.168.0.11:443", "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n"),
            ("[2001:db8::1]:56324", "[2001:db8::2]:443", "PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n"),
        ])
    func text(client: String, virtual: String, header: String) throws {
        let (client, virtual) = (try #require(Endpoint(client)), try #require(Endpoint(virtual)))
        #expect(ProxyProtocol.v1.header(client: client, virtual: virtual) == Array(header.utf8))
    }

    @Test("in binary: signature, version and command, family, length, addresses, ports")
    func binary() throws {
        let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
        let four = ProxyProtocol.v2.header(
            client: try #require(Endpoint("192.168.0.1:56324")),
            virtual: try #require(Endpoint("192.168.0.11:443")))
        // 56324 is 0xDC04, 443 is 0x01BB.
        #expect(
            four == signature + [0x21, 0x11, 0, 12, 192, 168, 0, 1, 192, 168, 0, 11, 0xDC, 0x04, 0x01, 0xBB])
        let six = ProxyProtocol.v2.header(
            client: try #require(Endpoint("[2001:db8::1]:1")),
            virtual: try #require(Endpoint("[2001:db8::2]:2")))
        let network: [UInt8] = [0x20, 0x01, 0x0D, 0xB8] + Array(repeating: 0, count: 11)
        #expect(six == signature + [0x21, 0x21, 0, 36] + network + [1] + network + [2] + [0, 1, 0, 2])
    }

    @Test("stands before what the client sends", arguments: ProxyProtocol.allCases)
    func first(version: ProxyProtocol) async throws {
        try await RelayBench.run(net: version == .v1 ? 40 : 41) { bench in
            try await TestServer.run(.named("RS1"), at: bench.host(2)) {
                let server = Destination(bench.host(2), proxyProtocol: version)
                try await bench.apply(.addDestination(bench.key, server))
                let answer = Array(try await ask(bench.virtual, "hello").utf8)
                #expect(answer.starts(with: Array("RS1:".utf8)))
                #expect(answer.suffix(5) == Array("hello".utf8)[...])
                let header = answer.dropFirst(4).dropLast(5)
                switch version {
                case .v1:
                    let words = String(decoding: header, as: UTF8.self).split(separator: " ")
                    #expect(words.prefix(4) == ["PROXY", "TCP4", "127.0.0.1", "127.60.40.1"])
                    #expect(words.last == "28080\r\n")
                case .v2:
                    // Octets beyond ASCII have become U+FFFD in the text: 0x21 0x11 and the length say enough.
                    #expect(
                        header.starts(with: [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54]))
                    #expect(Array(header.dropFirst(12).prefix(4)) == [0x21, 0x11, 0, 12])
                }
            }
        }
    }
}
