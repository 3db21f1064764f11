internal import Health
internal import NIOCore
internal import NIOHTTP1
internal import Patterns

extension Prober {
    /// Redirects that are followed.
    private static let maximumRedirects = 5

    /// Asks for a page. It is a success if the status is from 200 to 299 and the pattern, where there
    /// is one, matches the body. `HEAD` brings no body, so only a pattern that matches nothing at all
    /// succeeds there, as in ldirectord.
    func probeHTTP(_ check: Check, _ http: HTTPCheck) async throws(ProbeFailure) -> Outcome {
        let pattern = try compiled(http.receive)
        let deadline = Deadline(check.timeout)
        var request = HTTPRequestTarget(http, target: check.target)
        for _ in 0...Self.maximumRedirects {
            let answer = try await ask(check, http, request, deadline)
            switch answer.status {
            case let status where http.isGood(status):
                if let pattern { try demand(pattern, of: answer, http) }
                return .success("HTTP \(answer.status) \(deadline.elapsed)")
            case 301, 302, 303, 307, 308:
                guard let location = answer.location else {
                    throw ProbeFailure("HTTP \(answer.status) without a Location")
                }
                guard let next = request.redirected(to: location) else {
                    throw ProbeFailure("redirected to \(location.quotable)")
                }
                request = next
            default:
                throw ProbeFailure("HTTP \(answer.status)")
            }
        }
        throw ProbeFailure("redirected more than \(Self.maximumRedirects) times")
    }

    func compiled(_ text: String?) throws(ProbeFailure) -> Pattern? {
        guard let text, !text.isEmpty else { return nil }
        do throws(PatternError) {
            return try patterns.pattern(text)
        } catch {
            throw ProbeFailure("/\(text.quotable)/ is no regular expression: \(error)")
        }
    }

    private func demand(
        _ pattern: Pattern, of answer: HTTPAnswer, _ http: HTTPCheck
    ) throws(ProbeFailure) {
        switch pattern.matches(answer.body) {
        case .matched: return
        case .notMatched where http.requestMethod == .head:
            throw ProbeFailure("HEAD brings no body that could match /\(pattern.text.quotable)/")
        case .notMatched: throw ProbeFailure("body does not match /\(pattern.text.quotable)/")
        case .limitExceeded:
            throw ProbeFailure("body is too costly to match with /\(pattern.text.quotable)/")
        }
    }

    /// One request on a connection of its own.
    private func ask(
        _ check: Check, _ http: HTTPCheck, _ request: HTTPRequestTarget, _ deadline: Deadline
    ) async throws(ProbeFailure) -> HTTPAnswer {
        let context = http.isSecure ? try tlsContext(http.tls) : nil
        let found = try await converse(with: check.target, until: deadline) { pipeline, connection in
            if let context {
                try pipeline.addHandler(TLSClient.handler(context, serverName: request.serverName))
            }
            try pipeline.addHTTPClientHandlers(decoderLimitConfiguration: HTTPAnswer.headerLimits)
            try pipeline.addHandler(
                HTTPAnswerHandler(
                    connection, request.head(http), hasBody: http.isGood,
                    afterConnecting: context == nil ? .waiting : .negotiating))
        }
        guard case .answered(let answer) = found else { throw ProbeFailure("no answer") }
        return answer
    }
}

extension HTTPCheck {
    /// Whether a status is one of a good answer.
    func isGood(_ status: Int) -> Bool { statuses.contains { $0.contains(status) } }
}
