/// What a check wants of TLS, and shows there.
public struct TLSCheck: Hashable, Sendable, Codable {
    /// Whether the server's certificate must be good, and its own: of the name that is asked for, or of the address.
    public var isVerified: Bool
    /// The file of the authorities that are believed; nil for those of this host.
    public var authorities: String?
    /// The file of the certificate that is shown; nil for none.
    public var certificate: String?
    /// The file of its key; nil for the certificate's own file.
    public var key: String?

    /// A wish; see the properties.
    public init(
        isVerified: Bool = false, authorities: String? = nil, certificate: String? = nil, key: String? = nil
    ) {
        self.isVerified = isVerified
        self.authorities = authorities
        self.certificate = certificate
        self.key = key
    }
}
