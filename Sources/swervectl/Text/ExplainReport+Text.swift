internal import ControlProtocol

extension ExplainReport {
    /// The report for people.
    func text(now: Timestamp, colours: Bool = false) -> String {
        var lines = ["\(name) \(type)" + (from.map { " from \($0)" } ?? "")]
        for (index, step) in steps.enumerated() {
            lines.append("")
            if steps.count > 1 { lines.append("step \(index + 1): \(step.name)") }
            lines += step.lines(now: now, colours: colours)
        }
        lines += ["", "answer: \(responseCode)"]
        for (title, records) in [("ANSWER", answer), ("AUTHORITY", authority), ("ADDITIONAL", additional)]
        where !records.isEmpty {
            lines.append(";; \(title) SECTION:")
            lines += records
        }
        if !notes.isEmpty { lines.append("") }
        lines += notes.map { "note: \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }
}

extension ExplainStep {
    fileprivate func lines(now: Timestamp, colours: Bool) -> [String] {
        var lines: [String] = []
        func add(_ title: String, _ text: String) {
            lines.append(title + String(repeating: " ", count: max(1, 10 - title.count)) + text)
        }
        if let zone { add("zone", zone + (file.map { " (\($0))" } ?? "")) }
        add("match", owner.map { "\(match): \($0)" } ?? match)
        for (index, record) in written.enumerated() { add(index == 0 ? "written" : "", record) }
        guard let steering else { return lines }
        add("steering", "answers \(steering.answers), when-all-down \(steering.whenAllDown)")
        for address in steering.addresses {
            lines += address.lines(now: now, colours: colours).map { "  " + $0 }
        }
        add("decision", steering.decision)
        add("TTL", "\(steering.timeToLive) s: \(steering.timeToLiveReason)")
        return lines
    }
}

extension AddressExplanation {
    fileprivate func lines(now: Timestamp, colours: Bool) -> [String] {
        let kind =
            state.map { "VIP \(Paint.state($0.rawValue, colours)), weight \(weight)" } ?? "no VIP of ours"
        let outcome = (isAnswered ? "answered" : "left out") + (note.map { ": \($0)" } ?? "")
        var lines = ["\(address): \(kind), \(outcome)"]
        for virtual in virtualServers {
            let state = Paint.state(virtual.state.rawValue, colours)
            lines.append("  \(virtual.name) \(virtual.scheduler): \(state), \(virtual.summary)")
            for server in virtual.realServers { lines.append("    " + server.line(now: now, colours: colours)) }
            if let fallback = virtual.fallback {
                lines.append("    fallback " + fallback.line(now: now, colours: colours))
            }
        }
        return lines
    }
}

extension RealServerReport {
    /// Its state and why, one line: `192.0.2.11:80: up since 5 min, weight 1: HTTP 200 in 3 ms`.
    fileprivate func line(now: Timestamp, colours: Bool) -> String {
        let state = Paint.state(verdict.rawValue, colours)
        let since =
            since.map { " for " + Quantity.duration(seconds: (now.milliseconds - $0.milliseconds) / 1000) }
            ?? ""
        let place = actualWeight.map { "weight \($0)" } ?? "not in the table"
        return "\(endpoint): \(state)\(since), \(place): \(why)"
    }
}
