internal import Addresses
internal import DNSWire
internal import Telemetry
internal import Zones

/// Limits of responses: only where the options have some is anything of this on a query's way, since no zone
/// is plain then.
extension Responder {
    /// Whether a draft that is complete but for its OPT record is sent; what is over the limit is cut down to
    /// its question, or not sent. What goes over a stream, or to a client that has proved its address by a
    /// cookie, is not limited.
    @inline(never)
    mutating func admits(
        _ type: RecordType, _ recordClass: UInt16, _ known: KnownPlace, _ client: IPAddress,
        over transport: Transport, _ draft: inout Draft
    ) -> Bool {
        guard let limiter = table.limiter else { return true }
        if transport == .tcp {
            limiter.noteTCP(client, at: time)
            return true
        }
        if cookie == .valid || limiter.exempts(client) { return true }
        let subject = subject(type, recordClass, known, draft)
        var verdict = limiter.judge(subject, name: question, client: client, at: time)
        if verdict == .pass { return true }
        if limiter.isLogOnly {
            counters.add(.rateLimitLogged)
            return true
        }
        // An error can't be cut short, and is no longer than its query; but who has yet to learn a cookie is answered as
        // often as others.
        if subject.kind == .error, draft.code != .badCookie { verdict = .drop }
        if verdict == .drop {
            counters.add(.rateLimitDropped)
            return false
        }
        counters.add(.rateLimitSlipped)
        draft.cutToQuestion(end: MessageSize.header &+ question.length &+ 4)
        // Who speaks cookies is told to come again with the one that it gets now, which proves its address
        // sooner than a connection.
        if cookie != .none {
            draft.code = .badCookie
            draft.flags = []
        }
        return true
    }

    /// Whether a failure is sent whose question was not looked at.
    mutating func admitsFailure(_ client: IPAddress, over transport: Transport, _ draft: inout Draft) -> Bool {
        !table.isLimiting || admits(RecordType(0), 0, KnownPlace(), client, over: transport, &draft)
    }

    /// What a response is accounted to, by the name as the question's zone knows it: an alias by itself,
    /// wherever it leads. All names that don't exist in a zone are one, so are all at wildcards of a zone, all
    /// below a delegation, all below a DNAME: those can be made up without end.
    private mutating func subject(
        _ type: RecordType, _ recordClass: UInt16, _ known: KnownPlace, _ draft: Draft
    ) -> RateLimiterTable.Subject {
        let code = draft.code
        let isServed = code == .noError || code == .nameError || code == .nameExists
        if !isServed || recordClass == 0 { return .init(kind: .error) }
        let labels = question.labelCount
        let own = RateLimiterTable.Subject(kind: .answer, labels: labels, type: type, recordClass: recordClass)
        // The server itself, of class CH.
        if recordClass != 1 && recordClass != 255 { return own }
        var index = known.zone
        if index == KnownPlace.unknown { index = table.catalog.find(question, atMost: labels) }
        if index < 0 { return .init(kind: .error) }
        if type == .ds && labels > 0 && table.catalog[index].labels == labels {
            let parent = table.catalog.find(question, atMost: labels &- 1)
            if parent >= 0 { index = parent }
        }
        let zone = table.catalog[index].zone
        if code == .nameError && draft.answers == 0 { return .init(kind: .nxdomain, labels: zone.apexLabels) }
        let found = zone.lookup(question)
        let isEmpty = draft.answers == 0 && !draft.isTruncated
        switch found.match {
        case .absent:
            return .init(kind: .nxdomain, labels: zone.apexLabels)
        case .delegation where type != .ds || found.labels != labels:
            return .init(kind: .referral, labels: found.labels, recordClass: recordClass)
        case .exact, .delegation:
            return isEmpty ? .init(kind: .nodata, labels: labels, recordClass: recordClass) : own
        case .wildcard:
            return .init(
                kind: isEmpty ? .nodata : .answer, labels: zone.apexLabels, isWildcard: true,
                type: isEmpty ? RecordType(0) : type, recordClass: recordClass)
        case .subtreeAlias:
            return .init(kind: .answer, labels: found.labels, type: type, recordClass: recordClass)
        }
    }
}

extension Draft {
    /// Leaves of an answer its code and its question, with TC.
    fileprivate mutating func cutToQuestion(end: Int) {
        position = end
        answers = 0
        authorities = 0
        additionals = 0
        isTruncated = true
        if code != .nameError { code = .noError }
    }
}
