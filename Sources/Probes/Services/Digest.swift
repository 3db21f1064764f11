internal import CCrypto

/// The digests that protocols ask for, by libcrypto, which libldns brings along. What is old here is theirs to judge:
/// a check speaks as its real server does.
enum Digest {
    case md5, sha1, sha256

    private var method: OpaquePointer? {
        switch self {
        case .md5: EVP_md5()
        case .sha1: EVP_sha1()
        case .sha256: EVP_sha256()
        }
    }

    /// The digest of bytes; empty where the system's policy forbids it.
    func callAsFunction(_ bytes: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard EVP_Digest(bytes, bytes.count, &digest, &count, method, nil) == 1 else { return [] }
        return Array(digest.prefix(Int(count)))
    }

    /// The code that shows who knows a key (RFC 2104).
    func code(of bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard HMAC(method, key, Int32(key.count), bytes, bytes.count, &digest, &count) != nil else { return [] }
        return Array(digest.prefix(Int(count)))
    }

    /// A key of 32 octets from a password (PBKDF2, RFC 8018 §5.2).
    func key(password: [UInt8], salt: [UInt8], iterations: Int32) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: 32)
        let result = password.withUnsafeBytes { password in
            PKCS5_PBKDF2_HMAC(
                password.bindMemory(to: CChar.self).baseAddress, Int32(password.count), salt, Int32(salt.count),
                iterations, method, Int32(key.count), &key)
        }
        return result == 1 ? key : []
    }
}

extension [UInt8] {
    /// Two digits for each byte, small letters.
    var hexadecimal: [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// Both, bit by bit; the longer one is cut.
    static func ^ (a: [UInt8], b: [UInt8]) -> [UInt8] {
        zip(a, b).map { $0 ^ $1 }
    }

    /// The bytes as text, made fit for a log line.
    var quotable: String { String(decoding: self, as: UTF8.self).quotable }

    /// Random bytes that nobody can guess.
    static func random(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
