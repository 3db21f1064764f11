import Patterns
import Testing

@Suite("Perl regular expressions over bytes")
struct PatternTests {
    /// What perl says to `$subject =~ /$pattern/`.
    @Test(arguments: [
        ("RS", "<html>RS 1 SERVER</html>", true),
        ("RS", "<html>rs 1 server</html>", false),
        ("(?i)RS", "<html>rs 1 server</html>", true),
        ("", "", true),
        ("", "anything", true),
        ("^RS \\d+ SERVER$", "RS 12 SERVER\n", true),
        ("^RS \\d+ SERVER$", "RS 12 SERVER\n\n", false),
        ("^OK$", "first\nOK\nlast", false),
        ("(?m)^OK$", "first\nOK\nlast", true),
        ("a.c", "a\nc", false),
        ("(?s)a.c", "a\nc", true),
        ("(?<!un)healthy", "unhealthy", false),
        ("(?<!un)healthy", "healthy", true),
        ("(\\w+) \\1", "it is is it", true),
        ("\\bup\\b", "uptime", false),
        ("a{2,3}+a", "aaa", false),
        ("\\Q1.1\\E", "1x1", false),
        ("[[:digit:]]{3}", "ab123", true),
        ("\\x00", "a\0b", true),
        ("Gr\u{FC}\u{DF}e", "viele Gr\u{FC}\u{DF}e", true),
        ("^.$", "\u{FC}", false),
    ])
    func meansWhatItMeansInPerl(pattern: String, subject: String, isMatch: Bool) throws {
        #expect(try Pattern(pattern).matches(subject) == (isMatch ? .matched : .notMatched))
    }

    @Test("bytes that are no UTF-8 can be matched")
    func bytes() throws {
        #expect(try Pattern("ok").matches([0xFF, 0xFE, 0x6F, 0x6B, 0x80]) == .matched)
        #expect(try Pattern("\\xff\\xfe").matches([0x00, 0xFF, 0xFE]) == .matched)
    }

    @Test(arguments: [
        ("(RS", "missing closing parenthesis", 3),
        ("RS)", "unmatched closing parenthesis", 2),
        ("a[bc", "missing terminating ] for character class", 4),
        ("*a", "quantifier does not follow a repeatable item", 0),
        ("(*UTF)a", "using UTF is disabled by the application", 6),
        ("(?<n>a)\\k<m>", "reference to non-existent subpattern", 10),
    ])
    func mistakesHaveAPlace(pattern: String, message: String, offset: Int) {
        #expect(throws: PatternError(message, offset: offset)) { try Pattern(pattern) }
    }

    @Test("a pattern has a greatest length, and a greatest size when compiled")
    func bounds() throws {
        _ = try Pattern(String(repeating: "a", count: Pattern.maximumLength))
        #expect(throws: PatternError("longer than 4096 bytes", offset: 4096)) {
            try Pattern(String(repeating: "a", count: Pattern.maximumLength + 1))
        }
        #expect(throws: PatternError.self) { try Pattern("((((a{1,100}){1,100}){1,100}){1,100})") }
    }

    /// Each would take from minutes to the age of the universe without a bound on the whole search.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            ("(a+)+$", [UInt8](repeating: 0x61, count: 100) + [0x62]),
            ("(a|aa)+$", [UInt8](repeating: 0x61, count: 100) + [0x62]),
            ("a.*b.*c", [UInt8](repeating: 0x61, count: 1 << 18) + [0x63, 0x62]),
            ("a[^b]*+c", [UInt8](repeating: 0x61, count: 1 << 18) + [0x62, 0x63]),
            ("(.|\\n)*?x(.|\\n)*?y\\1{9}z", [UInt8](repeating: 0x78, count: 1 << 17) + [0x79, 0x7A]),
        ])
    func aHostileSubjectCostsABoundedTime(pattern: String, subject: [UInt8]) throws {
        #expect(try Pattern(pattern).matches(subject) == .limitExceeded)
    }

    @Test("a plain pattern gets through the largest body")
    func largeBody() throws {
        let body = [UInt8](repeating: 0x61, count: 1 << 18) + Array("RS 1 SERVER".utf8)
        #expect(try Pattern("RS").matches(body) == .matched)
        #expect(try Pattern("RS 2").matches(body) == .notMatched)
        #expect(try Pattern("(?s)^a.*RS \\d.*SERVER$").matches(body) == .matched)
    }

    /// From each of n places `a*[bc]` goes up to the end and back: about n × n steps.
    @Test(
        "searches that go together have one reserve; what reading a subject through may cost is enough for usual ones",
        arguments: [
            (
                "Welcome", String(repeating: "a", count: 200_000) + "Welcome", nil, 0...800_028,
                MatchResult.matched
            ),
            (
                "(?s)^a.*</html>", String(repeating: "a", count: 200_000) + "</html>b", nil, 0...800_032,
                .matched
            ),
            ("[a-z]\\d", String(repeating: "a", count: 200_000), nil, 0...800_000, .notMatched),
            ("a*[bc]", String(repeating: "a", count: 1000), 2_000_000, 900_000...1_100_000, .notMatched),
            ("a*[bc]", String(repeating: "a", count: 1000), 400_000, 400_000...401_004, .limitExceeded),
            ("a*[bc]", String(repeating: "a", count: 1000), nil, 4000...5004, .limitExceeded),
            ("a*[bc]", "aaaa", 0, 0...20, .limitExceeded), ("a*[bc]", "aaaa", -1000, 0...20, .limitExceeded),
        ])
    func reserve(
        pattern: String, subject: String, steps: Int?, cost: ClosedRange<Int>, result: MatchResult
    ) throws {
        let steps = steps ?? Pattern.steps(reading: subject.utf8.count)
        var left = steps
        #expect(try Pattern(pattern).matches(Array(subject.utf8), steps: &left) == result)
        #expect(cost.contains(steps - left))
    }

    @Test("one pattern serves many tasks at once")
    func shared() async throws {
        let pattern = try Pattern("(\\d+) SERVER")
        await withTaskGroup(of: MatchResult.self) { group in
            for number in 0..<64 {
                group.addTask { pattern.matches(number % 2 == 0 ? "RS \(number) SERVER" : "RS SERVER") }
            }
            var matched = 0
            for await result in group where result == .matched { matched += 1 }
            #expect(matched == 32)
        }
    }
}
