internal import Health

/// The answer of a server to a command: three digits and a text, the last line of several.
struct Reply {
    var code: Int
    var text: String
}

extension Wire {
    /// Reads a reply as SMTP, FTP and NNTP have it; `254-` begins one of several lines.
    @discardableResult
    mutating func reply(_ isGood: (Int) -> Bool) async throws(ProbeFailure) -> Reply {
        var first: ArraySlice<UInt8>?
        while true {
            let line = try await line()
            let digits = line.prefix(3)
            guard digits.count == 3, digits.allSatisfy({ (48...57).contains($0) }) else {
                // Lines between the first and the last of a reply may be anything in FTP.
                if first != nil { continue }
                throw ProbeFailure("'\(line.quotable)' is no reply")
            }
            if line.count > 3, line[3] == UInt8(ascii: "-") {
                first = first ?? digits
                continue
            }
            if let first, digits != first { continue }
            let code = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
            if !isGood(code) { throw ProbeFailure("answered '\(line.quotable)'") }
            return Reply(code: code, text: String(decoding: line.dropFirst(4), as: UTF8.self))
        }
    }

    /// Reads a reply that must begin with this digit.
    @discardableResult
    mutating func reply(_ digit: Int) async throws(ProbeFailure) -> Reply {
        try await reply { $0 / 100 == digit }
    }
}

/// SMTP (RFC 5321): the greeting, an introduction, the farewell.
enum SMTPDialogue {
    static func hold(_ wire: inout Wire, _ check: ServiceCheck, name: String) async throws(ProbeFailure) {
        wire.expect("the greeting")
        try await wire.reply { $0 == 220 }
        wire.send(line: "EHLO \(name)", awaiting: "the answer to EHLO")
        let reply = try await wire.reply { $0 == 250 || $0 / 100 == 5 }
        if reply.code != 250 {
            wire.send(line: "HELO \(name)", awaiting: "the answer to HELO")
            try await wire.reply { $0 == 250 }
        }
        wire.send(line: "QUIT", awaiting: "the farewell")
    }
}

/// NNTP (RFC 3977): the greeting.
enum NNTPDialogue {
    static func hold(_ wire: inout Wire) async throws(ProbeFailure) {
        wire.expect("the greeting")
        try await wire.reply(2)
        wire.send(line: "QUIT", awaiting: "the farewell")
    }
}

/// POP3 (RFC 1939): the greeting, and a login where one is given.
enum POPDialogue {
    static func hold(_ wire: inout Wire, _ check: ServiceCheck) async throws(ProbeFailure) {
        wire.expect("the greeting")
        let greeting = try await answer(&wire, "greeted with")
        if !check.login.isEmpty { try await logIn(&wire, check, greeting) }
        wire.send(line: "QUIT", awaiting: "the farewell")
    }

    /// By APOP where the greeting has a time stamp, else or if that is refused with the password as it is.
    private static func logIn(
        _ wire: inout Wire, _ check: ServiceCheck, _ greeting: [UInt8]
    ) async throws(ProbeFailure) {
        if let start = greeting.firstIndex(of: UInt8(ascii: "<")),
            let end = greeting.lastIndex(of: UInt8(ascii: ">")),
            start < end
        {
            let digest = Digest.md5(Array(greeting[start...end]) + Array(check.password.utf8)).hexadecimal
            wire.send(
                line: "APOP \(check.login) \(String(decoding: digest, as: UTF8.self))",
                awaiting: "the answer to APOP")
            if try await wire.line().starts(with: "+OK".utf8) { return }
        }
        wire.send(line: "USER \(check.login)", awaiting: "the answer to USER")
        _ = try await answer(&wire, "login refused:")
        wire.send(line: "PASS \(check.password)", awaiting: "the answer to PASS")
        _ = try await answer(&wire, "login refused:")
    }

