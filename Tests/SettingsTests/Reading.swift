import Addresses
import Diagnostics
import Testing

@testable import Settings

/// A text whose mistake stands where `▸` is.
struct MarkedText {
    let text: String
    let line: Int
    let column: Int

    init(_ marked: String) {
        let parts = marked.split(separator: "▸", maxSplits: 1, omittingEmptySubsequences: false)
        text = parts.joined()
        let before = parts[0]
        line = before.split(separator: "\n", omittingEmptySubsequences: false).count
        column = (before.split(separator: "\n", omittingEmptySubsequences: false).last?.count ?? 0) + 1
    }
}

/// Files that exist in a test only; the first host that is asked for is 192.0.2.1, and so on by name.
func environment(_ files: [String: String], hosts: [String: String] = [:]) -> ReaderEnvironment {
    ReaderEnvironment(
        readFile: { path in
            files[path].map { .success(Array($0.utf8)) } ?? .failure(.init("No such file or directory"))
        },
        expandPattern: { pattern in
            let prefix = pattern.prefix { $0 != "*" }
            return files.keys.filter { $0.hasPrefix(prefix) && $0 != pattern }.sorted()
        },
        resolve: { questions, _ in
            var answers: [ReaderEnvironment.HostQuestion: IPAddress] = [:]
            for question in questions {
                guard let text = hosts[question.host], let address = IPAddress(text) else { continue }
                if address.family == question.family { answers[question] = address }
            }
            return answers
        },
        port: { name, _ in ["http": 80, "https": 443, "domain": 53, "webcache": 8080][name] },
        patternError: { text in
            text.contains("(") && !text.contains(")") ? ("missing closing parenthesis", text.utf8.count) : nil
        })
}

/// Reads a text as /etc/swerve/swerve.conf.
func readConfiguration(_ text: String, files: [String: String] = [:], hosts: [String: String] = [:])
    -> SettingsResult
{
    var files = files
    files["/etc/swerve/swerve.conf"] = text
    return SettingsReader.read(path: "/etc/swerve/swerve.conf", environment: environment(files, hosts: hosts))
}

/// Reads a text as an ldirectord.cf that swerve.conf names.
func readLdirectord(_ text: String, hosts: [String: String] = [:], director: String = "") -> SettingsResult {
    readConfiguration(
        "director { ldirectord \"l.cf\"; \(director) };", files: ["/etc/swerve/l.cf": text], hosts: hosts)
}

extension SettingsResult {
    var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }
    var warnings: [Diagnostic] { diagnostics.filter { $0.severity == .warning } }

    /// The settings; the test fails with what was said where there are none.
    func accepted(sourceLocation: SourceLocation = #_sourceLocation) throws -> Settings {
        try #require(
            settings, "\(diagnostics.map(\.description).joined(separator: "\n"))",
            sourceLocation: sourceLocation)
    }

    /// Expects one error with this message, at the mark.
    func expectError(
        _ message: String, at marked: MarkedText, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(settings == nil, sourceLocation: sourceLocation)
        #expect(errors.map(\.message) == [message], sourceLocation: sourceLocation)
        #expect(errors.first?.position?.line == marked.line, sourceLocation: sourceLocation)
        #expect(errors.first?.position?.column == marked.column, sourceLocation: sourceLocation)
    }
}
