internal import Dispatch
internal import NIOCore
internal import Patterns

/// The judging of what a task's probe is told, in one go or in several.
///
/// A search for a pattern can cost some tenths of a second, and where tasks run it would hold up all others, the
/// controller too. What costs a millisecond at most is judged in place; all else, one after another, on one thread
/// that is for nothing else. It has one turn for each probe that waits for it, so that what waits is bounded.
struct Judging {
    private static let queue = DispatchQueue(label: "swerve.judging")
    /// About a millisecond.
    private static let stepsInPlace = 20_000

    /// Until when what is judged has to be: that others' judging took longer is nothing against a server.
    var deadline: Deadline?
    private var isInPlace = true
    private var steps = stepsInPlace

    /// Judges in place, or once more and elsewhere where that is too costly.
    ///
    /// - Parameters:
    ///   - octets: How much there is to judge.
    ///   - body: Does it, for so many steps of `Pattern`.
    mutating func judge<Finding: Sendable>(
        _ octets: Int, _ body: @escaping @Sendable (_ steps: inout Int) throws(ProbeFailure) -> Finding
    ) async throws(ProbeFailure) -> Finding {
        if isInPlace {
            do throws(ProbeFailure) {
                return try body(&steps)
            } catch {
                if !error.isTooCostly { throw error }
            }
            isInPlace = false
            steps = Pattern.usualSteps
        }
        let before = steps + Pattern.steps(reading: octets)
        let result: Result<Finding, ProbeFailure>
        (result, steps) = await elsewhere(before, body)
        return try result.get()
    }

    init(until deadline: Deadline? = nil) { self.deadline = deadline }

    private func elsewhere<Finding: Sendable>(
        _ steps: Int, _ body: @escaping @Sendable (_ steps: inout Int) throws(ProbeFailure) -> Finding
    ) async -> (Result<Finding, ProbeFailure>, stepsLeft: Int) {
        let cancellation = Cancellation()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Self.queue.async { [deadline] in
                    var left = steps
                    let result = Result { () throws(ProbeFailure) in
                        if cancellation.isOrdered { throw ProbeFailure(undecided: "cancelled") }
                        if let deadline, NIODeadline.now() > deadline.end {
                            throw ProbeFailure(
                                undecided: "the judging of other answers took until the time was over")
                        }
                        return try body(&left)
                    }
                    continuation.resume(returning: (result, left))
                }
            }
        } onCancel: {
            cancellation.order()
        }
    }

    /// Whether a pattern matches somewhere in one of these texts.
    ///
    /// - Parameter what: They are, for the failure where that is too costly to say.
    mutating func finds(
        _ pattern: Pattern, in texts: [[UInt8]], _ what: String
    ) async throws(ProbeFailure) -> Bool {
        try await judge(texts.reduce(0) { $0 + $1.count }) { (steps) throws(ProbeFailure) in
            for text in texts {
                if try pattern.isThere(in: text, what, &steps) { return true }
            }
            return false
        }
    }
}

extension Pattern {
    /// Whether it matches somewhere in a text.
    ///
    /// - Parameters:
    ///   - what: That is, for the failure where that is too costly to say.
    ///   - steps: What it may cost.
    func isThere(
        in text: [UInt8], _ what: @autoclosure () -> String, _ steps: inout Int
    ) throws(ProbeFailure) -> Bool {
        switch matches(text, steps: &steps) {
        case .matched: return true
        case .notMatched: return false
        case .limitExceeded:
            throw ProbeFailure(tooCostly: "\(what()) is too costly to match with /\(self.text.quotable)/")
        }
    }
}
