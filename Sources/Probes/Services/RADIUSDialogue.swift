internal import Health

/// RADIUS (RFC 2865): asks for access as a user, and must be granted it.
enum RADIUSDialogue {
    static func hold(_ wire: inout Wire, _ check: ServiceCheck) async throws(ProbeFailure) {
        let request = Request(check, identifier: UInt8.random(in: 0...255), authenticator: .random(16))
        wire.send(request.bytes, awaiting: "the answer")
        while let datagram = try await wire.part() {
            guard let code = request.code(of: datagram) else { continue }
            switch code {
            case 2: return
            case 3: throw ProbeFailure("access rejected")
            case 11: throw ProbeFailure("access not granted: a challenge came")
            default: throw ProbeFailure("answered with code \(code)")
            }
        }
        throw ProbeFailure("closed without an answer")
    }

    /// An Access-Request.
    struct Request {
        let bytes: [UInt8]
        private let secret: [UInt8]
        private let identifier: UInt8
        private let authenticator: [UInt8]

        init(_ check: ServiceCheck, identifier: UInt8, authenticator: [UInt8]) {
            self.identifier = identifier
            self.authenticator = authenticator
            secret = Array(check.secret.utf8)
            var attributes = Self.attribute(1, Array(check.login.utf8.prefix(253)))
            attributes += Self.attribute(
                2, Self.hidden(Array(check.password.utf8.prefix(128)), secret, authenticator))
            attributes += Self.attribute(32, Array("swerve".utf8))
            // First, as what makes forged answers harder (RFC 3579 §3.2) wants it; zeros while it is computed.
            let length = 20 + 18 + attributes.count
            let head = [1, identifier, UInt8(length >> 8), UInt8(length & 0xFF)] + authenticator
            let zeros = [UInt8](repeating: 0, count: 16)
            let code = Digest.md5.code(of: head + Self.attribute(80, zeros) + attributes, key: secret)
            bytes = head + Self.attribute(80, code) + attributes
        }

        private static func attribute(_ type: UInt8, _ value: [UInt8]) -> [UInt8] {
            [type, UInt8(value.count + 2)] + value
        }

        /// The password as it travels (RFC 2865 §5.2).
        static func hidden(_ password: [UInt8], _ secret: [UInt8], _ authenticator: [UInt8]) -> [UInt8] {
            let padded =
                password + [UInt8](repeating: 0, count: password.isEmpty ? 16 : (16 - password.count % 16) % 16)
            var result: [UInt8] = []
            var last = authenticator
            for start in stride(from: 0, to: padded.count, by: 16) {
                last = Array(padded[start..<(start + 16)]) ^ Digest.md5(secret + last)
                result += last
            }
            return result
        }

        /// The code of an answer; nil for what is none, or comes from somebody who lacks the secret.
        func code(of answer: [UInt8]) -> UInt8? {
            guard answer.count >= 20, answer[1] == identifier else { return nil }
            let length = Int(answer[2]) << 8 | Int(answer[3])
            guard (20...answer.count).contains(length) else { return nil }
            let signed = Array(answer[..<4]) + authenticator + Array(answer[20..<length]) + secret
            return Digest.md5(signed) == Array(answer[4..<20]) ? answer[0] : nil
        }
    }
}
