/// What a guest printed on its console, read as Test Anything Protocol; other lines are the kernel's.
struct TestReport {
    /// One `ok` or `not ok` line and the `#` lines after it.
    struct Result {
        var passed: Bool
        var name: String
        var diagnostics: String
    }

    private(set) var results: [Result] = []
    /// From the line `1..N`, which the guest prints when its scenario has come to its end.
    private(set) var plannedCount: Int?
    /// The `#` lines after the plan: what the guest's programs wrote.
    private(set) var logs = ""

    var isSuccess: Bool {
        !results.isEmpty && plannedCount == results.count && results.allSatisfy(\.passed)
    }

    init(_ console: String) {
        for line in console.split(whereSeparator: \.isNewline) {
            if let name = Self.name(of: line, after: "ok ") {
                results.append(Result(passed: true, name: name, diagnostics: ""))
            } else if let name = Self.name(of: line, after: "not ok ") {
                results.append(Result(passed: false, name: name, diagnostics: ""))
            } else if line.hasPrefix("# "), plannedCount != nil {
                logs += line.dropFirst(2) + "\n"
            } else if line.hasPrefix("# "), let last = results.indices.last {
                let separator = results[last].diagnostics.isEmpty ? "" : "\n"
                results[last].diagnostics += separator + line.dropFirst(2)
            } else if line.hasPrefix("1..") {
                plannedCount = Int(line.dropFirst(3))
            }
        }
    }

    /// `3 - the table is whole` gives `the table is whole`.
    private static func name(of line: Substring, after word: String) -> String? {
        guard line.hasPrefix(word) else { return nil }
        let rest = line.dropFirst(word.count).drop(while: \.isNumber)
        return String(rest.hasPrefix(" - ") ? rest.dropFirst(3) : rest)
    }
}
