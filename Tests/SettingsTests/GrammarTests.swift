import Diagnostics
import Testing

@testable import Settings

@Suite("The grammar of named.conf")
struct GrammarTests {
    @Test(
        "Comments, blanks and quotes",
        arguments: [
            ("a b;", "a b;"), ("a/* x ; { */b;", "a b;"), ("a b // c ;\n;", "a b;"), ("a b#c;\n;", "a b;"),
            ("a \"b // # /* c\";", "a \"b // # /* c\";"), ("a\n\tb\r\n;", "a b;"),
            ("a { b; !c; };", "a {b; ! c;};"),
            ("a \"x\\\"y\\\\d\";", "a \"x\"y\\\\d\";"), ("a{b{c;};};", "a {b {c;};};"), ("", ""),
            ("// only", ""),
            ("a {} b {};", "a {} b {};"), ("a \"two\nlines\";", "a \"two\nlines\";"), ("\u{FEFF}a b;", "a b;"),
            ("file /x/y.zone;", "file /x/y.zone;"),
        ])
    func reads(_ text: String, _ expected: String) {
        let (statements, diagnostics) = StatementParser.parse(Source(SourceText(file: "x", text)))
        #expect(diagnostics.isEmpty)
        #expect(statements.map(Self.text).joined(separator: " ") == expected)
    }

    @Test(
        "Mistakes, at their place",
        arguments: [
            ("options { directory \"/x\" ▸};", "missing ';' before '}'"),
            ("options { directory \"/x\"; ▸}", "missing ';' before the end of the file"),
            ("options ▸{ directory \"/x\";", "this '{' is never closed"),
            ("options { };▸}", "this '}' closes nothing"),
            ("options { port 53;▸; };", "unexpected ';'"),
            ("options { }; ▸/* no end", "this comment has no end"),
            ("options { version ▸\"x; };\nzone \"a\" { };", "this quoted string has no end"),
            ("options { version ▸\"x; };\n", "this quoted string has no end"),
            ("options { port 53\n  ▸tcp-clients 5; };", "missing ';' before 'tcp-clients'"),
            ("options { port 53; }\n▸zone \"a\" { type primary; file \"f\"; };", "missing ';' before 'zone'"),
            ("options { recursion no\n▸port 53; };", "missing ';' before 'port'"),
            ("options { querylog yes\n▸port 53; };", "missing ';' before 'port'"),
            ("options { port 53 ▸54; };", "unexpected '54' in 'port'"),
            ("options { port 53 ▸{ }; };", "unexpected '{' in 'port'"),
            ("options { port▸; };", "a port is expected before ';'"),
            ("options { port ▸{ }; };", "a port is expected before '{'"),
            ("options ▸directory;", "'{' is expected before 'directory'"),
            ("options▸;", "'{' is expected before ';'"),
            ("▸{ };", "a statement begins with a word"),
            ("options { ▸{ }; };", "a statement begins with a word"),
            ("▸optoins { };", "unknown statement 'optoins' in the configuration"),
            ("zone \"ä\" { type primary; file \"f\" ▸};", "missing ';' before '}'"),
        ])
    func mistakes(_ marked: String, _ message: String) {
        let marked = MarkedText(marked)
        let result = readConfiguration(marked.text)
        #expect(result.errors.first?.message == message)
        #expect(result.errors.first?.position?.line == marked.line)
        #expect(result.errors.first?.position?.column == marked.column)
        #expect(result.settings == nil)
    }

    @Test("All mistakes of a file are told, not the first")
    func allMistakes() {
        let text = """
            options {
                prot 53;
                tcp-clients many;
                allow-query { 10.0.0.300; }
            }
            zone "a" { type primary; };
            """
        let places = readConfiguration(text).errors.map {
            "\($0.position?.line ?? 0):\($0.position?.column ?? 0)"
        }
        #expect(places == ["2:5", "3:17", "4:19", "5:1", "6:1", "6:6"])
    }

    @Test("What a missing ';' swallowed is read all the same")
    func swallowedStatement() {
        let result = readConfiguration("options { querylog yes\n allow-query { nobody-knows; }; };")
        #expect(
            result.errors.map(\.message) == [
                "missing ';' before 'allow-query'", "no list is named 'nobody-knows'",
            ])
    }

    @Test("Nesting has a bound")
    func depth() {
        let text = String(repeating: "a { ", count: 100_000)
        let (_, diagnostics) = StatementParser.parse(Source(SourceText(file: "x", text)))
        #expect(diagnostics.first?.message == "blocks may be nested 32 deep at most")
    }

    @Test("A hundred errors are shown, the others counted")
    func manyErrors() {
        let result = readConfiguration(String(repeating: "x;\n", count: 150))
        #expect(result.errors.count == 101)
        #expect(result.errors.last?.message == "50 more errors are not shown")
    }

    private static func text(_ statement: Statement) -> String {
        statement.elements.map { element in
            switch element {
            case .word(let word): word.isQuoted ? "\"\(word.text)\"" : word.text
            case .block(let block): "{" + block.statements.map(text).joined(separator: " ") + "}"
            }
        }.joined(separator: " ") + ";"
    }
}

