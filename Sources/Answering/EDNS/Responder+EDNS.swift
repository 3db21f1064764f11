internal import Addresses
internal import DNSWire
internal import Telemetry

/// What the OPT record of an answer will hold.
struct EDNSReply {
    /// The DO bit, as it came (RFC 3225 §3).
    var wantsDNSSEC = false
    /// Where the query has the data of its COOKIE option; 0: no cookie is given back.
    var cookie = 0
    /// Whether the server's name is given (RFC 5001).
    var hasServerID = false
    /// Whether the time is given for which a connection may be idle (RFC 7828).
    var hasKeepalive = false
    /// Octets kept free for the record.
    var reserved = 0
}

/// The OPT record: of a query, and of its answer.
extension Responder {
    /// Takes the options of a query's OPT record, and keeps the octets free that the answer's will need; nil if
    /// an option is malformed. The draft's limit is that of the message.
    mutating func takeOptions(
        _ query: RawSpan, _ extras: QueryExtras, _ client: IPAddress, over transport: Transport,
        _ draft: inout Draft
    ) -> EDNSReply? {
        var reply = EDNSReply(wantsDNSSEC: extras.wantsDNSSEC)
        reply.reserved = MessageSize.opt
        if extras.cookie.start != 0 && table.cookies.count > 0 {
            // The client's cookie alone, or with a server cookie of 8 to 32 octets (RFC 7873 §4, §5.2.2).
            let count = extras.cookie.count
            if count != MessageSize.clientCookie && (count < 16 || count > 40) { return nil }
            judgeCookie(query, extras.cookie, client)
            reply.cookie = extras.cookie.start
            reply.reserved &+= MessageSize.cookieOption
        }
        if transport == .tcp && extras.hasKeepalive {
            if extras.isKeepaliveFilled { return nil }
            if idleTimeout != nil {
                reply.hasKeepalive = true
                reply.reserved &+= MessageSize.keepaliveOption
            }
        }
        if extras.wantsServerID && table.identity.hasServerID {
            let length = table.identity.serverIDOption.count
            // A long name must not push out the question itself.
            if draft.position &+ reply.reserved &+ length <= draft.limit {
                reply.hasServerID = true
                reply.reserved &+= length
            }
        }
        draft.limit &-= reply.reserved
        return reply
    }

    /// Writes the OPT record of an answer that is otherwise complete.
    ///
    /// A query that is refused or malformed gets back no more octets than it had, a cookie and an extended error
    /// apart: what would go beyond is left out.
    mutating func appendOPT(_ reply: EDNSReply, for query: RawSpan, _ client: IPAddress, _ draft: inout Draft) {
        let output = draft.output
        let limit = draft.limit &+ reply.reserved
        let bound = Self.isRefusal(draft.code) ? min(limit, query.byteCount) : limit
        var hasKeepalive = reply.hasKeepalive
        var hasServerID = reply.hasServerID
        var size = draft.position &+ MessageSize.opt
        if hasKeepalive {
            hasKeepalive = size &+ MessageSize.keepaliveOption <= bound
            if hasKeepalive { size &+= MessageSize.keepaliveOption }
        }
        let name = table.identity.serverIDOption
        if hasServerID { hasServerID = size &+ name.count <= bound }

        appendOPT(wantsDNSSEC: reply.wantsDNSSEC, &draft)
        let start = draft.position
        if hasServerID {
            output.copy(table.identity.octets, from: name.start, count: name.count, to: draft.position)
            draft.position &+= name.count
            counters.add(.serverIDs)
        }
        if reply.cookie != 0 {
            writeCookie(of: query, at: reply.cookie, for: client, to: output, at: draft.position)
            draft.position &+= MessageSize.cookieOption
        }
        if hasKeepalive, let idleTimeout {
            store(.keepalive, idleTimeout, to: output, at: draft.position)
            draft.position &+= MessageSize.keepaliveOption
            hasAdvertisedTimeout = true
        }
        if let error = draft.extendedError, draft.position &+ MessageSize.extendedErrorOption <= limit {
            store(.extendedError, error.rawValue, to: output, at: draft.position)
            draft.position &+= MessageSize.extendedErrorOption
        }
        output.store(big16: UInt16(truncatingIfNeeded: draft.position &- start), at: start &- 2)
    }

    /// Writes the OPT record without options: the size that we take; the code's upper part, version 0, DO.
    mutating func appendOPT(wantsDNSSEC: Bool, _ draft: inout Draft) {
        let output = draft.output
        let position = draft.position
        output.store(octet: 0, at: position)
        output.store(big16: RecordType.opt.rawValue, at: position &+ 1)
        output.store(big16: table.maximumUDPSize, at: position &+ 3)
        let extended = UInt32(draft.code.rawValue &>> 4) &<< 24 | (wantsDNSSEC ? 0x8000 : 0)
        output.store(big32: extended, at: position &+ 5)
        output.store(big16: 0, at: position &+ 9)
        draft.position = position &+ MessageSize.opt
        draft.additionals &+= 1
    }

    /// Writes an option of sixteen bits.
    private func store(_ option: EDNSOption, _ value: UInt16, to output: MessageBuffer, at place: Int) {
        output.store(big16: option.rawValue, at: place)
        output.store(big16: 2, at: place &+ 2)
        output.store(big16: value, at: place &+ 4)
    }

    /// Whether a code says that nothing was even looked for.
    private static func isRefusal(_ code: ResponseCode) -> Bool {
        code != .noError && code != .nameError && code != .serverFailure && code != .nameExists
    }
}
