import Answering
import Testing

@Suite("RFC 1034 §4.2.1, RFC 4035 §3.1.4: a parent and its child on one server")
struct ParentAndChildTests {
    static let digest = "0000000000000000000000000000000000000001"
    static let parent = """
        @ SOA ns admin 1 3600 300 604800 300
        @ NS ns
        ns A 192.0.2.1
        child NS ns.child
        child DS 12345 8 1 \(digest)
        ns.child A 192.0.2.2
        lonely NS ns.lonely
        ns.lonely A 192.0.2.3
        www CNAME www.child
        """
    static let child = """
        @ SOA ns admin 7 3600 300 604800 60
        @ NS ns
        ns A 192.0.2.22
        www A 192.0.2.23
        deep.grand NS ns.test.
        """

    static let rows = transcript(
        """
        ; RFC 4035 §3.1.4.1: the DS is the parent's
        dig child.test. DS
        NOERROR aa
        ANSWER
        child.test. 3600 DS 12345 8 1 \(digest)

        ; RFC 4035 §3.1.4.1: that there is none is the parent's to say
        dig lonely.test. DS
        NOERROR aa
        AUTHORITY
        test. 300 SOA ns.test. admin.test. 1 3600 300 604800 300

        ; RFC 1034 §4.3.2, step 2: all else is of the nearest zone
        dig child.test. SOA
        NOERROR aa
        ANSWER
        child.test. 3600 SOA ns.child.test. admin.child.test. 7 3600 300 604800 60

        ; the child's word on its name servers, not the parent's glue
        dig child.test. NS
        NOERROR aa
        ANSWER
        child.test. 3600 NS ns.child.test.
        ADDITIONAL
        ns.child.test. 3600 A 192.0.2.22

        ; what the child has not
        dig child.test. TXT
        NOERROR aa
        AUTHORITY
        child.test. 60 SOA ns.child.test. admin.child.test. 7 3600 300 604800 60

        ; below the child
        dig gone.child.test. A
        NXDOMAIN aa
        AUTHORITY
        child.test. 60 SOA ns.child.test. admin.child.test. 7 3600 300 604800 60

        ; a DS below the child's apex is the child's
        dig deep.grand.child.test. DS
        NOERROR aa
        AUTHORITY
        child.test. 60 SOA ns.child.test. admin.child.test. 7 3600 300 604800 60

        ; another cut of the parent
        dig www.lonely.test. A
        NOERROR
        AUTHORITY
        lonely.test. 3600 NS ns.lonely.test.
        ADDITIONAL
        ns.lonely.test. 3600 A 192.0.2.3

        ; an alias goes on in the child
        dig www.test. A
        NOERROR aa
        ANSWER
        www.test. 3600 CNAME www.child.test.
        www.child.test. 3600 A 192.0.2.23
        """)

    @Test(arguments: rows) func both(_ exchange: Exchange) throws {
        try Server(["test": Self.parent, "child.test": Self.child]).expect(exchange)
    }

    static let alone = transcript(
        """
        ; RFC 4035 §3.1.4.1: a server of the child alone says that the child has none
        dig child.test. DS
        NOERROR aa
        AUTHORITY
        child.test. 60 SOA ns.child.test. admin.child.test. 7 3600 300 604800 60

        ; no zone here
        dig test. NS
        REFUSED
        """)

    @Test("The child alone", arguments: alone) func childAlone(_ exchange: Exchange) throws {
        try Server(["child.test": Self.child]).expect(exchange)
    }

    @Test("A child that could not be read is SERVFAIL, its DS is not") func broken() throws {
        let server = try Server(["test": Self.parent, "child.test": nil])
        #expect(try server.ask("www.child.test. A").status == "SERVFAIL")
        #expect(try server.ask("child.test. SOA").status == "SERVFAIL")
        #expect(try server.ask("child.test. DS").answer == ["child.test. 3600 DS 12345 8 1 \(Self.digest)"])
    }
}
