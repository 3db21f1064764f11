internal import Health
internal import NIOHTTP1
internal import Patterns

/// Judges the answer to a check's request, however it was fetched.
struct HTTPJudge {
    private let http: HTTPCheck
    private let pattern: Pattern?
    /// Those of the expectations, in their order.
    private let patterns: [Pattern?]

    /// - Parameter compiled: Compiles a regular expression; nil or empty is none.
    init(_ http: HTTPCheck, _ compiled: (String?) throws(ProbeFailure) -> Pattern?) throws(ProbeFailure) {
        self.http = http
        pattern = try compiled(http.receive)
        var patterns: [Pattern?] = []
        for expectation in http.expectations {
            if case .pattern(let text) = expectation.demand {
                patterns.append(try compiled(text))
            } else {
                patterns.append(nil)
            }
        }
        self.patterns = patterns
    }

    /// Demands of an answer with a good status all else that is expected of it.
    func judge(_ answer: HTTPAnswer) throws(ProbeFailure) {
        if let pattern { try demand(pattern, of: answer) }
        for (expectation, pattern) in zip(http.expectations, patterns) {
            switch expectation.place {
            case .header(let name):
                let values = answer.headers[name]
                guard let first = values.first else { throw ProbeFailure("no header \(name)") }
                var isThere = false
                for value in values where !isThere { isThere = try holds(expectation.demand, pattern, value) }
                if !isThere { throw ProbeFailure("header \(name) is '\(first.quotable)'") }
            case .json(let path):
                switch try JSONScanner.value(at: path, in: answer.body) {
                case nil: throw ProbeFailure("no \(path.text) in the JSON body")
                case .container(let what):
                    if expectation.demand != .present { throw ProbeFailure("JSON \(path.text) is \(what)") }
                case .text(let text):
                    if try !holds(expectation.demand, pattern, text) {
                        throw ProbeFailure("JSON \(path.text) is '\(text.quotable)'")
                    }
                }
            }
        }
    }

    private func holds(
        _ demand: HTTPExpectation.Demand, _ pattern: Pattern?, _ text: String
    ) throws(ProbeFailure) -> Bool {
        switch demand {
        case .present: return true
        case .text(let wanted): return text == wanted
        case .pattern:
            guard let pattern else { return true }
            return try matches(pattern, Array(text.utf8), "what is expected")
        }
    }

    private func demand(_ pattern: Pattern, of answer: HTTPAnswer) throws(ProbeFailure) {
        if try matches(pattern, answer.body, "body") { return }
        if http.requestMethod == .head {
            throw ProbeFailure("HEAD brings no body that could match /\(pattern.text.quotable)/")
        }
        throw ProbeFailure("body does not match /\(pattern.text.quotable)/")
    }

    private func matches(
        _ pattern: Pattern, _ bytes: [UInt8], _ what: String
    ) throws(ProbeFailure) -> Bool {
        switch pattern.matches(bytes) {
        case .matched: return true
        case .notMatched: return false
        case .limitExceeded:
            var failure = ProbeFailure("\(what) is too costly to match with /\(pattern.text.quotable)/")
            failure.isTooCostly = true
            throw failure
        }
    }
}

extension HTTPCheck {
    /// Whether a status is one of a good answer.
    func isGood(_ status: Int) -> Bool { statuses.contains { $0.contains(status) } }
}
