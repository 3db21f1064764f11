import Answering
import Testing

@Suite("Opcodes and classes (RFC 1035 §4.1.1, RFC 6895, RFC 8906 §3.1.4)")
struct OpcodesAndClassesTests {
    static let zone = RFC8906Tests.zone

    @Test("Every opcode that is not QUERY is NOTIMP, with a question or with none", arguments: 1...15)
    func opcode(_ opcode: Int) throws {
        let server = try Server(["example": Self.zone])
        for question in ["example. SOA", "+header-only", "+rec example. SOA +edns=0"] {
            let answer = try server.ask("+opcode=\(opcode) \(question)")
            #expect(answer.status == (question.contains("+rec") ? "NOTIMP rd" : "NOTIMP"))
            #expect(answer.answer.isEmpty && answer.authority.isEmpty && answer.additional.isEmpty)
        }
    }

    static let classes = transcript(
        """
        ; RFC 1034 §4.3.2, RFC 1035 §3.2.5: any class is answered from ours, never with authority
        dig -c ANY example. SOA
        NOERROR
        ANSWER
        example. 3600 SOA ns.example. admin.example. 1 3600 300 604800 300

        ; RFC 8906 §3.1.4 asks for no more than an answer; no zone of that class is here
        dig -c HS example. SOA
        REFUSED

        ; a class for updates (RFC 2136 §1.3)
        dig -c NONE example. SOA
        REFUSED

        ; a class that nobody has
        dig -c CLASS32 example. SOA
        REFUSED

        ; a class that is reserved
        dig -c CLASS0 example. SOA
        REFUSED

        ; a zone of another class is no zone of ours
        dig -c CH example. SOA
        REFUSED
        """)

    @Test(arguments: classes) func recordClass(_ exchange: Exchange) throws {
        try Server(["example": Self.zone]).expect(exchange)
    }

    static let zones = transcript(
        """
        ; no zone for it
        dig www.elsewhere.test. A
        REFUSED

        ; the root, without a root zone
        dig . NS
        REFUSED

        ; the zone's parent
        dig com. NS
        REFUSED

        ; RFC 2136's header bits do not matter in a question
        dig +aa +tc +ra example. SOA
        NOERROR aa
        ANSWER
        example. 3600 SOA ns.example. admin.example. 1 3600 300 604800 300
        """)

    @Test("What is of no zone, and flags that a question should not have", arguments: zones)
    func foreign(_ exchange: Exchange) throws {
        try Server(["example": Self.zone]).expect(exchange)
    }
}
