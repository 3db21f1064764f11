internal import Addresses
internal import Health
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Patterns

extension Prober {
    /// Redirects that are followed.
    private static let maximumRedirects = 5

    /// Asks for a page. It is a success if the status is a good one and the answer is as expected.
    /// `HEAD` brings no body, so only a pattern that matches nothing at all succeeds there, as in
    /// ldirectord.
    func probeHTTP(_ check: Check, _ http: HTTPCheck) async throws(ProbeFailure) -> Outcome {
        let judge = try HTTPJudge(http, compiled)
        let deadline = Deadline(check.timeout)
        var request = HTTPRequestTarget(http, target: check.target)
        for _ in 0...Self.maximumRedirects {
            let answer = try await ask(check, http, request, deadline)
            switch answer.status {
            case let status where http.isGood(status):
                try judge.judge(answer)
                return .success("HTTP \(answer.status) \(deadline.elapsed)")
            case 301, 302, 303, 307, 308:
                guard let location = answer.headers.first(name: "location") else {
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

    private func ask(
        _ check: Check, _ http: HTTPCheck, _ request: HTTPRequestTarget, _ deadline: Deadline
    ) async throws(ProbeFailure) -> HTTPAnswer {
        let context = http.isSecure ? try tlsContext(http.tls ?? TLSCheck(), isHTTP2: http.isHTTP2) : nil
        return try await fetch(
            HTTPExchange(
                head: request.head(http), hasBody: http.isGood, context: context,
                serverName: request.serverName, isHTTP2: http.isHTTP2), of: check.target, deadline)
    }
}

/// One request, and how it is sent.
struct HTTPExchange: Sendable {
    var head: HTTPRequestHead
    var body: [UInt8] = []
    /// Whether the body of an answer with a status is looked at.
    var hasBody: @Sendable (Int) -> Bool
    /// For TLS; nil for none.
    var context: NIOSSLContext?
    var serverName: String?
    var isHTTP2: Bool

    /// Whether it is HTTP/1.1 without TLS.
    var isPlain: Bool { context == nil && !isHTTP2 }

    /// The request as HTTP/1.1 has it on the wire.
    var bytes: [UInt8] {
        var text = "\(head.method) \(head.uri) HTTP/1.1\r\n"
        for (name, value) in head.headers { text += "\(name): \(value)\r\n" }
        return Array((text + "\r\n").utf8) + body
    }
}

extension Prober {
    /// Sends one request on a connection of its own.
    func fetch(
        _ exchange: HTTPExchange, of target: Endpoint, _ deadline: Deadline
    ) async throws(ProbeFailure) -> HTTPAnswer {
        let found =
            exchange.isPlain
            ? try await askPlainly(target, exchange, deadline)
            : try await askByTLS(exchange, of: target, deadline)
        guard case .answered(let answer) = found else { throw ProbeFailure("no answer") }
        return answer
    }

    /// By TLS, or in HTTP/2.
    private func askByTLS(
        _ exchange: HTTPExchange, of target: Endpoint, _ deadline: Deadline
    ) async throws(ProbeFailure) -> Found {
        let shown = ShownCertificates.ofTask
        return try await converse(with: target, until: deadline) { pipeline, connection in
            if let context = exchange.context {
                try pipeline.addTLSClient(context, serverName: exchange.serverName, notedBy: shown)
            }
            @Sendable func handler(_ connection: ConnectionGuard) -> HTTPAnswerHandler {
                HTTPAnswerHandler(
                    connection, exchange.head, body: exchange.body, hasBody: exchange.hasBody,
                    afterConnecting: exchange.context == nil ? .waiting : .negotiating)
            }
            if exchange.isHTTP2 {
                return try pipeline.addHTTP2Client(
                    connection, isSecure: exchange.context != nil, handler)
            }
            try pipeline.addHTTPClientHandlers(decoderLimitConfiguration: HTTPAnswer.headerLimits)
            try pipeline.addHandler(handler(connection))
        }
    }
}
