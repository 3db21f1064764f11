internal import Diagnostics
internal import DNSWire

extension MasterFileReader where Sink: ~Copyable {
    /// `$GENERATE start-stop[/step] owner [ttl] [class] type data`, BIND's directive.
    mutating func generate(_ lexer: inout Lexer, _ file: Int) throws(Mistake) {
        let rangeRange = try lexer.word("range")
        let numbers = try generateRange(rangeRange, lexer)
        lexer.skipBlanks()
        let ownerRange = try lexer.word("owner")
        let ownerPattern = try pattern(lexer.octets(ownerRange), ownerRange)
        let (type, stated) = try readTypeAndTTL(&lexer)
        lexer.skipBlanks()
        let dataStart = lexer.offset
        if lexer.isAtEntryEnd { throw lexer.unexpected("data") }
        let dataText = try generateText(&lexer)
        let dataRange = lexer.wordRange(from: dataStart)
        let dataPattern = try pattern(dataText, dataRange)
        try lexer.finishEntry()
        // From here the directive has been read; what is wrong with a record is told, and ends it.
        guard let ttl = stated ?? defaultTTL ?? lastTTL else {
            return note(
                .error,
                Mistake("record without a TTL, and none before it", at: rangeRange, hint: "begin with $TTL 1h"),
                in: file)
        }
        if stated != nil { lastTTL = stated }
        for number in numbers where !sink.isFull {
            guard let name = ownerPattern.text(for: number), let text = dataPattern.text(for: number) else {
                return note(
                    .error, Mistake("the number \(number) becomes negative", at: rangeRange), in: file)
            }
            var failed: Findings.Finding?
            do throws(Mistake) {
                try generateRecord(name, type, ttl, text, file, dataRange, ownerRange)
            } catch {
                failed = finding(.error, error, in: file)
            }
            if var failed {
                let record =
                    "\(String(decoding: name, as: UTF8.self)) \(type) \(String(decoding: text, as: UTF8.self))"
                failed.notes = ["for the number \(number): \(record)"]
                findings.add(failed)
                return
            }
        }
    }

    private mutating func generateRecord(
        _ name: [UInt8], _ type: RecordType, _ ttl: UInt32, _ text: [UInt8], _ file: Int,
        _ dataRange: Range<Int>, _ ownerRange: Range<Int>
    ) throws(Mistake) {
        let nameBytes = name + [UInt8(ascii: "\n")]
        let textBytes = text + [UInt8(ascii: "\n")]
        var mistake: Mistake?
        generatedOwner.clear()
        do throws(Mistake) {
            var nameLexer = Lexer(nameBytes.span)
            try nameLexer.name("owner", into: &generatedOwner, origin: origin)
            try nameLexer.finishEntry()
        } catch {
            mistake = error
            mistake?.range = ownerRange
        }
        if mistake == nil {
            do throws(Mistake) {
                var textLexer = Lexer(textBytes.span)
                textLexer.skipBlanks()
                try textLexer.data(of: type, into: &data, origin: origin)
                try textLexer.finishEntry()
                if data.isOverfull { throw Lexer.tooLong(dataRange) }
            } catch {
                mistake = error
                mistake?.range = dataRange
            }
        }
        if let mistake { throw mistake }
        recordCount += 1
        Self.give(
            to: &sink, generatedOwner, type, ttl, data,
            RecordLocation(file: file, offset: ownerRange.lowerBound))
    }

    /// The rest of the entry; a single quoted text without its quotes, as in BIND.
    private func generateText(_ lexer: inout Lexer) throws(Mistake) -> [UInt8] {
        let text = try lexer.remainingText()
        guard text.first == UInt8(ascii: "\"") else { return text }
        var inner: [UInt8] = []
        var index = 1
        while index < text.count, text[index] != UInt8(ascii: "\"") {
            if text[index] == UInt8(ascii: "\\"), index + 1 < text.count {
                if text[index + 1] != UInt8(ascii: "\"") { inner.append(text[index]) }
                index += 1
            }
            inner.append(text[index])
            index += 1
        }
        return index == text.count - 1 ? inner : text
    }

    private func pattern(_ text: [UInt8], _ range: Range<Int>) throws(Mistake) -> GeneratePattern {
        do throws(GeneratePattern.Failure) {
            return try GeneratePattern(text)
        } catch {
            throw Mistake(
                error.reason, at: range,
                hint:
                    "a modifier is ${OFFSET}, ${OFFSET,WIDTH} or ${OFFSET,WIDTH,BASE}; the base is d, o, x, X, n or N"
            )
        }
    }

    private func generateRange(
        _ range: Range<Int>, _ lexer: borrowing Lexer
    ) throws(Mistake) -> StrideThrough<Int> {
        let text = lexer.string(range)
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        let bounds = parts[0].split(separator: "-", omittingEmptySubsequences: false).map { Self.number($0) }
        guard bounds.count == 2, let start = bounds[0], let stop = bounds[1],
            let step = parts.count > 1 ? Self.number(parts[1]) : 1, start <= stop, step > 0
        else {
            throw Mistake(
                "invalid range '\(text)'", at: range,
                hint: "a range is START-STOP or START-STOP/STEP, numbers from 0 to 2147483647")
        }
        if (stop - start) / step >= limits.generatedRecords {
            throw Mistake("more than \(limits.generatedRecords) records", at: range)
        }
        return stride(from: start, through: stop, by: step)
    }

    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (48...57).contains($0) } ? Int32(text).map { Int($0) } : nil
    }
}
