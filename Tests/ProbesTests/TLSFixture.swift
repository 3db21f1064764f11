import NIOSSL

/// A self-signed certificate for "swerve test", valid until 2126, made for these tests only:
/// `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj "/CN=swerve test"`
enum TLSFixture {
    static func serverContext() throws -> NIOSSLContext {
        let certificates = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8))
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem)))
        return try NIOSSLContext(configuration: configuration)
    }

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBhDCCASmgAwIBAgIUfpUVJkl7HrOPXFMu/dlxVM8Tz2EwCgYIKoZIzj0EAwIw
        FjEUMBIGA1UEAwwLc3dlcnZlIHRlc3QwIBcNMjYxMTIzMTMwODEyWhgPMjEyNjEw
        MzAxMzA4MTJaMBYxFDASBgNVBAMMC3N3ZXJ2ZSB0ZXN0MFkwEwYHKoZIzj0CAQYI
        KoZIzj0DAQcDQgAE3d88frIL+nGu1xahlsj/d899Ra6d+QDaJtnpILwx6aAMM+cc
        NfC8hSEB+DORSMfC9RU2RZdHuwqxHfVazDwGKKNTMFEwHQYDVR0OBBYEFJHXEMfw
        I7DUgHhKWjJHZxxKDbavMB8GA1UdIwQYMBaAFJHXEMfwI7DUgHhKWjJHZxxKDbav
        MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAIIxokMLQU1C4Lg2
        JrIsIBK19BYzZmQB+SaMR2hkvBi0AiEAq+HTAK249BObmJyHYfidh5yPzNPq8Kj4
        sfwFRmVJ+BQ=
        -----END CERTIFICATE-----
        """

    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgQ9MnXB1zyrAUclPR
        tjmohfrHuWApLgk3bBAG00+KiwShRANCAATd3zx+sgv6ca7XFqGWyP93z31Frp35
        ANom2ekgvDHpoAwz5xw18LyFIQH4M5FIx8L1FTZFl0e7CrEd9VrMPAYo
        -----END PRIVATE KEY-----
        """
}
