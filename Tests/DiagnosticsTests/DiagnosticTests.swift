import Diagnostics
import Testing

@Suite("Places in a text")
struct PlaceTests {
    @Test(
        "Lines and columns count characters, both ways of finding them agree",
        arguments: [
            ("", 0, 1, 1), ("abc", 0, 1, 1), ("abc", 3, 1, 4), ("abc", 99, 1, 4), ("abc", -1, 1, 1),
            ("a\nbc", 1, 1, 2), ("a\nbc", 2, 2, 1), ("a\nbc", 4, 2, 3), ("a\n", 2, 2, 1), ("\n\n\n", 2, 3, 1),
            ("é\tx", 3, 1, 3), ("a\r\nb", 3, 2, 1),
        ])
    func positions(_ text: String, _ offset: Int, _ line: Int, _ column: Int) {
        let source = SourceText(file: "f", text)
        let expected = SourcePosition(file: "f", line: line, column: column)
        #expect(source.position(of: offset) == expected)
        #expect(LineIndex(source).position(of: offset) == expected)
    }

    @Test(arguments: [
        ("ab\r\ncd", 0, "ab"), ("ab\ncd", 4, "cd"), ("ab\n\ncd", 3, ""), ("", 0, ""), ("ab\n", 3, ""),
    ])
    func lines(_ text: String, _ offset: Int, _ line: String) {
        #expect(SourceText(file: "f", text).line(around: offset) == line)
    }

    @Test func longLinesAreCut() {
        let text = SourceText(file: "f", String(repeating: "x", count: 10_000))
        #expect(text.line(around: 5000).utf8.count == 400)
    }

    @Test func bytesThatAreNoText() {
        let text = SourceText(file: "f", bytes: [0xFF, 0xFE, UInt8(ascii: "\n"), 0xC3])
        #expect(text.position(of: 4) == SourcePosition(file: "f", line: 2, column: 2))
        #expect(text.string(0..<2) == "\u{FFFD}\u{FFFD}")
    }
}

@Suite("Diagnostics as they are shown")
struct DiagnosticTextTests {
    @Test func asCompilersDo() {
        let text = SourceText(file: "z/a.zone", "\twww IN A 192.0.2.300\n")
        let diagnostic = text.diagnostic(
            .error, "invalid IPv4 address '192.0.2.300'", at: 10..<21, hint: "each number is at most 255",
            notes: [Diagnostic.Note("included here", at: SourcePosition(file: "b", line: 3, column: 1))])
        #expect(
            diagnostic.description == """
                z/a.zone:1:11: error: invalid IPv4 address '192.0.2.300'
                    \twww IN A 192.0.2.300
                    \t         ^~~~~~~~~~~
                z/a.zone:1:11: hint: each number is at most 255
                b:3:1: note: included here
                """)
    }

    @Test func withoutPlace() {
        #expect(Diagnostic(.warning, "no file").description == "warning: no file")
    }

    @Test("An empty line is not shown")
    func emptyLine() {
        let diagnostic = SourceText(file: "a.zone", "\nwww A x\n").diagnostic(.error, "nothing here", at: 0..<0)
        #expect(diagnostic.description == "a.zone:1:1: error: nothing here")
    }

    @Test("A mark ends with its line; what can't be shown is a question mark")
    func marks() {
        let text = SourceText(file: "f", "a\u{07}b\nc")
        #expect(
            text.diagnostic(.note, "m", at: 1..<5).description == """
                f:1:2: note: m
                    a?b
                     ^~
                """)
    }

    @Test(arguments: [([Diagnostic.Severity.warning], false), ([.note, .error], true), ([], false)])
    func errors(_ severities: [Diagnostic.Severity], _ expected: Bool) {
        #expect(severities.map { Diagnostic($0, "m") }.hasErrors == expected)
    }
}

@Suite("Suggestions")
struct SuggestionTests {
    private static let words = [
        "listen-on", "listen-on-v6", "allow-query", "recursion", "port", "version", "ftp", "http",
    ]

    @Test(
        arguments: [
            ("lissten-on", "listen-on"), ("recusrion", "recursion"), ("PORT", "port"), ("prot", "port"),
            ("allow-querry", "allow-query"), ("listen-on-v4", "listen-on-v6"), ("xyz", nil), ("", nil),
            ("p", nil), ("htp", "http"), ("tp", "ftp"),
            ("director", nil),
        ])
    func nearest(_ word: String, _ expected: String?) {
        #expect(suggestion(for: word, among: Self.words) == expected)
    }

    @Test func longWordsCostLittle() {
        #expect(suggestion(for: String(repeating: "x", count: 100_000), among: Self.words) == nil)
    }
}

@Suite("The scanner")
struct ByteCursorTests {
    @Test func movesForward() {
        var cursor = ByteCursor(SourceText(file: "f", " \t\rab\nc"))
        cursor.skipBlanks()
        #expect(cursor.offset == 3 && cursor.next == UInt8(ascii: "a") && cursor.afterNext == UInt8(ascii: "b"))
        let skippedWrong = cursor.skip(UInt8(ascii: "b"))
        let skippedRight = cursor.skip(UInt8(ascii: "a"))
        #expect(!skippedWrong && skippedRight)
        let line = cursor.skipLine()
        #expect(line == 4..<5)
        let others = cursor.skip(while: { $0 != UInt8(ascii: "c") })
        #expect(others == 5..<6)
        cursor.advance(by: 99)
        #expect(cursor.isAtEnd && cursor.next == nil && cursor.afterNext == nil)
        let nothing = cursor.skipLine()
        #expect(nothing == 7..<7)
    }
}
