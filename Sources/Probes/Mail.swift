public import Addresses
internal import Health

/// A message for people.
public struct Mail: Hashable, Sendable {
    /// Who sends it.
    public var sender: String
    /// Who gets it.
    public var recipients: [String]
    /// What it is about, in one line.
    public var subject: String
    /// The rest.
    public var lines: [String]

    /// A message; see the properties.
    public init(sender: String, recipients: [String], subject: String, lines: [String]) {
        self.sender = sender
        self.recipients = recipients
        self.subject = subject
        self.lines = lines
    }

    /// The whole message: lines without their ends, none of which begins another header by what was written into it.
    var text: [String] {
        let header = [
            "From: \(sender)", "To: \(recipients.joined(separator: ", "))", "Subject: \(subject)",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
        ]
        return (header + [""] + lines).map { line in
            String(
                String.UnicodeScalarView(line.unicodeScalars.filter { $0 != "\r" && $0 != "\n" && $0 != "\0" }))
        }
    }

    /// The whole message as sendmail(8) reads it.
    public var bytes: [UInt8] { text.flatMap { Array($0.utf8) + [10] } }

    /// A program that sends it.
    public var sendmail: Program { Program("/usr/sbin/sendmail", ["-i", "-t", "-f", sender], input: bytes) }
}

extension Prober {
    /// Hands a message to a mail server (RFC 5321); what went wrong, nil if nothing did.
    @concurrent
    public func send(_ mail: Mail, to server: Endpoint, within timeout: Duration) async -> String? {
        do throws(ProbeFailure) {
            try await converse(server, .stream, until: Deadline(timeout)) { (wire) async throws(ProbeFailure) in
                wire.expect("the greeting")
                try await wire.reply(2)
                wire.send(line: "EHLO \(Self.hostName)", awaiting: "the answer to EHLO")
                if try await wire.reply({ $0 / 100 == 2 || $0 / 100 == 5 }).code / 100 == 5 {
                    wire.send(line: "HELO \(Self.hostName)", awaiting: "the answer to HELO")
                    try await wire.reply(2)
                }
                wire.send(line: "MAIL FROM:<\(mail.sender)>", awaiting: "the answer to MAIL")
                try await wire.reply(2)
                for recipient in mail.recipients {
                    wire.send(line: "RCPT TO:<\(recipient)>", awaiting: "the answer to RCPT")
                    try await wire.reply(2)
                }
                wire.send(line: "DATA", awaiting: "the answer to DATA")
                try await wire.reply(3)
                for line in mail.text {
                    wire.send(line: line.hasPrefix(".") ? "." + line : line, awaiting: "the end of the message")
                }
                wire.send(line: ".", awaiting: "the answer to the message")
                try await wire.reply(2)
                wire.send(line: "QUIT", awaiting: "the farewell")
            }
            return nil
        } catch {
            switch error.outcome {
            case .success(let words), .failure(let words), .undecided(let words): return words
            }
        }
    }
}
