/// Something is sent, and what comes back must be as expected.
public struct ExchangeCheck: Hashable, Sendable, Codable {
    /// What is expected.
    public enum Expectation: Hashable, Sendable, Codable {
        /// That a Perl regular expression matches somewhere.
        case pattern(String)
        /// That these bytes are somewhere.
        case bytes([UInt8])
    }

    /// Whether datagrams are sent.
    public var isUDP: Bool
    /// Whether the connection is by TLS.
    public var isSecure: Bool
    /// What is sent; empty for nothing.
    public var sent: [UInt8]
    /// What is expected; nil for anything (of TCP: nothing).
    public var expected: Expectation?

    /// An exchange; see the properties.
    public init(
        isUDP: Bool = false, isSecure: Bool = false, sent: [UInt8] = [], expected: Expectation? = nil
    ) {
        self.isUDP = isUDP
        self.isSecure = isSecure
        self.sent = sent
        self.expected = expected
    }
}

/// Health as gRPC tells it (grpc.health.v1).
public struct GRPCCheck: Hashable, Sendable, Codable {
    /// The service that is asked about; empty for the server as a whole.
    public var service: String
    /// Whether the connection is by TLS.
    public var isSecure: Bool

    /// A question; see the properties.
    public init(service: String = "", isSecure: Bool = false) {
        self.service = service
        self.isSecure = isSecure
    }
}

/// Several checks of one real server.
public struct CheckGroup: Hashable, Sendable, Codable {
    /// One of them.
    public struct Part: Hashable, Sendable, Codable {
        /// What it does.
        public var method: Check.Method
        /// The port that it asks; 0 where it asks none.
        public var port: UInt16
        /// What it may take.
        public var timeout: Duration

        /// A part; see the properties.
        public init(_ method: Check.Method, port: UInt16, timeout: Duration) {
            self.method = method
            self.port = port
            self.timeout = timeout
        }
    }

    /// Whether all must succeed, rather than one.
    public var needsAll: Bool
    /// The checks.
    public var parts: [Part]

    /// Several checks; see the properties.
    public init(needsAll: Bool, _ parts: [Part]) {
        self.needsAll = needsAll
        self.parts = parts
    }
}
