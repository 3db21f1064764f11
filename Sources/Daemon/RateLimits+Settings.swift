internal import Answering
internal import Settings

extension RateLimits {
    /// The limits of a configuration.
    init(_ settings: RateLimitSettings) {
        self.init()
        responses = settings.responsesPerSecond
        referrals = settings.referralsPerSecond ?? settings.responsesPerSecond
        nodata = settings.nodataPerSecond ?? settings.responsesPerSecond
        nxdomains = settings.nxdomainsPerSecond ?? settings.responsesPerSecond
        errors = settings.errorsPerSecond ?? settings.responsesPerSecond
        all = settings.allPerSecond
        window = settings.window
        slip = settings.slip
        qpsScale = settings.qpsScale ?? 0
        ipv4PrefixLength = settings.ipv4PrefixLength
        ipv6PrefixLength = settings.ipv6PrefixLength
        exemptClients = settings.exemptClients
        isLogOnly = settings.isLogOnly
        tableSize = settings.maximumTableSize
    }
}

extension RateLimiter {
    /// What a configuration asks for: the limiter that there is, with its accounts, if its limits are the
    /// same; nil where nothing is limited.
    static func following(_ settings: RateLimitSettings?, keeping old: RateLimiter?) -> RateLimiter? {
        guard let settings else { return nil }
        let limits = RateLimits(settings)
        if !limits.isLimiting { return nil }
        if let old, old.limits == limits { return old }
        return RateLimiter(limits)
    }
}
