import Answering
import TestZones
import Testing

@Suite("RFC 5001 (NSID), RFC 7828 (keepalive), RFC 7873 and 9018 (cookies), RFC 8914 (extended errors)")
struct EDNSOptionsTests {
    /// A server that has all of it.
    static func server(required: Bool = false) throws -> Server {
        let secret = try #require(CookieSecret(octets("e5e973e5a6b2a43f48e7dc849e37bfcf")))
        let server = try Server(
            ["example": RFC6891Tests.zone, "broken": nil],
            AnswerOptions(
                cookies: CookieOptions(secrets: [secret], areRequired: required),
                identity: ServerIdentity(serverID: Array("ns1.fra".utf8))))
        server.idleTimeout = 100
        return server
    }

    static let www = "ANSWER\nwww.example. 3600 A 192.0.2.3"

    static let rows = transcript(
        """
        ; RFC 5001 §2.2: the identifier for who asks
        dig www.example. A +nsid
        NOERROR aa
        EDNS udp 1232, NSID ns1.fra
        \(www)

        ; RFC 5001 §2.1: nobody else gets it
        dig www.example. A +edns=0
        NOERROR aa
        EDNS udp 1232
        \(www)

        ; RFC 7828 §3.3.2: over a stream the server says its timeout, in tenths of a second
        dig www.example. A +keepalive +tcp
        NOERROR aa
        EDNS udp 1232, KEEPALIVE 0064
        \(www)

        ; RFC 7828 §3.2.1: over UDP it is ignored
        dig www.example. A +keepalive
        NOERROR aa
        EDNS udp 1232
        \(www)

        ; RFC 7828 §3.2.1: who does not ask gets none
        dig www.example. A +edns=0 +tcp
        NOERROR aa
        EDNS udp 1232
        \(www)

        ; RFC 7828 §3.2.1: a client sends no timeout
        dig www.example. A +ednsopt=11:0064 +tcp
        FORMERR
        EDNS udp 1232

        ; RFC 7873 §5.2.1: no COOKIE option, none in the answer
        dig www.example. A
        NOERROR aa
        \(www)

        ; RFC 7873 §5.2.3: a client's cookie alone gets a server cookie: 8 + 16 octets (RFC 9018 §4)
        dig www.example. A +cookie=2464c4abcf10c957
        NOERROR aa
        EDNS udp 1232, COOKIE of 24 octets
        \(www)

        ; RFC 7873 §5.2.4: a server cookie that is none of ours
        dig www.example. A +cookie=2464c4abcf10c95701000000000000000000000000000000
        NOERROR aa
        EDNS udp 1232, COOKIE of 24 octets
        \(www)

        ; RFC 7873 §5.2.2: 7 octets
        dig www.example. A +cookie=2464c4abcf10c9
        FORMERR
        EDNS udp 1232

        ; RFC 7873 §5.2.2: 9 octets: a server cookie has 8 to 32
        dig www.example. A +cookie=2464c4abcf10c95701
        FORMERR
        EDNS udp 1232

        ; RFC 7873 §5.2.2: 41 octets
        dig www.example. A +cookie=2464c4abcf10c957010101010101010101010101010101010101010101010101010101010101010101
        FORMERR
        EDNS udp 1232

        ; RFC 8914 §4.21: not a zone of ours
        dig www.elsewhere.test. A +edns=0
        REFUSED
        EDNS udp 1232, EDE 20

        ; RFC 8914 §4.25: the zone could not be read
        dig www.broken. A +edns=0
        SERVFAIL
        EDNS udp 1232, EDE 24

        ; RFC 8914 §4.22: transfers are not supported
        dig example. AXFR +tcp +edns=0
        REFUSED
        EDNS udp 1232, EDE 21

        ; RFC 8914 §2: none without EDNS
        dig www.elsewhere.test. A
        REFUSED

        ; RFC 8914 §2: none where there is nothing to say
        dig gone.example. A +edns=0
        NXDOMAIN aa
        EDNS udp 1232
        AUTHORITY
        example. 300 SOA ns.example. admin.example. 1 3600 300 604800 300
        """)

    @Test(arguments: rows) func option(_ exchange: Exchange) throws {
        try Self.server().expect(exchange)
    }

    static let withoutQuestion = transcript(
        """
        ; RFC 7873 §5.4: no question, but a cookie
        dig +opcode=0 +header-only +cookie=2464c4abcf10c957
        NOERROR
        EDNS udp 1232, COOKIE of 24 octets

        ; RFC 7873 §5.4: without a cookie it is a mistake
        dig +opcode=0 +header-only +edns=0
        FORMERR
        EDNS udp 1232
        """)

    @Test("A query for a cookie alone", arguments: withoutQuestion) func cookieAlone(_ exchange: Exchange)
        throws
    {
        try Self.server().expect(exchange)
    }

    // RFC 9018 appendix A.1 and A.2: client, its address, the time, what the server answers.
    @Test(
        "RFC 9018 appendix A",
        arguments: [
            ("2464c4abcf10c957", "198.51.100.100", 1_559_731_985, "010000005cf79f111f8130c3eee29480"),
            ("fc93fc62807ddb86", "203.0.113.203", 1_559_734_700, "010000005cf7a9acf73a7810aca2381e"),
        ] as [(String, String, UInt32, String)])
    func vector(_ client: String, _ address: String, _ time: UInt32, _ cookie: String) throws {
        let server = try Self.server()
        server.time = time
        let command = try DigCommand("-b \(address) www.example. A +cookie=\(client)")
        let answer = try TestAnswer(try server.answer(command.message, from: address, over: .udp))
        #expect(answer.opt?.data == [0, 10, 0, 24] + (try octets(client + cookie)))
    }

    @Test("RFC 7873 §5.2.3: where cookies are required, BADCOOKIE brings the one to come back with")
    func required()
        throws
    {
        let server = try Self.server(required: true)
        let first = try DigCommand("www.example. A +cookie=2464c4abcf10c957")
        let answer = try TestAnswer(try server.answer(first.message, from: "192.0.2.1", over: .udp))
        #expect("\(answer.code)" == "BADCOOKIE")
        let cookie = try #require(answer.opt?.data.dropFirst(4)).map {
            ($0 < 16 ? "0" : "") + String($0, radix: 16)
        }
        .joined()
        let second = try server.ask("-b 192.0.2.1 www.example. A +cookie=\(cookie)")
        #expect(second.status == "NOERROR aa")
        // For another address it is worth nothing; over a stream none is needed.
        #expect(try server.ask("-b 192.0.2.2 www.example. A +cookie=\(cookie)").status == "BADCOOKIE")
        #expect(try server.ask("www.example. A +cookie=2464c4abcf10c957 +tcp").status == "NOERROR aa")
    }

    static let chaos = transcript(
        """
        ; RFC 4892 §3
        dig -c CH id.server. TXT
        NOERROR
        ANSWER
        id.server. 0 CH TXT "ns1.fra"

        ; what is not to be said
        dig -c CH version.bind. TXT
        REFUSED
        """)

    @Test("RFC 4892: which server it is", arguments: chaos) func identity(_ exchange: Exchange) throws {
        try Self.server().expect(exchange)
    }
}
