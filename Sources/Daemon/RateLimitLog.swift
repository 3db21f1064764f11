internal import Addresses
internal import Answering
internal import DNSWire

/// What the log says about limited responses: a line when the limiting of an account starts and one when it
/// stops, in the words of BIND's category `rate-limit`. However many there are, only some lines a second.
struct RateLimitLog {
    /// A line of the log.
    struct Line: Equatable {
        var isWarning: Bool
        var text: String
    }

    private let isLogOnly: Bool
    private var limited: [UInt64: RateNotice] = [:]

    /// Accounts of which an end is told; those beyond are numbers only.
    static let capacity = 1000
    /// Lines about starts in a second, and as many about stops.
    static let linesPerSecond = 10
    /// How long an account has to be quiet before its limiting is said to have stopped (BIND has the same).
    static let quietSeconds = 60

    init(isLogOnly: Bool) {
        self.isLogOnly = isLogOnly
    }

    /// What there is to say about a second.
    ///
    /// - Parameters:
    ///   - notices: Accounts whose limiting has started.
    ///   - lost: How many more there were.
    ///   - standing: How an account stands; nil if nothing is known of it any more.
    mutating func lines(
        for notices: [RateNotice], lost: Int, standing: (RateNotice) -> (age: Int, isInDebt: Bool)?
    ) -> [Line] {
        var lines: [Line] = []
        var untold = lost
        for notice in notices where limited[notice.account] == nil {
            if lines.count < Self.linesPerSecond && limited.count < Self.capacity {
                limited[notice.account] = notice
                lines.append(Line(isWarning: true, text: "\(would)limit \(notice.words)"))
            } else {
                untold += 1
            }
        }
        if untold > 0 {
            lines.append(
                Line(isWarning: true, text: "\(would)limit \(untold) more kinds of responses or clients"))
        }
        var stops = 0
        for (account, notice) in limited where stops < Self.linesPerSecond {
            if let standing = standing(notice), standing.age < Self.quietSeconds || standing.isInDebt {
                continue
            }
            limited[account] = nil
            stops += 1
            lines.append(Line(isWarning: false, text: "\(would)stop limiting \(notice.words)"))
        }
        return lines
    }

    private var would: String { isLogOnly ? "would " : "" }
}

extension RateNotice {
    /// `NXDOMAIN responses to 192.0.2.0/24 for example.com`.
    fileprivate var words: String {
        let about = " responses to \(client)"
        let name = name.displayText
        let recordClass = recordClass == 3 ? "CH" : recordClass == 255 ? "ANY" : "IN"
        switch kind {
        case .answer: return "\(about.dropFirst()) for \(name) \(recordClass) \(type)"
        case .referral: return "referral\(about) for \(name) \(recordClass)"
        case .nodata: return "NODATA\(about) for \(name) \(recordClass)"
        case .nxdomain: return "NXDOMAIN\(about) for \(name)"
        case .error: return "error\(about)"
        case .all, .tcp: return "all\(about)"
        }
    }
}

/// How many queries a second there are, over the last window of seconds, or since its beginning if there are
/// more now.
struct QueryRate {
    private var start: (second: Int, total: UInt64)?
    private var last = 1.0

    /// Takes the number of queries so far at a second; how many a second there are.
    mutating func take(_ total: UInt64, at second: Int, window: Int) -> Double {
        guard let begin = start, second >= begin.second, total >= begin.total else {
            start = (second, total)
            return last
        }
        let seconds = second - begin.second
        if seconds == 0 { return last }
        let rate = Double(total - begin.total) / Double(seconds)
        if seconds < window { return max(rate, last) }
        start = (second, total)
        last = max(rate, 1)
        return last
    }
}
