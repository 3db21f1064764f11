/// The version of the PROXY protocol in which the relay tells a real server whose connection it is.
public enum ProxyProtocol: String, Hashable, Sendable, CaseIterable {
    /// One line of text.
    case v1
    /// Binary.
    case v2
}
