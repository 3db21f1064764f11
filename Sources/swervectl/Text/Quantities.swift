internal import ControlProtocol

/// How numbers are shown to people.
enum Quantity {
    /// A length of time in its two largest units: `3 d 4 h`, `12 min`, `5 s`.
    static func duration(seconds: Int64) -> String {
        let seconds = max(0, seconds)
        let units: [(size: Int64, name: String)] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")]
        guard let first = units.firstIndex(where: { seconds >= $0.size }) else { return "0 s" }
        let count = seconds / units[first].size
        var text = "\(count) \(units[first].name)"
        // From ten minutes on, the seconds say nothing.
        if first + 1 < units.count, !(units[first].name == "min" && count >= 10) {
            let rest = seconds % units[first].size / units[first + 1].size
            if rest > 0 { text += " \(rest) \(units[first + 1].name)" }
        }
        return text
    }

    /// A number of things: `1 zone`, `2 zones`.
    static func count(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }

    /// How long ago something was: `5 min ago`; `-` for never.
    static func ago(_ time: Timestamp?, now: Timestamp) -> String {
        time.map { duration(seconds: (now.milliseconds - $0.milliseconds) / 1000) + " ago" } ?? "-"
    }

    /// Bytes in the unit that leaves two or three digits: `45 MB`, powers of 1000.
    static func bytes(_ count: Int) -> String {
        var unit = 0
        var size = count
        let names = ["B", "kB", "MB", "GB", "TB"]
        while size >= 10_000, unit + 1 < names.count {
            size = (size + 500) / 1000
            unit += 1
        }
        return "\(size) \(names[unit])"
    }
}

extension Timestamp {
    /// This moment, by the system's clock.
    static var now: Timestamp { Timestamp(milliseconds: SystemCalls.milliseconds) }

    /// The text to the second, as people read it: `2026-11-23 12:52:33 UTC`.
    var readable: String {
        let text = description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
    }
}
