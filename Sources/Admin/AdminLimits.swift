public import NIOCore

/// What clients of the control socket may take.
public struct AdminLimits: Sendable {
    /// Connections at once; one more is told so and closed.
    public var connections: Int
    /// From a connection's start to the end of its request.
    public var requestTimeout: TimeAmount
    /// What the client may take to read one response.
    public var responseTimeout: TimeAmount

    /// Limits; the defaults are for people and scripts on the same host.
    public init(
        connections: Int = 64, requestTimeout: TimeAmount = .seconds(10),
        responseTimeout: TimeAmount = .seconds(30)
    ) {
        self.connections = connections
        self.requestTimeout = requestTimeout
        self.responseTimeout = responseTimeout
    }
}
