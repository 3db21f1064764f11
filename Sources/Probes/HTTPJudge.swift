internal import Health
internal import NIOHTTP1
internal import Patterns

/// Judges the answer to a check's request, however it was fetched.
struct HTTPJudge {
    private let http: HTTPCheck
    private let pattern: Pattern?
    /// Those of the expectations, in their order.
    private let patterns: [Pattern?]
    /// Steps that all searches in one answer may cost beyond reading it.
    private let reserve: Int

    init(_ http: HTTPCheck, _ cache: PatternCache) throws(ProbeFailure) {
        self.http = http
        reserve = cache.reserve
        pattern = try cache.compiled(http.receive)
        var patterns: [Pattern?] = []
        for expectation in http.expectations {
            if case .pattern(let text) = expectation.demand {
                patterns.append(try cache.compiled(text))
            } else {
                patterns.append(nil)
            }
        }
        self.patterns = patterns
    }

    /// Demands of an answer with a good status all else that is expected of it.
    func judge(_ answer: HTTPAnswer) throws(ProbeFailure) {
        // One for all: of a field that is looked at, an answer may have very many.
        var reserve = reserve
        if let pattern { try demand(pattern, of: answer, &reserve) }
        for (expectation, pattern) in zip(http.expectations, patterns) {
            switch expectation.place {
            case .header(let name):
                let values = answer.headers[name]
                guard let first = values.first else { throw ProbeFailure("no header \(name)") }
                var isThere = false
                for value in values where !isThere {
                    isThere = try holds(expectation.demand, pattern, value, "header \(name)", &reserve)
                }
                if !isThere { throw ProbeFailure("header \(name) is '\(first.quotable)'") }
            case .json(let path):
                switch try JSONScanner.value(at: path, in: answer.body) {
                case nil: throw ProbeFailure("no \(path.text) in the JSON body")
                case .container(let what):
                    if expectation.demand != .present { throw ProbeFailure("JSON \(path.text) is \(what)") }
                case .text(let text):
                    if try !holds(expectation.demand, pattern, text, "JSON \(path.text)", &reserve) {
                        throw ProbeFailure("JSON \(path.text) is '\(text.quotable)'")
                    }
                }
            }
        }
    }

    private func holds(
        _ demand: HTTPExpectation.Demand, _ pattern: Pattern?, _ text: String,
        _ what: @autoclosure () -> String,
        _ reserve: inout Int
    ) throws(ProbeFailure) -> Bool {
        switch demand {
        case .present: return true
        case .text(let wanted): return text == wanted
        case .pattern:
            guard let pattern else { return true }
            return try matches(pattern, Array(text.utf8), what(), &reserve)
        }
    }

    private func demand(
        _ pattern: Pattern, of answer: HTTPAnswer, _ reserve: inout Int
    ) throws(ProbeFailure) {
        if try matches(pattern, answer.body, "body", &reserve) { return }
        if http.requestMethod == .head {
            throw ProbeFailure("HEAD brings no body that could match /\(pattern.text.quotable)/")
        }
        throw ProbeFailure("body does not match /\(pattern.text.quotable)/")
    }

    private func matches(
        _ pattern: Pattern, _ bytes: [UInt8], _ what: @autoclosure () -> String, _ reserve: inout Int
    ) throws(ProbeFailure) -> Bool {
        switch pattern.matches(bytes, reserve: &reserve) {
        case .matched: return true
        case .notMatched: return false
        case .limitExceeded:
            var failure = ProbeFailure("\(what()) is too costly to match with /\(pattern.text.quotable)/")
            failure.isTooCostly = true
            throw failure
        }
    }
}

extension HTTPCheck {
    /// Whether a status is one of a good answer.
    func isGood(_ status: Int) -> Bool { statuses.contains { $0.contains(status) } }
}
