internal import Health
internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import Synchronization

/// The certificates that the connections of one probe were shown.
final class ShownCertificates: Sendable {
    /// Those of the running task's probe, where somebody wants to know.
    @TaskLocal static var ofTask: ShownCertificates?

    private let earliest = Mutex<Int64?>(nil)

    /// When the first of them ends, in seconds since 1970; nil: none was shown.
    var end: Int64? { earliest.withLock { $0 } }

    func note(_ certificate: NIOSSLCertificate) {
        let end = Int64(certificate.notValidAfter)
        earliest.withLock { $0 = min($0 ?? end, end) }
    }
}

extension ChannelPipeline.SynchronousOperations {
    /// Adds TLS, as the last handler or behind another.
    ///
    /// - Parameters:
    ///   - serverName: the name for SNI (RFC 6066 §3), which an address cannot be.
    ///   - shown: Takes note of the server's certificate.
    func addTLSClient(
        _ context: NIOSSLContext, serverName: String? = nil, notedBy shown: ShownCertificates?,
        after handler: (any ChannelHandler)? = nil
    ) throws {
        let client = try TLSClient.handler(context, serverName: serverName)
        try addHandler(client, position: handler.map { .after($0) } ?? .last)
        if let shown { try addHandler(CertificateHandler(client, shown), position: .after(client)) }
    }
}

/// Stands behind TLS, and takes note of the certificate when it is agreed.
private final class CertificateHandler: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    private let client: NIOSSLClientHandler
    private let shown: ShownCertificates

    init(_ client: NIOSSLClientHandler, _ shown: ShownCertificates) {
        self.client = client
        self.shown = shown
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent,
            let certificate = client.peerCertificate
        {
            shown.note(certificate)
        }
        context.fireUserInboundEventTriggered(event)
    }
}

extension Check.Method {
    /// Whether a server may show a certificate.
    var mayShowCertificates: Bool {
        switch self {
        case .http(let http): http.isSecure
        case .service(let service): service.isSecure || [.mysql, .pgsql].contains(service.service)
        case .exchange(let exchange): exchange.isSecure
        case .grpc(let grpc): grpc.isSecure
        case .group(let group): group.parts.contains { $0.method.mayShowCertificates }
        case .alternating(_, _, let other): other.mayShowCertificates
        case .agent, .connect, .ping, .external, .constant: false
        }
    }
}
