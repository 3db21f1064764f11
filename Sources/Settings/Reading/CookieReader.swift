/// Reads the statements about DNS cookies that take more than yes or no.
enum CookieReader {
    /// Octets of a secret of SipHash (RFC 9018 §4.4).
    private static let octets = 16
    /// Secrets at a time: one in use, and those of a rollover; each may cost a hash per query.
    static let maximumSecrets = 4

    /// `siphash24` is what there is; BIND's older `aes` is no standard, and servers of other makes lack it.
    static func algorithm(_ cursor: inout StatementCursor) {
        guard let word = cursor.word("a cookie algorithm") else { return }
        switch word.keyword {
        case "siphash24": return
        case "aes":
            cursor.fail(
                "cookies by 'aes' can't be made: RFC 9018 leaves 'siphash24' alone", at: word.place,
                hint: "write siphash24, here and on all servers that share the secret, which may stay the same")
        default: cursor.fail("a cookie algorithm is siphash24, not '\(word.text)'", at: word.place)
        }
    }

    /// Adds a secret.
    static func secret(_ cursor: inout StatementCursor, _ settings: inout Settings) {
        guard let word = cursor.word("a secret in hexadecimal digits") else { return }
        let digits = word.text.compactMap(\.hexDigitValue)
        guard digits.count == word.text.count, word.text.allSatisfy(\.isASCII) else {
            return cursor.fail("a secret is written in hexadecimal digits", at: word.place)
        }
        guard digits.count == 2 * octets else {
            return cursor.fail(
                "a cookie secret has \(2 * octets) hexadecimal digits (128 bits), this one \(digits.count)",
                at: word.place)
        }
        let secret = (0..<octets).map { UInt8(digits[2 * $0] << 4 | digits[2 * $0 + 1]) }
        if settings.cookieSecrets.contains(secret) {
            return cursor.fail("this secret is written twice", at: word.place)
        }
        if settings.cookieSecrets.count == maximumSecrets {
            return cursor.fail("there may be \(maximumSecrets) secrets at a time", at: word.place)
        }
        settings.cookieSecrets.append(secret)
    }
}