    private static func answer(_ wire: inout Wire, _ words: String) async throws(ProbeFailure) -> [UInt8] {
        let line = try await wire.line()
        if line.starts(with: "+OK".utf8) { return line }
        throw ProbeFailure("\(words) '\(line.quotable)'")
    }
}

/// IMAP4 (RFC 3501, RFC 9051): the greeting, and a login where one is given.
enum IMAPDialogue {
    static func hold(_ wire: inout Wire, _ check: ServiceCheck) async throws(ProbeFailure) {
        wire.expect("the greeting")
        let greeting = try await wire.line()
        let words = String(decoding: greeting.prefix(10), as: UTF8.self).uppercased()
        guard words.hasPrefix("* OK") || words.hasPrefix("* PREAUTH") else {
            throw ProbeFailure("greeted with '\(greeting.quotable)'")
        }
        if !check.login.isEmpty, !words.hasPrefix("* PREAUTH") {
            wire.send(
                line: "a LOGIN \(quoted(check.login)) \(quoted(check.password))",
                awaiting: "the answer to LOGIN")
            try await tagged(&wire, "a ")
        }
        wire.send(line: "b LOGOUT", awaiting: "the farewell")
    }

    /// Reads up to the line that ends a command's answer.
    private static func tagged(_ wire: inout Wire, _ tag: String) async throws(ProbeFailure) {
        while true {
            let line = try await wire.line()
            guard line.starts(with: tag.utf8) else { continue }
            let result = String(decoding: line.dropFirst(tag.utf8.count).prefix(3), as: UTF8.self)
            if result.uppercased().hasPrefix("OK") { return }
            throw ProbeFailure("login refused: '\(line.quotable)'")
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
    }
}

/// Redis: PING, after AUTH where a password is given.
enum RedisDialogue {
    static func hold(_ wire: inout Wire, _ check: ServiceCheck) async throws(ProbeFailure) {
        if !check.password.isEmpty {
            let who = check.login.isEmpty ? [] : [check.login]
            wire.send(command(["AUTH"] + who + [check.password]), awaiting: "the answer to AUTH")
            try await answer(&wire, "+OK")
        }
        wire.send(command(["PING"]), awaiting: "the answer to PING")
        try await answer(&wire, "+PONG")
    }

    private static func command(_ words: [String]) -> [UInt8] {
        Array("*\(words.count)\r\n".utf8)
            + words.flatMap { Array("$\($0.utf8.count)\r\n\($0)\r\n".utf8) }
    }

    private static func answer(_ wire: inout Wire, _ wanted: String) async throws(ProbeFailure) {
        let line = try await wire.line()
        if line != Array(wanted.utf8) { throw ProbeFailure("answered '\(line.quotable)'") }
    }
}

/// A text is sent, and what comes back is looked at line by line; `\n` in it is the end of a line.
enum SimpleTCPDialogue {
    static func hold(
        _ wire: inout Wire, _ check: ServiceCheck,
        _ finds: (_ lines: [[UInt8]]) async throws(ProbeFailure) -> Bool
    ) async throws(ProbeFailure) {
        var bytes: [UInt8] = []
        var rest = check.request[...]
        while let backslash = rest.firstRange(of: "\\n") {
            bytes += Array(rest[..<backslash.lowerBound].utf8) + [10]
            rest = rest[backslash.upperBound...]
        }
        wire.send(bytes + Array(rest.utf8), awaiting: "the answer")
        wire.finishSending()
        // What has come of a line that has no end yet.
        var line: [UInt8] = []
        var count = 0
        while count < Wire.maximumText, let part = try await wire.part() {
            count += part.count
            var lines: [[UInt8]] = []
            var rest = part[...]
            while let end = rest.firstIndex(of: 10) {
                lines.append(line + rest[...end])
                rest = rest[(end + 1)...]
                line = []
            }
            line += rest
            if !lines.isEmpty, try await finds(lines) { return }
        }
        if !line.isEmpty, try await finds([line]) { return }
        throw ProbeFailure(count == 0 ? "closed without an answer" : "no line matches")
    }
}
