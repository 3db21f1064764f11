internal import Diagnostics
internal import DNSWire

extension MasterFileReader where Sink: ~Copyable {
    /// Reads a record; `start` is what messages about the whole of it point at.
    @inline(__always)
    mutating func readRecord(
        _ lexer: inout Lexer, _ file: Int, at start: Int, isOwnerGiven: Bool
    ) throws(Mistake) {
        if isOwnerGiven {
            owner.clear()
            do throws(Mistake) {
                try lexer.name("owner", into: &owner, origin: origin)
            } catch {
                // Later lines without an owner must not belong to the one before.
                owner.clear()
                ownerIsBroken = true
                throw error
            }
            ownerIsBroken = false
            originIsNew = false
        } else if owner.count == 0 || originIsNew {
            if ownerIsBroken { return try lexer.skipEntry() }
            try inheritOwner(lexer.wordRange(from: lexer.offset), file)
        }
        let (type, stated) = try readTypeAndTTL(&lexer)
        lexer.skipBlanks()
        do throws(Mistake) {
            try lexer.data(of: type, into: &data, origin: origin)
            try lexer.finishEntry()
        } catch {
            throw explained(error, type)
        }
        if data.isOverfull { throw Lexer.tooLong(start..<(start + 1)) }
        if lexer.suspicion != nil { noteSuspicion(&lexer, file) }
        let ttl: UInt32
        if let stated {
            ttl = stated
            lastTTL = stated
        } else if let defaultTTL {
            ttl = defaultTTL
        } else {
            ttl = try inheritedTTL(type, lexer.wordRange(from: start), file)
        }
        recordCount += 1
        Self.give(to: &sink, owner, type, ttl, data, RecordLocation(file: file, offset: start))
    }

    /// Reads TTL and class in any order, both optional, and the type.
    @inline(__always)
    mutating func readTypeAndTTL(
        _ lexer: inout Lexer
    ) throws(Mistake) -> (type: RecordType, ttl: UInt32?) {
        var ttl: UInt32?
        var hasClass = false
        while true {
            lexer.skipBlanks()
            if lexer.next &- 48 < 10 {
                let start = lexer.offset
                if ttl != nil {
                    throw Mistake(
                        "unexpected '\(lexer.string(lexer.wordRange(from: start)))' where the type is expected",
                        at: lexer.wordRange(from: start), hint: "the TTL stands before it")
                }
                // With its highest bit set it counts as 0, which the zone's builder tells (RFC 2181 §8).
                ttl = try lexer.period("TTL", upTo: .max)
                continue
            }
            let (packed, length) = lexer.shortWord()
            if let type = Lexer.commonType(packed) {
                lexer.offset += length
                return (type, ttl)
            }
            // IN
            if packed == 0x49_4E, !hasClass {
                lexer.offset += length
            } else if let type = try rareType(&lexer, hasClass) {
                return (type, ttl)
            }
            hasClass = true
        }
    }

    /// Reads a type; nil if it is our class.
    @inline(never)
    private func rareType(_ lexer: inout Lexer, _ hasClass: Bool) throws(Mistake) -> RecordType? {
        let range = try lexer.word("type")
        let word = lexer.string(range).uppercased()
        if word == "IN" || word == "CLASS1" {
            if !hasClass { return nil }
            throw Mistake("the class stands here twice", at: range)
        }
        if let type = lexer.recordType(range) {
            if type.isMeta {
                throw Mistake("no zone holds records of type \(type)", at: range)
            }
            return type
        }
        if ["CH", "HS", "CS", "NONE"].contains(word) || word.hasPrefix("CLASS") {
            throw Mistake("class \(word) can't be served", at: range, hint: "the class is IN, or left out")
        }
        throw lexer.unknownType(range)
    }

    /// A record without an owner, where there is none before it, or where the origin has changed since.
    @inline(never)
    private mutating func inheritOwner(_ range: Range<Int>, _ file: Int) throws(Mistake) {
        if owner.count == 0 {
            throw Mistake(
                "record without an owner, and none before it", at: range,
                hint: "a line that begins with a blank belongs to the owner of the line before")
        }
        originIsNew = false
        if findings.hasAllWarnings { return findings.addUntold(1, isError: false) }
        let name = DomainName(wire: owner.copy)?.description ?? ""
        note(
            .warning,
            Mistake("the record belongs to \(name), which stands before the last $ORIGIN", at: range), in: file)
    }

    /// RFC 1035 §5.1: the last TTL stated; where there is none before a SOA without one, its minimum, as if $TTL
    /// said so, which BIND does too.
    @inline(never)
    private mutating func inheritedTTL(
        _ type: RecordType, _ range: Range<Int>, _ file: Int
    ) throws(Mistake) -> UInt32 {
        if let lastTTL { return lastTTL }
        if type != .soa || data.count < 4 {
            throw Mistake("record without a TTL, and none before it", at: range, hint: "begin with $TTL 1h")
        }
        let minimum = (data.count - 4..<data.count).reduce(0) { $0 << 8 | UInt32(data[$1]) }
        note(
            .warning,
            Mistake(
                "no TTL stated: the SOA's minimum of \(minimum) s is taken", at: range,
                hint: "begin with $TTL \(minimum)"), in: file)
        // With its highest bit set it counts as 0, which the zone's builder tells of the SOA (RFC 2181 §8).
        defaultTTL = minimum > UInt32(Int32.max) ? 0 : minimum
        return minimum
    }

    /// Adds how a type's data is written, where the data isn't so.
    private func explained(_ mistake: Mistake, _ type: RecordType) -> Mistake {
        guard mistake.concernsForm, mistake.hint == nil, let layout = RecordLayout.of(type) else {
            return mistake
        }
        var mistake = mistake
        mistake.hint = "\(type) is written as: \(layout.summary)"
        return mistake
    }

    /// Warns about what can be read but is probably not meant.
    @inline(never)
    mutating func noteSuspicion(_ lexer: inout Lexer, _ file: Int) {
        guard let (kind, range) = lexer.suspicion else { return }
        lexer.suspicion = nil
        if findings.hasAllWarnings { return findings.addUntold(1, isError: false) }
        let name = lexer.string(range)
        let mistake =
            switch kind {
            case .controlByteInText:
                Mistake(
                    "quoted text has a control byte in it", at: range,
                    hint: "control bytes are written as three digits after a backslash: \\000")
            case .atSignInName:
                Mistake(
                    "name '\(name)' has an at sign in it", at: range,
                    hint: "in a mailbox a dot takes its place: admin.example.com")
            case .nameOutsideASCII:
                Mistake(
                    "name '\(name)' has octets outside ASCII", at: range,
                    hint: "international names are written in their ASCII form (xn--...)")
            case .missingFinalDot:
                Mistake(
                    "name '\(name)' has no dot at its end and gets the origin added", at: range,
                    hint: "did you mean '\(name).'?")
            }
        note(.warning, mistake, in: file)
    }
}
