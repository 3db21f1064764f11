internal import DNSWire

/// The issues of a zone, as many as anyone will read, and the number of the others: a zone of a million
/// mistakes must not make a million messages.
struct IssueList {
    /// The first errors and the first warnings, in the order in which they were found.
    private(set) var kept: [ZoneIssue] = []
    private(set) var errors = 0
    private(set) var warnings = 0
    let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    var hasErrors: Bool { errors > 0 }

    /// Counts an issue; whether it is to be kept, and so worth making.
    mutating func count(isError: Bool) -> Bool {
        if isError { errors += 1 } else { warnings += 1 }
        return (isError ? errors : warnings) <= limit
    }

    /// Keeps an issue that was counted.
    mutating func keep(_ issue: ZoneIssue) { kept.append(issue) }

    /// What was kept, and an issue for all others.
    func all(of origin: DomainName) -> [ZoneIssue] {
        var all = kept
        for (count, isError) in [(errors, true), (warnings, false)] where count > limit {
            var rest = ZoneIssue(
                .further, isError: isError, owner: origin,
                message: "and \(count - limit) more \(isError ? "errors" : "warnings")")
            rest.count = count - limit
            all.append(rest)
        }
        return all
    }
}
