internal import Health
internal import NIOSSL

/// MySQL and MariaDB: the greeting; with a login a connection as that user, and with a query at least one row.
///
/// The password is shown as `mysql_native_password` and `caching_sha2_password` have it. Where the latter wants it
/// in full, that is by TLS only.
struct MySQLDialogue {
    private let check: ServiceCheck
    private var sequence: UInt8 = 0
    private var isSecure = false

    init(_ check: ServiceCheck) {
        self.check = check
    }

    mutating func hold(
        _ wire: inout Wire, _ tls: () throws(ProbeFailure) -> NIOSSLContext
    ) async throws(ProbeFailure) {
        wire.expect("the greeting")
        let greeting = try Greeting(try await packet(&wire))
        if check.login.isEmpty { return }
        var capabilities = Self.capabilities | (check.database.isEmpty ? 0 : 8)
        if greeting.hasTLS && greeting.plugin == Self.caching {
            capabilities |= 0x800
            send(head(capabilities), &wire, awaiting: "TLS")
            try await wire.startTLS(tls())
            isSecure = true
        }
        let plugin = greeting.plugin == Self.caching ? Self.caching : Self.native
        let proof = proof(plugin, greeting.challenge)
        var response = head(capabilities) + Array(check.login.utf8) + [0, UInt8(proof.count)] + proof
        if !check.database.isEmpty { response += Array(check.database.utf8) + [0] }
        send(response + Array(plugin.utf8) + [0], &wire, awaiting: "the answer to the login")
        try await logIn(&wire, plugin)
        if check.request.isEmpty {
            sequence = 0
            send([1], &wire, awaiting: "nothing")
            return
        }
        try await query(&wire)
    }

    // MARK: Login

    private static let native = "mysql_native_password"
    private static let caching = "caching_sha2_password"
    /// Long passwords, protocol 4.1, transactions, challenges, plug-ins.
    private static let capabilities: UInt32 = 0x1 | 0x200 | 0x2000 | 0x8000 | 0x8_0000

    /// What the server says at first.
    private struct Greeting {
        var challenge: [UInt8]
        var plugin = MySQLDialogue.native
        var hasTLS = false

        init(_ packet: [UInt8]) throws(ProbeFailure) {
            guard packet.first == 10, let end = packet.dropFirst().firstIndex(of: 0), packet.count >= end + 16
            else {
                throw ProbeFailure("the greeting is no MySQL of version 10")
            }
            var rest = packet[(end + 5)...]
            challenge = Array(rest.prefix(8))
            rest = rest.dropFirst(9)
            var capabilities = UInt32(rest[rest.startIndex]) | UInt32(rest[rest.startIndex + 1]) << 8
            rest = rest.dropFirst(5)
            if rest.count >= 13 {
                capabilities |=
                    UInt32(rest[rest.startIndex]) << 16 | UInt32(rest[rest.startIndex + 1]) << 24
                let count = max(13, Int(rest[rest.startIndex + 2]) - 8)
                rest = rest.dropFirst(13)
                // The last octet is a zero.
                challenge += rest.prefix(count).prefix(12)
                rest = rest.dropFirst(count)
                if capabilities & 0x8_0000 != 0 {
                    plugin = String(decoding: rest.prefix { $0 != 0 }, as: UTF8.self)
                }
            }
            hasTLS = capabilities & 0x800 != 0
        }
    }

    /// How the client's side begins.
    private func head(_ capabilities: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: capabilities >> (8 * $0)) } + [0, 0, 0, 1, 33]
            + [UInt8](repeating: 0, count: 23)
    }

    /// What shows that we know the password.
    private func proof(_ plugin: String, _ challenge: [UInt8]) -> [UInt8] {
        let password = Array(check.password.utf8)
        if password.isEmpty { return [] }
        switch plugin {
        case Self.native:
            let once = Digest.sha1(password)
            return once ^ Digest.sha1(challenge + Digest.sha1(once))
        default:
            let once = Digest.sha256(password)
            return once ^ Digest.sha256(Digest.sha256(once) + challenge)
        }
    }

    private mutating func logIn(_ wire: inout Wire, _ announced: String) async throws(ProbeFailure) {
        var plugin = announced
        // A switch of the plug-in and a second round are the most that a server needs.
        for _ in 0..<6 {
            let packet = try await packet(&wire)
            switch packet.first {
            case 0: return
            case 0xFE:
                let rest = packet.dropFirst()
                plugin = String(decoding: rest.prefix { $0 != 0 }, as: UTF8.self)
                let challenge = Array(rest.dropFirst(plugin.utf8.count + 1).prefix(20))
                guard plugin == Self.native || plugin == Self.caching else {
                    throw ProbeFailure("the server wants '\(plugin.quotable)', which the check can't")
                }
                send(proof(plugin, challenge), &wire, awaiting: "the answer to the login")
            case 1 where packet.dropFirst().first == 3: continue
            case 1 where packet.dropFirst().first == 4:
                guard isSecure else {
                    throw ProbeFailure("the server wants the whole password, but has no TLS")
                }
                send(Array(check.password.utf8) + [0], &wire, awaiting: "the answer to the login")
            default: throw ProbeFailure("the answer to the login is no MySQL")
            }
        }
        throw ProbeFailure("the login has no end")
    }

    // MARK: Queries

    /// Asks; the first row decides.
    private mutating func query(_ wire: inout Wire) async throws(ProbeFailure) {
        sequence = 0
        send([3] + Array(check.request.utf8), &wire, awaiting: "rows")
        let head = try await packet(&wire)
        // One octet is the number of columns; more than 250 are none that a check asks for.
        guard let columns = head.first, (1...250).contains(columns) else {
            throw ProbeFailure("the query has no rows")
        }
        for _ in 0..<columns { _ = try await packet(&wire) }
        guard Self.isEnd(try await packet(&wire)) else {
            throw ProbeFailure("the answer to the query is no MySQL")
        }
        if Self.isEnd(try await packet(&wire)) { throw ProbeFailure("the query has no rows") }
    }

    private static func isEnd(_ packet: [UInt8]) -> Bool { packet.first == 0xFE && packet.count < 9 }

    // MARK: Packets

    private mutating func send(_ content: [UInt8], _ wire: inout Wire, awaiting what: String) {
        let count = content.count
        let head = [UInt8(count & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count >> 16 & 0xFF), sequence]
        sequence &+= 1
        wire.send(head + content, awaiting: what)
    }

    /// Reads a packet; one that tells an error ends the probe.
    private mutating func packet(_ wire: inout Wire) async throws(ProbeFailure) -> [UInt8] {
        let head = try await wire.bytes(4)
        let count = Int(head[0]) | Int(head[1]) << 8 | Int(head[2]) << 16
        guard count <= Wire.maximumText else { throw ProbeFailure("a packet of \(count) bytes is too large") }
        sequence = head[3] &+ 1
        let content = try await wire.bytes(count)
        if content.first == 0xFF {
            let code = content.count >= 3 ? Int(content[1]) | Int(content[2]) << 8 : 0
            // After the code stand '#' and five characters, once the protocol has been agreed on.
            let text =
                content.dropFirst(3).first == UInt8(ascii: "#") ? content.dropFirst(9) : content.dropFirst(3)
            throw ProbeFailure("MySQL error \(code): \(Array(text).quotable)")
        }
        return content
    }
}
