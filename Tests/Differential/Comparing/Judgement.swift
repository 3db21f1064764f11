import DNSWire

/// How our answer stands to the others'.
enum Verdict: Hashable {
    /// All four said the same.
    case unanimous
    /// The others differ, and ours is that of these.
    case sided([ServerKind])
    /// Ours is nobody's.
    case different(String)

    var isDifferent: Bool { if case .different = self { true } else { false } }
}

/// A verdict, and the rules that it took.
struct Judgement {
    var verdict: Verdict
    var rules: [Rule] = []

    /// Judges a round.
    init(_ round: Round) {
        if let fault = Self.fault(round) {
            verdict = .different(fault)
            return
        }
        var replies = round.replies
        verdict = Self.compare(replies)
        if verdict == .unanimous { return }
        var best = verdict
        for rule in Rule.allCases {
            let before = replies
            rule.apply(round, &replies)
            if replies == before { continue }
            rules.append(rule)
            best = Self.compare(replies)
            if best == .unanimous { break }
        }
        // Where ours was somebody's as it was, nothing had to be overlooked.
        if !verdict.isDifferent && best.isDifferent || best == verdict { rules = [] } else { verdict = best }
    }

    private static func compare(_ replies: [ServerKind: Reply]) -> Verdict {
        guard let ours = replies[.swerve] else { return .different("not asked") }
        let same = ServerKind.peers.filter { replies[$0] == ours }
        if same.count == ServerKind.peers.count { return .unanimous }
        return same.isEmpty ? .different("nobody's answer") : .sided(same)
    }

    /// What is wrong with our answer, whatever others say.
    private static func fault(_ round: Round) -> String? {
        switch round.replies[.swerve] {
        case .malformed(let text): return "malformed: \(text)"
        case .answer(let ours):
            // Signatures that were asked for come again beside the addresses that they are of.
            if round.query.type != .rrsig, let record = ours.repeated.first {
                return "twice in the answer: \(record.text)"
            }
            if ours.size > round.query.limit { return "\(ours.size) octets, beyond \(round.query.limit)" }
            guard let whole = round.whole?[.swerve]?.answer, round.query.type != .any else { return nil }
            // What is whole over TCP and fits was cut short for nothing (RFC 2181 §9).
            if ours.isTruncated && whole.size <= round.query.limit {
                return "TC, although \(whole.size) octets fit"
            }
            if !ours.isTruncated && round.minimalResponses
                && (ours.code != whole.code || ours[.answer] != whole[.answer]
                    || ours[.authority] != whole[.authority])
            {
                return "neither whole nor TC"
            }
            return nil
        default: return nil
        }
    }
}
