internal import Health
internal import NIOSSL

/// PostgreSQL (its protocol 3.0): a connection, by TLS where the server can, with a password where it asks for one;
/// with a query at least one row.
struct PostgreSQLDialogue {
    /// Rounds of a password's hash that a server may ask for: above the usual 4096, and a blink for us.
    static let maximumIterations = 100_000

    private let check: ServiceCheck

    init(_ check: ServiceCheck) {
        self.check = check
    }

    func hold(_ wire: inout Wire, _ tls: () throws(ProbeFailure) -> NIOSSLContext) async throws(ProbeFailure) {
        wire.send(Self.framed(Self.number(80_877_103)), awaiting: "the answer to TLS")
        switch try await wire.bytes(1)[0] {
        case UInt8(ascii: "S"): try await wire.startTLS(tls())
        case UInt8(ascii: "N"): break
        default: throw ProbeFailure("the answer is no PostgreSQL")
        }
        if check.login.isEmpty { return }
        var startup = Self.number(196_608)
        let database = check.database.isEmpty ? check.login : check.database
        for text in ["user", check.login, "database", database, "application_name", "swerve"] {
            startup += Array(text.utf8) + [0]
        }
        wire.send(Self.framed(startup + [0]), awaiting: "the answer to the login")
        try await logIn(&wire)
        if !check.request.isEmpty { try await query(&wire) }
        wire.send([UInt8(ascii: "X")] + Self.framed([]), awaiting: "nothing")
    }

    // MARK: Login

    private func logIn(_ wire: inout Wire) async throws(ProbeFailure) {
        var scram: SCRAM?
        // Each reply costs many rounds of hashing: there is one, whatever the server repeats.
        var hasReplied = false
        while true {
            let (kind, content) = try await message(&wire)
            switch kind {
            case UInt8(ascii: "R"):
                guard content.count >= 4 else { throw Self.malformed }
                let rest = Array(content.dropFirst(4))
                switch Self.number(content) {
                case 0: break
                case 3: password(Array(check.password.utf8) + [0], &wire)
                case 5: password(md5(salt: Array(rest.prefix(4))) + [0], &wire)
                case 10:
                    guard rest.split(separator: 0).contains(Array("SCRAM-SHA-256".utf8)[...]) else {
                        throw ProbeFailure("the server wants a login that the check can't")
                    }
                    let conversation = SCRAM(password: check.password)
                    scram = conversation
                    let first = conversation.first
                    password(
                        Array("SCRAM-SHA-256".utf8) + [0] + Self.number(UInt32(first.count)) + first, &wire)
                case 11:
                    guard !hasReplied, let reply = try scram?.answer(to: rest) else { throw Self.malformed }
                    hasReplied = true
                    password(reply, &wire)
                case 12:
                    guard scram?.isServer(rest) == true else {
                        throw ProbeFailure("the server does not know the password itself")
                    }
                case let number:
                    throw ProbeFailure("the server wants a login of kind \(number), which the check can't")
                }
            case UInt8(ascii: "Z"): return
            // Parameters, the key to cancel, notices.
            case UInt8(ascii: "S"), UInt8(ascii: "K"), UInt8(ascii: "N"), UInt8(ascii: "v"): continue
            default: throw Self.malformed
            }
        }
    }

    private func password(_ content: [UInt8], _ wire: inout Wire) {
        wire.send([UInt8(ascii: "p")] + Self.framed(content), awaiting: "the answer to the password")
    }

    private func md5(salt: [UInt8]) -> [UInt8] {
        let inner = Digest.md5(Array((check.password + check.login).utf8)).hexadecimal
        return Array("md5".utf8) + Digest.md5(inner + salt).hexadecimal
    }

    // MARK: Queries

    /// Asks; the first row decides.
    private func query(_ wire: inout Wire) async throws(ProbeFailure) {
        wire.send(
            [UInt8(ascii: "Q")] + Self.framed(Array(check.request.utf8) + [0]), awaiting: "rows")
        while true {
            switch try await message(&wire).kind {
            case UInt8(ascii: "D"): return
            case UInt8(ascii: "Z"): throw ProbeFailure("the query has no rows")
            default: continue
            }
        }
    }

