import Answering
import Testing

@Suite("RFC 8906 §8: the probes")
struct RFC8906Tests {
    static let zone = """
        @ SOA ns admin 1 3600 300 604800 300
        @ NS ns
        ns A 192.0.2.1
        """
    static let soa = "ANSWER\nexample. 3600 SOA ns.example. admin.example. 1 3600 300 604800 300"
    static let denial = "AUTHORITY\nexample. 300 SOA ns.example. admin.example. 1 3600 300 604800 300"

    static let basic = transcript(
        """
        ; §8.1.1 is the server configured for the zone
        dig +noedns +noad +norec soa example.
        NOERROR aa
        \(soa)

        ; §8.1.2 unknown types
        dig +noedns +noad +norec type1000 example.
        NOERROR aa
        \(denial)

        ; §8.1.3.1 CD=1
        dig +noedns +noad +norec +cd soa example.
        NOERROR aa
        \(soa)

        ; §8.1.3.2 AD=1
        dig +noedns +norec +ad soa example.
        NOERROR aa
        \(soa)

        ; §8.1.3.3 the reserved bit
        dig +noedns +noad +norec +zflag soa example.
        NOERROR aa
        \(soa)

        ; §8.1.3.4 recursion desired
        dig +noedns +noad +rec soa example.
        NOERROR aa rd
        \(soa)

        ; §8.1.4 unknown opcodes
        dig +noedns +noad +opcode=15 +norec +header-only
        NOTIMP

        ; §8.1.5 TCP
        dig +noedns +noad +norec +tcp soa example.
        NOERROR aa
        \(soa)
        """)

    @Test("§8.1: basic", arguments: basic) func basicProbe(_ exchange: Exchange) throws {
        try Server(["example": Self.zone]).expect(exchange)
    }

    static let extended = transcript(
        """
        ; §8.2.1 EDNS, version 0
        dig +nocookie +edns=0 +noad +norec soa example.
        NOERROR aa
        EDNS udp 1232
        \(soa)

        ; §8.2.2 version 1
        dig +nocookie +edns=1 +noednsneg +noad +norec soa example.
        BADVERS
        EDNS udp 1232

        ; §8.2.3 unknown options
        dig +nocookie +edns=0 +noad +norec +ednsopt=100 soa example.
        NOERROR aa
        EDNS udp 1232
        \(soa)

        ; §8.2.4 unknown flags
        dig +nocookie +edns=0 +noad +norec +ednsflags=0x40 soa example.
        NOERROR aa
        EDNS udp 1232
        \(soa)

        ; §8.2.5 version 1 with unknown flags
        dig +nocookie +edns=1 +noednsneg +noad +norec +ednsflags=0x40 soa example.
        BADVERS
        EDNS udp 1232

        ; §8.2.6 version 1 with unknown options
        dig +nocookie +edns=1 +noednsneg +noad +norec +ednsopt=100 soa example.
        BADVERS
        EDNS udp 1232

        ; §8.2.7 a truncated answer has its OPT record; see below
        dig +nocookie +edns=0 +noad +norec +dnssec soa example.
        NOERROR aa
        EDNS udp 1232, do
        \(soa)

        ; §8.2.8 DO=1
        dig +nocookie +edns=0 +noad +norec +dnssec soa example.
        NOERROR aa
        EDNS udp 1232, do
        \(soa)

        ; §8.2.9 version 1 with DO=1: the flag may come back or not
        dig +nocookie +edns=1 +noednsneg +noad +norec +dnssec soa example.
        BADVERS
        EDNS udp 1232, do
        """)

    @Test("§8.2: EDNS", arguments: extended) func extendedProbe(_ exchange: Exchange) throws {
        try Server(["example": Self.zone]).expect(exchange)
    }

    @Test("§8.2.7: EDNS in a truncated answer") func truncated() throws {
        let zone = Self.zone + "\n" + (0..<40).map { "many A 192.0.2.\($0)" }.joined(separator: "\n")
        let answer = try Server(["example": zone]).ask("+norec +dnssec +bufsize=512 +ignore many.example. A")
        #expect(answer.status == "NOERROR aa tc")
        #expect(answer.edns == "udp 1232, do")
    }

    @Test("§8.2.10: several options that are known to some") func severalOptions() throws {
        let answer = try Server(["example": Self.zone]).ask(
            "+edns=0 +noad +norec +nsid +cookie +expire +subnet=0.0.0.0/0 soa example.")
        #expect(answer.status == "NOERROR aa")
        #expect(answer.answer == ["example. 3600 SOA ns.example. admin.example. 1 3600 300 604800 300"])
        let edns = try #require(answer.edns)
        // Of client subnet and expire nothing comes back: they are not served (RFC 7871 §7.2.1, RFC 7314 §2).
        #expect(!edns.contains("OPTION8 ") && !edns.contains("OPTION9 "))
    }
}
