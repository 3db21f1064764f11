import Foundation

/// What a run has come to, and its time.
struct Tally {
    var zones: [String: Int] = [:]
    /// Zones that were left out with their neighbours, since one of the others did not load them, by server.
    var refused: [String: Int] = [:]
    /// Zones that a signer did not sign, by signer; served unsigned.
    var unsignable: [String: Int] = [:]
    var queries = 0
    var leftOut = 0
    var unanimous = 0
    /// Queries to which the others differ, by those whose answer is ours.
    var sided: [String: Int] = [:]
    var rules: [Rule: Int] = [:]
    var differences = 0
    private var times: [(name: String, seconds: Double)] = []

    /// Zones that were served unsigned, meant to or not.
    var unsigned: Int {
        zones["unsigned", default: 0] + unsignable.values.reduce(0, +)
    }

    /// Counts a judgement.
    mutating func count(_ judgement: Judgement) {
        queries += 1
        switch judgement.verdict {
        case .unanimous: unanimous += 1
        case .sided(let servers):
            sided[servers.map(\.rawValue).joined(separator: " and "), default: 0] += 1
        case .different: differences += 1
        }
        for rule in judgement.rules { rules[rule, default: 0] += 1 }
    }

    /// Runs a part and adds its time.
    mutating func time<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        let start = Date()
        let result = try body()
        let seconds = Date().timeIntervalSince(start)
        if let index = times.firstIndex(where: { $0.name == name }) {
            times[index].seconds += seconds
        } else {
            times.append((name, seconds))
        }
        return result
    }

    /// The figures.
    var text: String {
        var lines: [String] = []
        func line(_ number: Int, _ words: String, indented: Bool = false) {
            let text = String(number)
            lines.append(
                (indented ? "  " : "") + String(repeating: " ", count: max(0, 8 - text.count))
                    + "\(text)  \(words)")
        }
        line(zones.values.reduce(0, +), "zones")
        for (kind, count) in zones.sorted(by: { $0.key > $1.key }) { line(count, kind, indented: true) }
        for (signer, count) in unsignable.sorted(by: { $0.key < $1.key }) {
            line(count, "not signed by \(signer), served unsigned", indented: true)
        }
        for (server, count) in refused.sorted(by: { $0.key < $1.key }) {
            line(count, "not loaded by \(server), left out with their neighbours", indented: true)
        }
        line(queries, "queries, each to all four (\(leftOut) more left out)")
        line(unanimous, "all four agree", indented: true)
        for (servers, count) in sided.sorted(by: { $0.value > $1.value }) {
            line(count, "the others differ, ours is the answer of \(servers)", indented: true)
        }
        for rule in Rule.allCases {
            if let count = rules[rule] { line(count, "of these by the rule: \(rule.rawValue)", indented: true) }
        }
        line(differences, "differences left unexplained")
        let total = times.reduce(0) { $0 + $1.seconds }
        lines.append(
            "in \(Int(total.rounded())) s: "
                + times.map { "\($0.name) \(Int($0.seconds.rounded())) s" }.joined(separator: ", "))
        return lines.joined(separator: "\n")
    }
}
