internal import Addresses
internal import DNSWire
internal import Telemetry

/// DNS cookies (RFC 7873, RFC 9018).
extension Responder {
    /// Looks at the data of a COOKIE option, whose length is right, and remembers what it is worth.
    mutating func judgeCookie(_ query: RawSpan, _ option: (start: Int, count: Int), _ client: IPAddress) {
        keepsCookie = false
        if option.count == MessageSize.clientCookie {
            cookie = .clientOnly
            counters.add(.cookieClientOnly)
        } else if isOurs(query, option, client) {
            cookie = .valid
            counters.add(.cookieValid)
        } else {
            cookie = .invalid
            counters.add(.cookieInvalid)
        }
    }

    private mutating func isOurs(
        _ query: RawSpan, _ option: (start: Int, count: Int), _ client: IPAddress
    ) -> Bool {
        if option.count != MessageSize.clientCookie &+ ServerCookie.size { return false }
        let clientCookie = query.big64(at: option.start)
        let header = query.big64(at: option.start &+ 8)
        let hash = query.big64(at: option.start &+ 16)
        let age = ServerCookie.age(of: header, at: time)
        if header &>> 56 != 1 || age > ServerCookie.lifetime || age < -ServerCookie.skew { return false }
        for index in 0..<table.cookies.count {
            let secret = table.cookies[index]
            // The reserved octets count as they came (RFC 9018 §4.2).
            let own = ServerCookie.hash(secret, clientCookie: clientCookie, header: header, client: client)
            if own == hash {
                keepsCookie =
                    index == 0 && age < ServerCookie.renewal
                    && header == ServerCookie.header(at: UInt32(truncatingIfNeeded: header))
                return true
            }
        }
        return false
    }

    /// Writes the COOKIE option of an answer: the client's cookie, and the server's as it came or anew.
    mutating func writeCookie(
        of query: RawSpan, at start: Int, for client: IPAddress, to output: MessageBuffer, at place: Int
    ) {
        let clientCookie = query.big64(at: start)
        let header: UInt64
        let hash: UInt64
        if keepsCookie {
            header = query.big64(at: start &+ 8)
            hash = query.big64(at: start &+ 16)
        } else {
            header = ServerCookie.header(at: time)
            hash = ServerCookie.hash(
                table.cookies[0], clientCookie: clientCookie, header: header, client: client)
        }
        output.store(
            big32: UInt32(EDNSOption.cookie.rawValue) &<< 16
                | UInt32(MessageSize.cookieOption &- MessageSize.optionHeader), at: place)
        output.store(big64: clientCookie, at: place &+ 4)
        output.store(big64: header, at: place &+ 12)
        output.store(big64: hash, at: place &+ 20)
    }

    /// Adds the cookie to an answer that ends with a bare OPT record; the query's OPT record, at the end of the
    /// question, holds a COOKIE option alone. The message's octets.
    @inline(never)
    mutating func addCookie(
        to output: MessageBuffer, _ size: Int, for query: RawSpan, questionEnd end: Int, _ client: IPAddress
    ) -> Int {
        let option = end &+ MessageSize.opt &+ MessageSize.optionHeader
        judgeCookie(query, (option, query.byteCount &- option), client)
        output.store(big16: UInt16(MessageSize.cookieOption), at: size &- 2)
        writeCookie(of: query, at: option, for: client, to: output, at: size)
        return size &+ MessageSize.cookieOption
    }

    /// Whether the options of a query's OPT record are a COOKIE option alone, such as leaves nothing to decide
    /// but which cookie is given back.
    @inline(never)
    mutating func isCookieAlone(_ query: RawSpan, at start: Int) -> Bool {
        let length = query.byteCount &- start
        let data = length &- MessageSize.optionHeader
        return (data == MessageSize.clientCookie || data == MessageSize.clientCookie &+ ServerCookie.size)
            && Int(query.big16(at: start &- 2)) == length
            && query.big32(at: start)
                == UInt32(EDNSOption.cookie.rawValue) &<< 16 | UInt32(truncatingIfNeeded: data)
            && table.cookies.areAddedAlways
    }
}
