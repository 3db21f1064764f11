internal import Diagnostics
internal import DNSWire

/// Takes the records that a reader finds, one by one.
protocol RecordSink: ~Copyable {
    mutating func add(owner: RawSpan, type: RecordType, ttl: UInt32, data: RawSpan, location: UInt64)
    /// Whether it takes no more, so that reading on is of no use.
    var isFull: Bool { get }
}

/// Reads master files (RFC 1035 §5) in one pass: what is current, and what has been found.
struct MasterFileReader<Sink: RecordSink & ~Copyable>: ~Copyable {
    var sink: Sink
    let limits: ZoneFileLimits
    /// Where $INCLUDE begins; nil: in the folder of the file that has it.
    let directory: String?
    var files: [SourceFile] = []
    var findings: Findings
    var recordCount = 0

    /// What relative names are relative to, in wire form.
    var origin = WireBuffer(capacity: 256)
    /// The last owner, in wire form; empty before the first.
    var owner = WireBuffer(capacity: 1024)
    /// Whether the last owner couldn't be read, so that lines without one belong to nothing.
    var ownerIsBroken = false
    /// Whether the origin has changed since the last owner.
    var originIsNew = false
    /// The owner of a record that $GENERATE makes; the lines after it belong to the owner before it.
    var generatedOwner = WireBuffer(capacity: 1024)
    /// The data of the record being read.
    var data = WireBuffer(capacity: 65535)
    /// What $TTL says.
    var defaultTTL: UInt32?
    /// The last TTL that a record stated.
    var lastTTL: UInt32?

    init(sink: consuming Sink, origin: DomainName, directory: String?, limits: ZoneFileLimits) {
        self.sink = sink
        self.limits = limits
        self.directory = directory
        findings = Findings(limit: limits.diagnostics)
        self.origin.append(contentsOf: origin.wire)
    }

    /// Hands over the record that has been read.
    ///
    /// The parts come apart, since a view of one of them counts as a use of the whole `self`.
    @inline(__always)
    static func give(
        to sink: inout Sink, _ owner: borrowing WireBuffer, _ type: RecordType, _ ttl: UInt32,
        _ data: borrowing WireBuffer, _ location: RecordLocation
    ) {
        sink.add(owner: owner.bytes, type: type, ttl: ttl, data: data.bytes, location: location.packed)
    }

    /// Reads a file that has been added.
    mutating func read(_ file: Int) {
        let memory = files[file].bytes
        let bytes = memory.octets
        if bytes.isEmpty { return }
        var lexer = Lexer(bytes)
        if bytes.count > 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            lexer.offset = 3
            note(
                .warning,
                Mistake(
                    "the file begins with a byte order mark, which other servers do not read", at: 0..<3,
                    hint: "editors of Windows write it; save the file as UTF-8 without it"), in: file)
        }
        while !lexer.isAtEnd, !sink.isFull {
            do throws(Mistake) {
                try readEntry(&lexer, file)
            } catch {
                note(.error, lexer.recover(from: error), in: file)
                lexer.wantsHints = findings.errors < limits.diagnostics
            }
        }
        if files[file].identity != nil { noteEnd(of: bytes, file) }
    }

    /// A file that was cut short seldom ends with a line's end.
    private mutating func noteEnd(of bytes: Span<UInt8>, _ file: Int) {
        // The last byte is a line feed of ours.
        let end = bytes.count - 1
        if end == 0 || bytes[end - 1] == UInt8(ascii: "\n") { return }
        note(.warning, Mistake("the file does not end with a line's end", at: end..<end), in: file)
    }

    /// Reads one entry: a blank line, a directive or a record.
    @inline(__always)
    private mutating func readEntry(_ lexer: inout Lexer, _ file: Int) throws(Mistake) {
        let start = lexer.offset
        let first = lexer.next
        if Lexer.endsWord(first) {
            lexer.skipBlanks()
            if lexer.isAtEntryEnd { return try lexer.finishEntry() }
            if first != UInt8(ascii: " "), first != UInt8(ascii: "\t"), first != UInt8(ascii: "(") {
                throw lexer.unexpected("owner")
            }
        }
        if first == UInt8(ascii: "$") { return try readDirective(&lexer, file) }
        let isOwnerGiven = first != UInt8(ascii: " ") && first != UInt8(ascii: "\t")
        try readRecord(&lexer, file, at: isOwnerGiven ? start : lexer.offset, isOwnerGiven: isOwnerGiven)
    }

    func finding(_ severity: Diagnostic.Severity, _ mistake: Mistake, in file: Int) -> Findings.Finding {
        Findings.Finding(
            severity: severity, message: mistake.message, file: file, range: mistake.range, hint: mistake.hint)
    }

    mutating func note(_ severity: Diagnostic.Severity, _ mistake: Mistake, in file: Int) {
        findings.add(finding(severity, mistake, in: file))
    }
}
