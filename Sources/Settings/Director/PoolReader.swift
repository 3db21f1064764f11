import Diagnostics
import Director

/// What a virtual server says about its real servers as a pool.
struct PoolDraft {
    /// Serving real servers that keep it up once the quorum was reached.
    var lowQuorum: Int?
    /// The percentage of real servers that may be taken out at a time.
    var maximumDown: Int?
    /// How long a real server that has returned takes to its whole weight, and where that is written.
    var slowStart: (span: Duration, place: Place)?
}

/// Reads statements about the pool, and judges them.
enum PoolReader {
    static let known = ["max-down", "slow-start"]

    /// `N [low M]` after `quorum`.
    static func quorum(_ cursor: inout StatementCursor, into draft: inout VirtualServerDraft) {
        let place = cursor.nextWord?.place
        guard let count = cursor.number("a quorum", 1...65_535) else { return }
        draft.quorum = (count, place)
        if cursor.skip("low") { draft.pool.lowQuorum = cursor.number("a low quorum", 1...count) }
    }

    /// Reads one of the others, if it is one of them.
    static func read(_ keyword: String, _ cursor: inout StatementCursor, into pool: inout PoolDraft) -> Bool {
        switch keyword {
        case "max-down": pool.maximumDown = percentage(&cursor)
        case "slow-start":
            let place = cursor.name.place
            pool.slowStart = cursor.duration("a span", .seconds(1) ... .seconds(86_400)).map { ($0, place) }
        default: return false
        }
        return true
    }

    /// `N%`
    private static func percentage(_ cursor: inout StatementCursor) -> Int? {
        guard let word = cursor.word("a percentage") else { return nil }
        let digits = word.text.hasSuffix("%") ? String(word.text.dropLast()) : ""
        guard let value = decimal(digits), (1...100).contains(value) else {
            cursor.fail("a percentage from 1% to 100% is expected, not '\(word.text)'", at: word.place)
            return nil
        }
        return value
    }

    static func judge(_ draft: VirtualServerDraft, _ reading: Reading) {
        let scheduler = draft.scheduler.name
        guard let use = ServiceOptions(scheduler: scheduler).otherUseOfWeights else { return }
        let agents = [draft.agent] + draft.realServers.map(\.agent)
        if let agent = agents.lazy.compactMap({ $0?.isOff ?? true ? nil : $0?.place }).first {
            reading.warning(
                "the scheduler '\(scheduler)' \(use): of an agent's percentages only 0% means something",
                at: agent)
        }
        if let slowStart = draft.pool.slowStart {
            reading.error(
                "slow-start raises a weight in steps, but the scheduler '\(scheduler)' \(use)",
                at: slowStart.place, hint: scheduler == "lc" ? "write 'scheduler wlc'" : "write 'scheduler wrr'"
            )
        }
    }
}
