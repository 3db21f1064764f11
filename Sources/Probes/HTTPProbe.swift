internal import Addresses
internal import Health
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import Patterns

extension Prober {
    /// Asks for a page. It is a success if the status is a good one and the answer is as expected.
    /// `HEAD` brings no body, so only a pattern that matches nothing at all succeeds there, as in
    /// ldirectord.
    func probeHTTP(_ check: Check, _ http: HTTPCheck) async throws(ProbeFailure) -> Outcome {
        let deadline = Deadline(check.timeout)
        var dialogue = try HTTPDialogue(http, target: check.target, patterns)
        var judging = Judging(until: deadline)
        let context = http.isSecure ? try tlsContext(http.tls ?? TLSCheck(), isHTTP2: http.isHTTP2) : nil
        while true {
            var exchange = dialogue.exchange
            exchange.context = context
            let answer = try await fetch(exchange, of: check.target, deadline)
            let isLast: Bool
            (isLast, dialogue) = try await judging.judge(answer.octets) {
                [dialogue] (steps) throws(ProbeFailure) in
                var next = dialogue
                return (try next.take(answer, &steps), next)
            }
            if isLast { return .success("HTTP \(answer.status) \(deadline.elapsed)") }
        }
    }

    func compiled(_ text: String?) throws(ProbeFailure) -> Pattern? { try patterns.compiled(text) }
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
        var text = head.method.rawValue + " " + head.uri + " HTTP/1.1\r\n"
        text.reserveCapacity(256)
        for (name, value) in head.headers {
            text += name
            text += ": "
            text += value
            text += "\r\n"
        }
        text += "\r\n"
        return Array(text.utf8) + body
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
