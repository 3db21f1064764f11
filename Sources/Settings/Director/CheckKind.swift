import Health

/// The kinds of checks, by their names in swerve.conf.
enum CheckKind: String, CaseIterable {
    case connect, http, https
    case httpProxy = "http-proxy"
    case ftp, smtp, pop, pops, imap, imaps, nntp, ldap, ldaps, dns, mysql, pgsql, radius, sip, simpletcp, redis
    case tcp, udp, grpc, ping, external, all, any, on, off

    /// The conversation that it holds, and whether by TLS; nil for what is none.
    var service: (service: ServiceCheck.Service, isSecure: Bool)? {
        switch self {
        case .connect, .http, .https, .httpProxy, .tcp, .udp, .grpc, .ping, .external, .all, .any, .on, .off:
            nil
        case .ftp: (.ftp, false)
        case .smtp: (.smtp, false)
        case .pop: (.pop, false)
        case .pops: (.pop, true)
        case .imap: (.imap, false)
        case .imaps: (.imap, true)
        case .nntp: (.nntp, false)
        case .ldap: (.ldap, false)
        case .ldaps: (.ldap, true)
        case .dns: (.dns, false)
        case .mysql: (.mysql, false)
        case .pgsql: (.pgsql, false)
        case .radius: (.radius, false)
        case .sip: (.sip, false)
        case .simpletcp: (.simpletcp, false)
        case .redis: (.redis, false)
        }
    }

    /// The statements that say what is asked, beside those of time and port.
    var statements: [String] {
        switch self {
        case .http, .https:
            [
                "path", "match", "host", "method", "status", "header", "expect-header", "json", "http2",
                "verify", "authorities", "certificate", "key", "certificate-expiry",
            ]
        case .httpProxy: ["request", "match", "method", "status", "header", "expect-header", "json"]
        case .ftp: ["login", "password", "request", "match"]
        case .pop, .pops, .imap, .imaps: ["login", "password", "certificate-expiry"]
        case .redis: ["login", "password"]
        case .ldap, .ldaps: ["login", "password", "request", "match", "certificate-expiry"]
        case .dns: ["request", "match", "transport"]
        case .mysql, .pgsql: ["login", "password", "database", "request", "certificate-expiry"]
        case .radius: ["login", "password", "secret"]
        case .sip: ["login", "transport"]
        case .simpletcp: ["request", "match"]
        case .ping: ["attempts"]
        case .external: ["command"]
        case .tcp: ["send", "send-hex", "match", "match-hex", "tls", "certificate-expiry"]
        case .udp: ["send", "send-hex", "match", "match-hex"]
        case .grpc: ["service", "tls", "certificate-expiry"]
        case .all, .any: ["check"]
        case .connect, .smtp, .nntp, .on, .off: []
        }
    }

    /// The statements without which it says nothing.
    var needed: [String] {
        switch self {
        case .httpProxy, .dns: ["request"]
        case .radius: ["login", "secret"]
        case .sip: ["login"]
        case .external: ["command"]
        case .all, .any: ["check"]
        default: []
        }
    }

    /// Whether a probe goes anywhere.
    var isProbe: Bool { self != .on && self != .off }

    /// Whether a port is asked.
    var hasPort: Bool { isProbe && self != .ping && self != .external && self != .all && self != .any }
}
