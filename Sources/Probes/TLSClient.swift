internal import NIOSSL

/// TLS as a check speaks it: whoever answers is believed, and old servers are spoken to.
enum TLSClient {
    static func context() throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.minimumTLSVersion = .tlsv1
        configuration.cipherSuites = "ALL"
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

extension Prober {
    func tlsContext() throws(ProbeFailure) -> NIOSSLContext {
        switch tls {
        case .success(let context): return context
        case .failure(let error): throw ProbeFailure(undecided: "TLS: \(error)")
        }
    }
}
