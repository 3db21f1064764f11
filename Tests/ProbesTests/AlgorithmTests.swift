import Health
import Testing

@testable import Probes

@Suite("What logins are made of")
struct AlgorithmTests {
    private func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.filter { !$0.isWhitespace }
        return stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(digits.dropFirst($0).prefix(2), radix: 16)
        }
    }

    @Test("Digests (RFC 1321 A.5, FIPS 180-4)")
    func digests() {
        let abc = Array("abc".utf8)
        #expect(Digest.md5(abc) == bytes("900150983cd24fb0d6963f7d28e17f72"))
        #expect(Digest.sha1(abc) == bytes("a9993e364706816aba3e25717850c26c9cd0d89d"))
        #expect(
            Digest.sha256(abc)
                == bytes("ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad"))
    }

    @Test("HMAC-MD5 (RFC 2104), HMAC-SHA-256 (RFC 4231 §4.3)")
    func codes() {
        let text = Array("what do ya want for nothing?".utf8)
        #expect(Digest.md5.code(of: text, key: Array("Jefe".utf8)) == bytes("750c783e6ab0b503eaa86e310a5db738"))
        #expect(
            Digest.sha256.code(of: text, key: Array("Jefe".utf8))
                == bytes("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"))
    }

    @Test("SCRAM-SHA-256 (RFC 7677 §3)")
    func scram() throws {
        // The RFC names the user in the conversation; PostgreSQL names it elsewhere. The proof covers what was said,
        // so the RFC's own numbers need the RFC's own words.
        var conversation = SCRAM(password: "pencil", nonce: "rOprNGfwEbeRWgbNEkqO", user: "user")
        #expect(conversation.first == Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
        let answer = try conversation.answer(
            to: Array(
                "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096".utf8))
        #expect(
            String(decoding: answer, as: UTF8.self)
                == "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        )
        #expect(conversation.isServer(Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8)))
        #expect(!conversation.isServer(Array("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5=".utf8)))
    }

    @Test(
        "A challenge that is none, or asks for too much",
        arguments: [
            "", "r=other,s=QQ==,i=1", "r=abc,s=QQ==,i=1", "r=abcd,s=?,i=1", "r=abcd,s=QQ==,i=0",
            "r=abcd,s=QQ==,i=100001",
        ])
    func badChallenges(_ challenge: String) {
        var conversation = SCRAM(password: "x", nonce: "abc")
        #expect(throws: ProbeFailure.self) { try conversation.answer(to: Array(challenge.utf8)) }
    }

    @Test("RADIUS: a password as it travels, and an answer (RFC 2865 §7.1)")
    func radius() {
        let authenticator = bytes("0f403f9473978057bd83d5cb98f4227a")
        #expect(
            RADIUSDialogue.Request.hidden(
                Array("arctangent".utf8), Array("xyzzy5461".utf8), authenticator)
                == bytes("0dbe708d93d413ce3196e43f782a0aee"))
        let request = RADIUSDialogue.Request(
            ServiceCheck(.radius, login: "nemo", password: "arctangent", secret: "xyzzy5461"), identifier: 0,
            authenticator: authenticator)
        let accept = bytes(
            "02000026 86fe220e7624ba2a1005f6bf9b55e0b2 060600000001 0f0600000000 0e06c0a80103")
        #expect(request.code(of: accept) == 2)
        // Each of these is somebody else's.
        for index in [0, 1, 4, 30] {
            var forged = accept
            forged[index] ^= 1
            #expect(request.code(of: forged) == nil)
        }
        #expect(request.code(of: Array(accept.dropLast())) == nil && request.code(of: []) == nil)
    }

    @Test(
        "Base 64 (RFC 4648 §10)",
        arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func base64(_ text: String, _ code: String) {
        #expect(Base64.encode(Array(text.utf8)) == code)
        #expect(Base64.decode(code) == Array(text.utf8))
    }

    @Test("An echo reply is known by its token, whatever comes")
    func echo() {
        let token: UInt64 = 0x0102_0304_0506_0708
        var message = Pinger.request(token, 1, isIPv6: false)
        // The sum of a message with its checksum is all ones (RFC 1071).
        let words = stride(from: 0, to: message.count - message.count % 2, by: 2).map {
            UInt32(message[$0]) << 8 | UInt32(message[$0 + 1])
        }
        let sum = words.reduce(0, +)
        #expect((sum & 0xFFFF) + (sum >> 16) == 0xFFFF)
        #expect(Pinger.token(message[...], isIPv6: false, hasHeader: false) == nil)
        message[0] = 0
        #expect(Pinger.token(message[...], isIPv6: false, hasHeader: false) == token)
        let packet = [0x46] + [UInt8](repeating: 0, count: 23) + message
        #expect(Pinger.token(packet[...], isIPv6: false, hasHeader: true) == token)
        for count in 0..<40 {
            #expect(Pinger.token(packet.prefix(min(count, 39)), isIPv6: false, hasHeader: true) == nil)
        }
    }
}
