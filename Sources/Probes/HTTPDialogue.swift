internal import Addresses
internal import Health
internal import NIOHTTP1

/// A check's way from one page to the next, as redirects lead it, up to the one that is judged.
struct HTTPDialogue: Sendable {
    /// Redirects that are followed.
    private static let maximumRedirects = 5

    private var request: HTTPRequestTarget
    private let http: HTTPCheck
    private let judge: HTTPJudge
    private var redirects = 0

    init(_ http: HTTPCheck, target: Endpoint, _ patterns: PatternCache) throws(ProbeFailure) {
        self.http = http
        judge = try HTTPJudge(http, patterns)
        request = HTTPRequestTarget(http, target: target)
    }

    /// What is to be asked next, without TLS.
    var exchange: HTTPExchange {
        HTTPExchange(
            head: request.head(http), hasBody: http.isGood, serverName: request.serverName,
            isHTTP2: http.isHTTP2)
    }

    /// Takes an answer in; whether it was the last one, and a good one.
    ///
    /// - Parameter steps: What it may cost to judge it.
    mutating func take(_ answer: HTTPAnswer, _ steps: inout Int) throws(ProbeFailure) -> Bool {
        switch answer.status {
        case let status where http.isGood(status):
            try judge.judge(answer, &steps)
            return true
        case 301, 302, 303, 307, 308:
            guard let location = answer.headers.first(name: "location") else {
                throw ProbeFailure("HTTP \(answer.status) without a Location")
            }
            guard let next = request.redirected(to: location) else {
                throw ProbeFailure("redirected to \(location.quotable)")
            }
            if redirects == Self.maximumRedirects {
                throw ProbeFailure("redirected more than \(Self.maximumRedirects) times")
            }
            redirects += 1
            request = next
            return false
        default:
            throw ProbeFailure("HTTP \(answer.status)")
        }
    }
}
