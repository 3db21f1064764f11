public import Addresses

/// One way to probe a real server, and how its outcomes become a verdict.
public struct Check: Hashable, Sendable, Codable {
    /// What a probe does.
    public enum Method: Hashable, Sendable, Codable {
        /// Opens a TCP connection and closes it.
        case connect
        /// Asks for a page.
        case http(HTTPCheck)
        /// Holds a conversation in the service's own protocol.
        indirect case service(ServiceCheck)
        /// Sends something, and wants what is expected.
        indirect case exchange(ExchangeCheck)
        /// Asks gRPC's health service.
        indirect case grpc(GRPCCheck)
        /// Carries out several checks.
        indirect case group(CheckGroup)
        /// Sends an ICMP echo request, so many times at most.
        case ping(attempts: Int)
        /// Runs a program.
        indirect case external(ExternalCheck)
        /// Opens so many connections, one per probe, then does the other; that again and again until it succeeds,
        /// and at once after a connection that failed.
        indirect case alternating(connections: Int, connectTimeout: Duration, Method)
        /// Asks an agent how its real server is to be used, after sending it something. It decides about no verdict.
        case agent(sending: [UInt8])
        /// Does nothing; the verdict is up (true) or down (false) for ever.
        case constant(Bool)
    }

    /// Where it goes.
    public var target: Endpoint
    private var shared: Shared

    /// The notice where nothing is written: two weeks, as long as it takes to get another by hand.
    public static let usualCertificateNotice = Duration.seconds(14 * 86_400)

    /// Whether it asks an agent, and nothing else.
    public var isOfAgent: Bool { if case .agent = method { true } else { false } }

    /// How many descriptors its probe has at a time, at most.
    public var descriptors: Int { method.descriptors }

    /// A check; see the properties.
    public init(
        _ method: Method, target: Endpoint, interval: Duration = .seconds(10), timeout: Duration = .seconds(5),
        rise: Int = 1, fall: Int = 1, judgement: Judgement = Judgement(),
        certificateNotice: Duration = usualCertificateNotice, path: DataPath? = nil
    ) {
        self.target = target
        shared = Shared(
            Terms(
                method: method, interval: interval, timeout: timeout, rise: rise, fall: fall,
                judgement: judgement, certificateNotice: certificateNotice, path: path))
    }

    /// What a probe does.
    public var method: Method {
        get { shared.terms.method }
        set { terms.method = newValue }
    }

    /// From the start of one probe to the start of the next.
    public var interval: Duration {
        get { shared.terms.interval }
        set { terms.interval = newValue }
    }

    /// What one probe may take in all, from connecting to the last byte.
    public var timeout: Duration {
        get { shared.terms.timeout }
        set { terms.timeout = newValue }
    }

    /// Successes in a row that bring a real server up, at least 1.
    public var rise: Int {
        get { shared.terms.rise }
        set { terms.rise = newValue }
    }

    /// Failures in a row that take it down, at least 1.
    public var fall: Int {
        get { shared.terms.fall }
        set { terms.fall = newValue }
    }

    /// What else decides about the verdict, and about the interval.
    public var judgement: Judgement {
        get { shared.terms.judgement }
        set { terms.judgement = newValue }
    }

    /// A certificate that ends in less time is warned about; nothing: none is.
    public var certificateNotice: Duration {
        get { shared.terms.certificateNotice }
        set { terms.certificateNotice = newValue }
    }

    /// The way of clients, where a probe takes that; nil for the one to the target's own address.
    public var path: DataPath? {
        get { shared.terms.path }
        set { terms.path = newValue }
    }

    /// All of it but the target.
    public private(set) var terms: Terms {
        get { shared.terms }
        set { shared = Shared(newValue) }
    }
}

extension Check {
    /// What checks of different targets may have in common; see the properties of a check.
    public struct Terms: Hashable, Sendable, Codable {
        fileprivate var method: Method
        fileprivate var interval: Duration
        fileprivate var timeout: Duration
        fileprivate var rise: Int
        fileprivate var fall: Int
        fileprivate var judgement: Judgement
        fileprivate var certificateNotice: Duration
        fileprivate var path: DataPath?
    }

    /// Terms in a place of their own: a check stands in many lists, by the thousand.
    private final class Shared: Sendable {
        let terms: Terms

        init(_ terms: Terms) { self.terms = terms }
    }

    /// This check, with the terms of another one where they are equal, so that they are kept once.
    public func sharingTerms(with other: Check?) -> Check {
        guard let other, other.terms == terms else { return self }
        return other.aimed(at: target)
    }

    /// The same check of another target.
    public func aimed(at target: Endpoint) -> Check {
        var check = self
        check.target = target
        return check
    }

    /// Whether both ask the same in the same way.
    public static func == (left: Check, right: Check) -> Bool {
        left.target == right.target
            && (left.shared === right.shared || left.shared.terms == right.shared.terms)
    }

    /// By where it goes, which few checks share: those through a VIP have its address in common.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(target)
        hasher.combine(path?.realServer)
    }

    private enum CodingKeys: CodingKey { case target }

    /// Reads a check.
    public init(from decoder: any Decoder) throws {
        target = try decoder.container(keyedBy: CodingKeys.self).decode(Endpoint.self, forKey: .target)
        shared = Shared(try Terms(from: decoder))
    }

    /// Writes a check.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(target, forKey: .target)
        try terms.encode(to: encoder)
    }
}

/// A request for a page, and what its answer must be.
public struct HTTPCheck: Hashable, Sendable, Codable {
    /// The request's method.
    public enum RequestMethod: String, Hashable, Sendable, Codable {
        /// Asks for the page.
        case get = "GET"
        /// Asks for the page's header alone.
        case head = "HEAD"
    }

    /// Whether the connection is by TLS. The certificate is not verified.
    public var isSecure: Bool
    /// The request's method.
    public var requestMethod: RequestMethod
    /// The path with its query, beginning with `/`.
    public var path: String
    /// The host to ask for (and to name in TLS); nil for the real server's address.
    public var virtualHost: String?
    /// Whether the real server is a proxy: `path` is then the whole URL of a page that it is to fetch.
    public var isProxy: Bool
    /// A Perl regular expression that must match somewhere in the body; nil for none.
    public var receive: String?
    /// The statuses of a good answer.
    public var statuses = [200...299]
    /// Fields of the request's header besides those that it has anyway: name, value, name, value.
    public var fields: [String] = []
    /// What a good answer says besides.
    public var expectations: [HTTPExpectation] = []
    /// Whether HTTP/2 is spoken, and nothing else: by TLS if both sides agree on it, else without asking.
    public var isHTTP2 = false
    /// Whom TLS is to believe, and what it shows; nil: whoever answers, nothing.
    public var tls: TLSCheck?

    /// A request; see the properties.
    public init(
        isSecure: Bool = false, requestMethod: RequestMethod = .get, path: String = "/",
        virtualHost: String? = nil, isProxy: Bool = false, receive: String? = nil
    ) {
        self.isSecure = isSecure
        self.requestMethod = requestMethod
        self.path = path
        self.virtualHost = virtualHost
        self.isProxy = isProxy
        self.receive = receive
    }
}

extension Check.Method {
    fileprivate var descriptors: Int {
        switch self {
        case .group(let group): group.parts.reduce(0) { $0 + $1.method.descriptors }
        case .alternating(_, _, let method): method.descriptors
        // A second connection is for the file.
        case .service(let service) where service.service == .ftp: 2
        default: 1
        }
    }
}
