internal import Health
internal import NIOHTTP1
internal import Patterns

/// Judges the answer to a check's request, however it was fetched.
struct HTTPJudge {
    private let http: HTTPCheck
    private let pattern: Pattern?
    /// Those of the expectations, in their order.
    private let patterns: [Pattern?]

    init(_ http: HTTPCheck, _ cache: PatternCache) throws(ProbeFailure) {
        self.http = http
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
    ///
    /// - Parameter steps: What all of that together may cost: a check may expect many things, and an answer have very
    ///   many of a field that is looked at.
    func judge(_ answer: HTTPAnswer, _ steps: inout Int) throws(ProbeFailure) {
        if let pattern { try demand(pattern, of: answer, &steps) }
        for (expectation, pattern) in zip(http.expectations, patterns) {
            switch expectation.place {
            case .header(let name):
                try spend(answer.headers.count, of: &steps, on: "header \(name)")
                let values = answer.headers[name]
                guard let first = values.first else { throw ProbeFailure("no header \(name)") }
                var isThere = false
                for value in values where !isThere {
                    isThere = try holds(expectation.demand, pattern, value, "header \(name)", &steps)
                }
                if !isThere { throw ProbeFailure("header \(name) is '\(first.quotable)'") }
            case .json(let path):
                // To read on by four octets costs about what a step of a pattern does.
                try spend(answer.body.count / 4, of: &steps, on: "JSON \(path.text)")
                switch try JSONScanner.value(at: path, in: answer.body) {
                case nil: throw ProbeFailure("no \(path.text) in the JSON body")
                case .container(let what):
                    if expectation.demand != .present { throw ProbeFailure("JSON \(path.text) is \(what)") }
                case .text(let text):
                    if try !holds(expectation.demand, pattern, text, "JSON \(path.text)", &steps) {
                        throw ProbeFailure("JSON \(path.text) is '\(text.quotable)'")
                    }
                }
            }
        }
    }

    private func spend(
        _ cost: Int, of steps: inout Int, on what: @autoclosure () -> String
    ) throws(ProbeFailure) {
        steps -= cost
        if steps < 0 { throw ProbeFailure(tooCostly: "\(what()) is too costly to look for") }
    }

    private func holds(
        _ demand: HTTPExpectation.Demand, _ pattern: Pattern?, _ text: String,
        _ what: @autoclosure () -> String,
        _ steps: inout Int
    ) throws(ProbeFailure) -> Bool {
        switch demand {
        case .present: return true
        case .text(let wanted): return text == wanted
        case .pattern:
            guard let pattern else { return true }
            return try pattern.isThere(in: Array(text.utf8), what(), &steps)
        }
    }

    private func demand(
        _ pattern: Pattern, of answer: HTTPAnswer, _ steps: inout Int
    ) throws(ProbeFailure) {
        if try pattern.isThere(in: answer.body, "body", &steps) { return }
        if http.requestMethod == .head {
            throw ProbeFailure("HEAD brings no body that could match /\(pattern.text.quotable)/")
        }
        throw ProbeFailure("body does not match /\(pattern.text.quotable)/")
    }
}

extension HTTPCheck {
    /// Whether a status is one of a good answer.
    func isGood(_ status: Int) -> Bool { statuses.contains { $0.contains(status) } }
}