    // MARK: Messages

    private static let malformed = ProbeFailure("the answer is no PostgreSQL")

    private static func number(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    private static func number(_ bytes: [UInt8]) -> UInt32 {
        bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    private static func framed(_ content: [UInt8]) -> [UInt8] { number(UInt32(content.count + 4)) + content }

    /// Reads a message; one that tells an error ends the probe.
    private func message(_ wire: inout Wire) async throws(ProbeFailure) -> (kind: UInt8, content: [UInt8]) {
        let head = try await wire.bytes(5)
        let count = Int(Self.number(Array(head.dropFirst()))) - 4
        guard count >= 0, count <= Wire.maximumText else { throw Self.malformed }
        let content = try await wire.bytes(count)
        guard head[0] == UInt8(ascii: "E") else { return (head[0], content) }
        let fields = content.split(separator: 0)
        let text = fields.first { $0.first == UInt8(ascii: "M") } ?? []
        throw ProbeFailure("PostgreSQL error: \(Array(text.dropFirst()).quotable)")
    }
}

/// SCRAM-SHA-256 (RFC 5802, RFC 7677), the client's side.
struct SCRAM {
    private let password: String
    /// Empty where it is named elsewhere, as in PostgreSQL.
    private let user: String
    private let nonce: String
    private var serverSignature: [UInt8] = []

    init(
        password: String, nonce: String = String(decoding: [UInt8].random(12).hexadecimal, as: UTF8.self),
        user: String = ""
    ) {
        self.password = password
        self.user = user
        self.nonce = nonce
    }

    private var bare: String { "n=\(user),r=\(nonce)" }

    /// What the client says first.
    var first: [UInt8] { Array("n,,\(bare)".utf8) }

    /// What it says when the server has spoken.
    mutating func answer(to serverFirst: [UInt8]) throws(ProbeFailure) -> [UInt8] {
        let text = String(decoding: serverFirst, as: UTF8.self)
        let fields = Dictionary(
            text.split(separator: ",").map { ($0.prefix(2), $0.dropFirst(2)) },
            uniquingKeysWith: { first, _ in first })
        guard let both = fields["r="], both.hasPrefix(nonce), both.count > nonce.count,
            let salt = fields["s="].flatMap({ Base64.decode($0) }),
            let iterations = fields["i="].flatMap({ Int32($0) }),
            (1...Int32(PostgreSQLDialogue.maximumIterations)).contains(iterations)
        else { throw ProbeFailure("the login's challenge is none: '\(text.quotable)'") }
        let salted = Digest.sha256.key(password: Array(password.utf8), salt: salt, iterations: iterations)
        let clientKey = Digest.sha256.code(of: Array("Client Key".utf8), key: salted)
        let final = "c=biws,r=\(both)"
        let message = Array("\(bare),\(text),\(final)".utf8)
        let proof = clientKey ^ Digest.sha256.code(of: message, key: Digest.sha256(clientKey))
        let serverKey = Digest.sha256.code(of: Array("Server Key".utf8), key: salted)
        serverSignature = Digest.sha256.code(of: message, key: serverKey)
        return Array("\(final),p=\(Base64.encode(proof))".utf8)
    }

    /// Whether the server's last words show that it knows the password, too.
    func isServer(_ serverFinal: [UInt8]) -> Bool {
        !serverSignature.isEmpty && serverFinal == Array("v=\(Base64.encode(serverSignature))".utf8)
    }
}

/// Base 64 (RFC 4648 §4).
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let isFilled = place <= group.count
                text.append(isFilled ? digits[Int(bits >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes; nil for a text that is none.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for digit in text.utf8 where digit != UInt8(ascii: "=") {
            guard let value = digits.firstIndex(of: digit) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(bits >> UInt32(count) & 0xFF))
                bits &= (1 << UInt32(count)) - 1
            }
        }
        return bytes
    }
}
