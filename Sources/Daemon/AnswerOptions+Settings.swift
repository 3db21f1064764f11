internal import Answering
internal import Glibc
internal import Settings

extension AnswerOptions {
    /// What a configuration says about all answers.
    ///
    /// - Parameters:
    ///   - rateLimiter: What limits responses.
    ///   - cookieSecret: What makes cookies where the configuration has no secret.
    init(_ settings: Settings, rateLimiter: RateLimiter?, cookieSecret: CookieSecret) {
        self.init(
            allowQuery: settings.allowQuery,
            minimalResponses: Answering.MinimalResponses(settings.minimalResponses),
            minimalAny: settings.minimalAny, maximumUDPSize: settings.maximumUDPSize, rateLimiter: rateLimiter,
            cookies: CookieOptions(settings, cookieSecret),
            identity: ServerIdentity(settings, hostname: Self.hostname))
    }

    /// The name of this host, by its kernel.
    static var hostname: String {
        // HOST_NAME_MAX, and the zero at its end.
        var name = [CChar](repeating: 0, count: 65)
        unsafe gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension CookieOptions {
    fileprivate init(_ settings: Settings, _ random: CookieSecret) {
        let secrets = settings.cookieSecrets.compactMap(CookieSecret.init)
        self.init(
            secrets: settings.answersCookies ? secrets.isEmpty ? [random] : secrets : [],
            areRequired: settings.requiresServerCookie)
    }
}

extension ServerIdentity {
    /// What a configuration says, on a host of this name.
    fileprivate init(_ settings: Settings, hostname: String) {
        self.init(
            version: settings.version.octets(standard: "Swerve \(Daemon.version)"),
            hostname: settings.hostname.octets(standard: hostname),
            serverID: settings.serverID.octets(standard: hostname))
    }
}

extension ServerText {
    fileprivate func octets(standard: String) -> [UInt8]? {
        switch self {
        case .standard: Array(standard.utf8)
        case .none: nil
        case .text(let text): Array(text.utf8)
        }
    }
}
