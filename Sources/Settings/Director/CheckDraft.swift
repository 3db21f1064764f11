import Addresses
import Health

/// A check as it is written, before it is known where it goes.
struct CheckDraft {
    typealias Kind = CheckKind

    var kind: Kind
    var path = "/"
    var match: String?
    var host: String?
    var method = HTTPCheck.RequestMethod.get
    /// What a conversation says; its protocol follows from the kind.
    var conversation = ServiceCheck(.smtp)
    /// What is sent and expected.
    var exchange = ExchangeCheck()
    /// The service that grpc asks about.
    var grpc = GRPCCheck()
    /// Statuses that are good; nil for those from 200 to 299.
    var statuses: [ClosedRange<Int>]?
    /// Fields of a request's header: name, value, name, value.
    var fields: [String] = []
    /// What a good answer says besides, and where the first of them that looks into JSON is written.
    var expectations: [HTTPExpectation] = []
    var jsonPlace: Place?
    var isHTTP2 = false
    /// A certificate that ends in less time is warned about; nil where nothing is written.
    var certificateNotice: Duration?
    /// What is wanted of TLS.
    var tls = TLSCheck()
    /// The checks of a group.
    var parts: [CheckDraft] = []
    /// Echo requests of `ping`.
    var attempts = 1
    /// A program and what it is told first; the real server's address and port follow.
    var command: [String] = []
    /// Connections that are made in turn with what the kind says, and what each may take.
    var connections: (count: Int, timeout: Duration)?
    var interval: Duration = .seconds(10)
    var timeout: Duration = .seconds(5)
    var rise = 1
    var fall = 1
    /// Whether `fall` is written.
    var hasFall = false
    var judgement = Judgement()
    /// The port to check, where it is another than the real server's.
    var port: UInt16?
    /// Where `through vip` is written, which makes probes take the way of clients.
    var throughVIP: Place?
    /// Where it is written; nil for a default.
    var place: Place?

    /// The check of an address; `port` is used where the draft has none.
    func check(_ address: IPAddress, port: UInt16) -> Check {
        var method = method(address, port: port)
        if let connections {
            method = .alternating(
                connections: connections.count, connectTimeout: connections.timeout, method)
        }
        // A port that is not asked tells no checks apart.
        return Check(
            method, target: Endpoint(address, port: kind.hasPort ? self.port ?? port : 0), interval: interval,
            timeout: timeout, rise: rise, fall: fall, judgement: judgement,
            certificateNotice: parts.compactMap(\.noticeInGroup).max() ?? certificateNotice
                ?? Check.usualCertificateNotice)
    }

    /// What a part has to say of its group's notice: nothing, if it sees no certificate.
    private var noticeInGroup: Duration? {
        let isSecure =
            kind == .https || kind.service?.isSecure ?? false || exchange.isSecure || grpc.isSecure
        return certificateNotice ?? (isSecure ? Check.usualCertificateNotice : nil)
    }

    private func method(_ address: IPAddress, port: UInt16) -> Check.Method {
        switch kind {
        case .connect: .connect
        case .http, .https:
            .http(
                page(
                    HTTPCheck(
                        isSecure: kind == .https, requestMethod: method, path: path, virtualHost: host,
                        receive: match)))
        case .httpProxy:
            .http(
                page(
                    HTTPCheck(requestMethod: method, path: conversation.request, isProxy: true, receive: match))
            )
        case .tcp, .udp: .exchange(exchange(isUDP: kind == .udp))
        case .grpc: .grpc(grpc)
        case .all, .any:
            .group(
                CheckGroup(
                    needsAll: kind == .all,
                    parts.map { part in
                        let check = part.check(address, port: self.port ?? port)
                        return CheckGroup.Part(check.method, port: check.target.port, timeout: check.timeout)
                    }))
        case .ping: .ping(attempts: attempts)
        case .external:
            .external(
                ExternalCheck(
                    command: command.first ?? "",
                    arguments: command.dropFirst() + [address.bracketed, "\(port)"]))
        case .on: .constant(true)
        case .off: .constant(false)
        default: .service(service)
        }
    }

    private func page(_ check: HTTPCheck) -> HTTPCheck {
        var check = check
        if let statuses { check.statuses = statuses }
        check.fields = fields
        check.expectations = expectations
        check.isHTTP2 = isHTTP2
        if check.isSecure, tls != TLSCheck() { check.tls = tls }
        return check
    }

    private func exchange(isUDP: Bool) -> ExchangeCheck {
        var check = exchange
        check.isUDP = isUDP
        if let match { check.expected = .pattern(match) }
        return check
    }

    private var service: ServiceCheck {
        var check = conversation
        if let (service, isSecure) = kind.service {
            check.service = service
            check.isSecure = isSecure
        }
        check.receive = match
        return check
    }

    /// Why it can't take the way of clients; nil: it can.
    var obstacleThroughVIP: (reason: String, hint: String?)? {
        switch kind {
        case .connect, .http, .https, .httpProxy, .smtp, .pop, .pops, .imap, .imaps, .nntp, .ldap, .ldaps,
            .mysql, .pgsql, .simpletcp, .redis, .tcp, .grpc, .dns, .sip, .udp, .radius:
            nil
        case .ftp: ("its data goes by another port", nil)
        case .ping, .external: ("it asks no port", nil)
        case .on, .off: ("it asks nobody", nil)
        case .all, .any:
            parts.lazy.compactMap { part in
                part.obstacleThroughVIP.map {
                    ("of 'check \(part.kind.rawValue)' in it: \($0.reason)", $0.hint)
                }
            }.first
        }
    }

    /// Whether what is asked goes in datagrams.
    var isOfDatagrams: Bool {
        switch kind {
        case .udp, .radius: true
        case .dns, .sip: conversation.isUDP
        default: parts.contains(where: \.isOfDatagrams)
        }
    }

    /// Whether another port than the virtual server's is asked.
    var hasOwnPort: Bool { port != nil || parts.contains(where: \.hasOwnPort) }

    /// Whether a probe goes anywhere.
    var isProbe: Bool { kind.isProbe }

    /// Whether a port is asked that has to be known from elsewhere.
    var needsPort: Bool { port == nil && (kind.hasPort || parts.contains(where: \.needsPort)) }
}

extension IPAddress {
    /// The address as ldirectord tells it to programs: that of IPv6 in brackets.
    var bracketed: String { family == .v6 ? "[\(self)]" : "\(self)" }
}