@Suite("Included files")
struct IncludeTests {
    @Test("Relative paths start from 'directory', without one from the file's own folder")
    func paths() throws {
        let files = [
            "/etc/swerve/a/b.conf": "include \"c.conf\";",
            "/etc/swerve/a/c.conf": "options { directory \"data\"; };",
            "/etc/swerve/a/data/d.conf": "zone \"x\" { type primary; file \"x.zone\"; };",
        ]
        let settings = try readConfiguration("include \"a/b.conf\"; include \"d.conf\";", files: files)
            .accepted()
        #expect(settings.directory == "/etc/swerve/a/data")
        #expect(settings.zones.map(\.file) == ["/etc/swerve/a/data/x.zone"])
        #expect(
            settings.readFiles == [
                "/etc/swerve/swerve.conf", "/etc/swerve/a/b.conf", "/etc/swerve/a/c.conf",
                "/etc/swerve/a/data/d.conf",
            ])
    }

    @Test("Without 'directory' each file's paths start from its own folder")
    func ownFolder() throws {
        let files = ["/z/zones.conf": "zone \"x\" { type primary; file \"x.zone\"; };"]
        let text = "include \"/z/zones.conf\"; zone \"y\" { type primary; file \"y.zone\"; };"
        let settings = try readConfiguration(text, files: files).accepted()
        #expect(settings.zones.map(\.file) == ["/z/x.zone", "/etc/swerve/y.zone"])
        #expect(settings.directory == "/etc/swerve")
    }

    @Test("Inside a block, and by a pattern")
    func inBlock() throws {
        let files = [
            "/etc/swerve/o.conf": "port 5353;", "/c/1.conf": "zone \"a\" { type primary; file \"/a\"; };",
            "/c/2.conf": "zone \"b\" { type primary; file \"/b\"; };",
        ]
        let settings = try readConfiguration(
            "options { include \"o.conf\"; }; include \"/c/*.conf\";", files: files
        )
        .accepted()
        #expect(settings.listeners.map(\.port) == [5353, 5353])
        #expect(settings.zones.map(\.file) == ["/a", "/b"])
    }

    @Test("A mistake in an included file tells from where it was included")
    func notes() throws {
        let files = ["/etc/swerve/a.conf": "include \"b.conf\";", "/etc/swerve/b.conf": "\nzoen;"]
        let error = try #require(readConfiguration("\n\ninclude \"a.conf\";", files: files).errors.first)
        #expect(error.position == SourcePosition(file: "/etc/swerve/b.conf", line: 2, column: 1))
        #expect(
            error.notes.map(\.position) == [
                SourcePosition(file: "/etc/swerve/a.conf", line: 1, column: 9),
                SourcePosition(file: "/etc/swerve/swerve.conf", line: 3, column: 9),
            ])
    }

    @Test(
        "What can't be included",
        arguments: [
            ("include ▸\"no.conf\";", "can't read the file '/etc/swerve/no.conf': No such file or directory"),
            ("include ▸\"swerve.conf\";", "'/etc/swerve/swerve.conf' includes itself"),
            ("include▸;", "a path in quotes is expected before ';'"),
        ])
    func mistakes(_ marked: String, _ message: String) {
        let marked = MarkedText(marked)
        readConfiguration(marked.text).expectError(message, at: marked)
    }

    @Test func theFirstFileIsMissing() {
        let result = SettingsReader.read(path: "/no.conf", environment: environment([:]))
        #expect(result.settings == nil)
        #expect(
            result.diagnostics.map(\.description) == [
                "error: can't read the configuration '/no.conf': No such file or directory"
            ])
        #expect(result.files == ["/no.conf"])
    }

    @Test func cyclesEnd() {
        let files = ["/etc/swerve/a.conf": "include \"b.conf\";", "/etc/swerve/b.conf": "include \"a.conf\";"]
        let result = readConfiguration("include \"a.conf\";", files: files)
        #expect(result.errors.map(\.message) == ["'/etc/swerve/a.conf' includes itself"])
    }
}
