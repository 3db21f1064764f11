internal import Addresses
internal import Health
internal import NIOHTTP1

/// What is asked of a real server: whom it is taken for, and the page.
struct HTTPRequestTarget: Hashable, Sendable {
    /// A host as the Host field and URLs name it, without a scheme's default port.
    struct Authority: Hashable, Sendable {
        /// The host, in lower case; an IPv6 address is in brackets.
        var host: String
        /// The port.
        var port: UInt16

        /// Reads `host`, `host:port`, `[v6]` or `[v6]:port`; nil where the port is none.
        init?(_ text: some StringProtocol, defaultPort: UInt16) {
            host = text.lowercased()
            port = defaultPort
            guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") else { return }
            let digits = host[host.index(after: colon)...]
            if !digits.isEmpty {
                guard let number = UInt16(digits) else { return nil }
                port = number
            }
            host = String(host[..<colon])
        }

        /// The authority of an address and port.
        init(_ endpoint: Endpoint) {
            switch endpoint.address {
            case .v4(let address): host = "\(address)"
            case .v6(let address): host = "[\(address)]"
            }
            port = endpoint.port
        }
    }

    /// Whether the scheme is https.
    let isSecure: Bool
    /// Whether it is asked of a proxy, which takes whole URLs.
    let isProxied: Bool
    /// The value of the Host field.
    var host: String
    /// The path with its query.
    var path: String
    /// The name for TLS; nil for an address.
    let serverName: String?
    /// Every way to name this real server, as its redirects may.
    private let aliases: [Authority]

    init(_ check: HTTPCheck, target: Endpoint) {
        isSecure = check.isSecure
        isProxied = check.isProxy
        if check.isProxy {
            let (host, path) = Self.parts(ofURL: check.path)
            (self.host, self.path, serverName, aliases) = (host, path, nil, [])
            return
        }
        let defaultPort: UInt16 = check.isSecure ? 443 : 80
        let real = Authority(target)
        var aliases = [real]
        host = target.port == defaultPort ? real.host : "\(real.host):\(real.port)"
        var serverName: String?
        if let virtualHost = check.virtualHost, !virtualHost.isEmpty {
            // A bare IPv6 address has colons of its own.
            let virtualHost = IPv6Address(virtualHost) == nil ? virtualHost : "[\(virtualHost)]"
            host = virtualHost
            if var named = Authority(virtualHost, defaultPort: defaultPort) {
                aliases.append(named)
                if !named.host.hasPrefix("["), IPAddress(named.host) == nil {
                    serverName = named.host.hasSuffix(".") ? String(named.host.dropLast()) : named.host
                }
                named.port = target.port
                aliases.append(named)
            }
        }
        self.aliases = aliases
        self.serverName = serverName
        path = Self.escaped(check.path.hasPrefix("/") ? check.path : "/" + check.path)
    }

    /// The request's header.
    func head(_ check: HTTPCheck) -> HTTPRequestHead {
        var headers: HTTPHeaders = [
            "Host": host, "User-Agent": "swerve", "Accept": "*/*", "Connection": "close",
        ]
        for place in stride(from: 0, to: check.fields.count - 1, by: 2) {
            headers.replaceOrAdd(name: check.fields[place], value: check.fields[place + 1])
        }
        return HTTPRequestHead(
            version: .http1_1, method: check.requestMethod == .head ? .HEAD : .GET,
            uri: isProxied ? "http://\(host)\(path)" : path, headers: headers)
    }

    /// The request that a redirect asks for; nil if it leads away from the real server: to another scheme,
    /// or to a host and port that are neither those of the Host field that was sent, nor the real server's
    /// address and port, nor the virtual host at the real server's port.
    func redirected(to location: String) -> HTTPRequestTarget? {
        var next = self
        var rest = location.prefix { $0 != "#" }
        if let separator = rest.firstRange(of: "://"),
            !rest[..<separator.lowerBound].contains(where: { "/?".contains($0) })
        {
            guard rest[..<separator.lowerBound].lowercased() == (isSecure ? "https" : "http") else {
                return nil
            }
            rest = rest[separator.lowerBound...].dropFirst()
        }
        if rest.hasPrefix("//") {
            let authority = rest.dropFirst(2).prefix { !"/?".contains($0) }
            // A proxy may be sent anywhere: it is the one that is asked all the same.
            guard let named = Authority(authority, defaultPort: isSecure ? 443 : 80),
                isProxied || aliases.contains(named)
            else {
                return nil
            }
            next.host = String(authority)
            rest = rest[authority.endIndex...]
            if !rest.hasPrefix("/") { rest = "/" + rest }
        }
        let page = path.prefix { $0 != "?" }
        if rest.hasPrefix("/") {
            next.path = Self.escaped(rest)
        } else if rest.isEmpty || rest.hasPrefix("?") {
            next.path = Self.escaped(page + rest)
        } else {
            let folder = page.lastIndex(of: "/").map { page[...$0] } ?? "/"
            next.path = Self.escaped(folder + rest)
        }
        return next
    }

    /// The host with its port and the path of `http://HOST/PATH`.
    private static func parts(ofURL url: String) -> (host: String, path: String) {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        let host = rest.prefix { !"/?#".contains($0) }
        let path = rest[host.endIndex...]
        return (String(host), escaped(path.hasPrefix("/") ? path : "/" + path))
    }

    /// A path with what may not stand in a request line in the form %XX, and without a fragment.
    private static func escaped(_ path: some StringProtocol) -> String {
        var result: [UInt8] = []
        for byte in path.utf8 {
            if byte == UInt8(ascii: "#") { break }
            if (0x21...0x7E).contains(byte) {
                result.append(byte)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += Array("%\(digits.count < 2 ? "0" : "")\(digits)".utf8)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
