internal import Health
internal import NIOSSL
internal import Synchronization

/// TLS as a check speaks it: whoever answers is believed, and old servers are spoken to.
enum TLSClient {
    static func context(protocols: [String] = [], for check: TLSCheck = TLSCheck()) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = check.isVerified ? .fullVerification : .none
        configuration.minimumTLSVersion = .tlsv1
        configuration.cipherSuites = "ALL"
        configuration.applicationProtocols = protocols
        if let authorities = check.authorities { configuration.trustRoots = .file(authorities) }
        if let certificate = check.certificate {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map {
                .certificate($0)
            }
            configuration.privateKey = .privateKey(
                try NIOSSLPrivateKey(file: check.key ?? certificate, format: .pem))
        }
        return try NIOSSLContext(configuration: configuration)
    }

    /// - Parameter serverName: the name for SNI (RFC 6066 §3), which an address cannot be.
    static func handler(_ context: NIOSSLContext, serverName: String?) throws -> NIOSSLClientHandler {
        do {
            return try NIOSSLClientHandler(context: context, serverHostname: serverName)
        } catch {
            throw ProbeFailure("TLS: \(serverName?.quotable ?? "") cannot be a server name")
        }
    }

    /// Why TLS failed, in BoringSSL's words made lower case: `wrong version number`.
    static func reason(_ error: any Error) -> String? {
        switch error {
        case NIOSSLError.handshakeFailed(let error): reason(error)
        case let error as BoringSSLError: reason(error)
        case let error as NIOSSLError: "TLS: \(error)"
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            "TLS: the certificate is of another name"
        default: nil
        }
    }

    private static func reason(_ error: BoringSSLError) -> String {
        guard case .sslError(let stack) = error, let first = stack.first else { return "TLS: \(error)" }
        if first == .eofDuringHandshake { return "TLS: connection closed during the handshake" }
        // error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at FILE:LINE
        let words = first.description.split(separator: " at /")[0].split(separator: ":").last ?? "failed"
        let reason = words.lowercased().split(separator: "_").joined(separator: " ")
        return "TLS: \(reason)" + (reason == "wrong version number" ? " (it speaks no TLS there)" : "")
    }
}

/// Contexts by what a check wants of TLS, each made anew after a while, since files change.
final class TLSContextCache: Sendable {
    private static let age = Duration.seconds(300)
    /// More than any configuration has; beyond, all are made anew.
    private static let capacity = 1024

    private struct Wish: Hashable {
        var check: TLSCheck
        var isHTTP2: Bool
    }

    private let made = Mutex<[Wish: (context: NIOSSLContext, at: ContinuousClock.Instant)]>([:])

    func context(_ check: TLSCheck, isHTTP2: Bool) throws(ProbeFailure) -> NIOSSLContext {
        let now = ContinuousClock.now
        let wish = Wish(check: check, isHTTP2: isHTTP2)
        if let known = made.withLock({ $0[wish] }), now - known.at < Self.age { return known.context }
        do {
            let context = try TLSClient.context(protocols: isHTTP2 ? ["h2"] : [], for: check)
            made.withLock { made in
                if made.count >= Self.capacity { made.removeAll() }
                made[wish] = (context, now)
            }
            return context
        } catch {
            let files = [check.authorities, check.certificate, check.key].compactMap { $0 }.joined(
                separator: ", ")
            throw ProbeFailure(undecided: "TLS: \(files.isEmpty ? "it" : files) can't be used: \(error)")
        }
    }
}

extension Prober {
    func tlsContext(_ check: TLSCheck, isHTTP2: Bool) throws(ProbeFailure) -> NIOSSLContext {
        try tlsContexts.context(check, isHTTP2: isHTTP2)
    }

    func tlsContext() throws(ProbeFailure) -> NIOSSLContext { try tlsContext(TLSCheck(), isHTTP2: false) }
}
