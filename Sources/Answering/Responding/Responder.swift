public import Addresses
internal import DNSWire
public import Telemetry
internal import Zones

/// What a query came over.
public enum Transport: UInt8, Sendable {
    /// Datagrams: answers have a limit and may be truncated.
    case udp
    /// A stream: answers have up to 65535 octets.
    case tcp
}

/// Answers queries for one worker: synchronous, no lock, no allocation, no reference count.
public struct Responder: ~Copyable {
    // All methods are mutating: a large value that is only borrowed is copied for the call.

    private let store: SnapshotStore
    let counters: WorkerCounters
    // Keeps alive what `table` looks into.
    private var snapshot: Snapshot
    private var generation: UInt64
    var table: SnapshotTable
    /// Queries that were read and are answered next.
    var pending: PendingQueries
    /// The name asked.
    var question = NameKey()
    /// The name that an alias led to, or another than the one asked.
    var target = NameKey()
    /// A name on its way into the answer, or out of it.
    var spare = NameKey()
    var compression = Compression()
    var visited = NameSet()
    /// What the answer is to prove.
    var proofs = NodeList()
    /// The DNAMEs that have led the chain on.
    var substituted = NodeList()
    /// What a plain answer found out before it turned out not to be one.
    var known = KnownPlace()
    var random: RandomBits
    /// What the query's COOKIE option is worth, once its OPT record was read.
    var cookie = CookieStanding.none
    /// Whether its server cookie is given back as it came.
    var keepsCookie = false
    /// Seconds since 1970, modulo 2³²: to be set before each batch of queries.
    public var time: UInt32 = 0
    /// What a client over TCP that asks is told for how long a connection may be idle, in tenths of a second
    /// (RFC 7828); nil: nothing.
    public var idleTimeout: UInt16?
    /// Whether the answer given last told it.
    public internal(set) var hasAdvertisedTimeout = false

    /// A responder.
    ///
    /// - Parameters:
    ///   - counters: The block of this worker alone.
    ///   - seed: Anything; decides which address a steered answer begins with.
    ///   - width: How many queries are read at once before they are answered.
    public init(store: SnapshotStore, counters: WorkerCounters, seed: UInt64, width: Int = 1) {
        self.store = store
        self.counters = counters
        pending = PendingQueries(count: width)
        // Read before the snapshot: a publication in between is then seen by the next refresh.
        generation = store.generation
        snapshot = store.current
        table = snapshot.table
        random = RandomBits(seed: seed)
    }

    /// Takes the newest snapshot if there is a newer one than it has; a look at a counter otherwise.
    /// Called between batches, and now and then when idle, so that old zones are freed.
    public mutating func refresh() {
        let newest = store.generation
        if newest == generation { return }
        generation = newest
        snapshot = store.current
        table = snapshot.table
    }

    /// Answers one query; counts it.
    ///
    /// - Parameters:
    ///   - query: The message, without the length of a stream's framing.
    ///   - client: Where it came from. An IPv4-mapped IPv6 address is to be given as IPv4.
    ///   - output: Room for the answer: over UDP at least `maximumUDPSize` of the options and 512 octets,
    ///     over TCP 65535. Must not overlap the query.
    /// - Returns: The octets of the answer at the start of `output`; 0: say nothing.
    public mutating func answer(
        _ query: RawSpan, from client: IPAddress, port: UInt16, over transport: Transport,
        into output: UnsafeMutableRawBufferPointer
    ) -> Int {
        guard output.count >= MessageSize.withoutEDNS, let place = output.baseAddress else { return 0 }
        return unsafe query.withUnsafeBytes { query in
            // A query of no octets may be nowhere.
            let start = unsafe query.baseAddress ?? UnsafeRawPointer(place)
            var exchange = unsafe Exchange(query: start, room: output)
            (exchange.count, exchange.client, exchange.port) = (query.count, client, port)
            unsafe withUnsafeMutablePointer(to: &exchange) {
                unsafe answer(UnsafeMutableBufferPointer(start: $0, count: 1), over: transport)
            }
            return exchange.size
        }
    }

    /// Answers the queries of a batch, each as `answer` does, in three steps, each for all before the next: their
    /// questions are read, what leads to the names is followed, the answers written. So what they need of a large zone
    /// is fetched for all at once.
    ///
    /// - Parameter batch: As many as the `width` of the responder at most.
    public mutating func answer(_ batch: UnsafeMutableBufferPointer<Exchange>, over transport: Transport) {
        let catalog = table.catalog
        for index in batch.indices { unsafe pending[index].read(batch[index], in: catalog) }
        for index in batch.indices { pending[index].follow() }
        for index in batch.indices { unsafe batch[index].size = answer(batch[index], index, transport) }
    }

    /// Answers a query that was read.
    @inline(__always)
    private mutating func answer(_ exchange: Exchange, _ index: Int, _ transport: Transport) -> Int {
        let length = pending[index].length
        if length == 0 || exchange.port == 0 { return answerUnread(exchange, index, transport) }
        count(exchange.client, transport)
        hasAdvertisedTimeout = false
        swap(&question, &pending[index].question)
        let size = answerPlainly(exchange.query, questionEnd: length &+ 16, index, exchange.output)
        return size > 0 ? size : answerFurther(exchange, length, ~size, transport)
    }

    /// Ends a plain answer that wants a cookie, or answers what is not plain.
    @inline(never)
    private mutating func answerFurther(
        _ exchange: Exchange, _ length: Int, _ size: Int, _ transport: Transport
    ) -> Int {
        if size >= 0 {
            return addCookie(
                to: exchange.output, size, for: exchange.query, questionEnd: length &+ 16, exchange.client)
        }
        return answerFully(
            exchange.query, QueryHeader(exchange.query), length, exchange.client, transport, exchange.output)
    }

    /// Answers what has no question that can be read, or must not be answered.
    @inline(never)
    private mutating func answerUnread(
        _ exchange: Exchange, _ index: Int, _ transport: Transport
    ) -> Int {
        // Less than a header can't be answered; port 0 must not be.
        if exchange.count < MessageSize.header || exchange.port == 0 {
            counters.add(.droppedShort)
            return 0
        }
        let header = QueryHeader(exchange.query)
        if !header.isOneQuestion {
            return answerOddForm(exchange.query, header, exchange.client, transport, exchange.output)
        }
        count(exchange.client, transport)
        hasAdvertisedTimeout = false
        swap(&question, &pending[index].question)
        return answerFully(exchange.query, header, 0, exchange.client, transport, exchange.output)
    }

    /// Answers a query of one question for which not all is plain.
    @inline(never)
    private mutating func answerFully(
        _ query: RawSpan, _ header: QueryHeader, _ length: Int, _ client: IPAddress, _ transport: Transport,
        _ output: MessageBuffer
    ) -> Int {
        cookie = .none
        var draft = Draft(
            output, limit: min(output.capacity, transport == .udp ? MessageSize.withoutEDNS : 65535))
        let end = MessageSize.header &+ length &+ 4
        if length == 0 {
            draft.code = .formatError
            if !admitsFailure(client, over: transport, &draft) { return 0 }
            return finish(&draft, header, questions: 0)
        }
        draft.position = end
        draft.addsServers = table.responses.addsServers(
            recursionDesired: header.flags.contains(.recursionDesired))
        let type = RecordType(query.big16(at: end &- 4))
        let recordClass = query.big16(at: end &- 2)
        var extras = QueryExtras()
        var reply = EDNSReply()
        if header.hasRecords {
            let isWhole = extras.read(query, after: end, counts: header.counts)
            // The version comes before all else (RFC 6891 §6.1.3).
            if !isWhole || extras.ednsVersion != 0 {
                draft.code = isWhole ? .badVersion : .formatError
                return fail(extras, header, questions: 1, client, transport, &draft)
            }
            if extras.hasEDNS {
                if transport == .udp {
                    let size = max(min(extras.udpSize, table.maximumUDPSize), 512)
                    draft.limit = min(output.capacity, Int(size))
                    // Who takes no more than 512 octets is not to get more than was asked for, as BIND has it.
                    draft.isMinimal = extras.udpSize <= 512
                }
                guard let taken = takeOptions(query, extras, client, over: transport, &draft) else {
                    draft.code = .formatError
                    return fail(extras, header, questions: 1, client, transport, &draft)
                }
                reply = taken
                draft.wantsDNSSEC = extras.wantsDNSSEC
            }
        }
        if extras.signature != 0 {
            draft.code = .notAuthorized
            if !admitsFailure(client, over: transport, &draft) { return 0 }
            refuseSignature(query, extras, reply, client, &draft)
            return finish(&draft, header, questions: 1)
        }
        if reply.cookie != 0 && table.cookies.areRequired && transport == .udp && cookie != .valid {
            draft.code = .badCookie
        } else {
            resolve(type, recordClass, from: client, over: transport, known, &draft)
        }
        if table.isLimiting && !admits(type, recordClass, known, client, over: transport, &draft) { return 0 }
        if extras.hasEDNS { appendOPT(reply, for: query, client, &draft) }
        return finish(&draft, header, questions: 1)
    }

    /// Answers a query that failed before its question was looked at; with a bare OPT record if it had one.
    private mutating func fail(
        _ extras: QueryExtras, _ header: QueryHeader, questions: UInt16, _ client: IPAddress,
        _ transport: Transport, _ draft: inout Draft
    ) -> Int {
        if !admitsFailure(client, over: transport, &draft) { return 0 }
        if extras.hasEDNS { appendOPT(wantsDNSSEC: extras.wantsDNSSEC, &draft) }
        return finish(&draft, header, questions: questions)
    }

    /// Answers what is no query of one question: an answer with silence (or two servers might talk for
    /// ever), all else with a header and at most an OPT record, since one question it has to be (RFC 9619)
    /// or it is another opcode's message.
    @inline(never)
    private mutating func answerOddForm(
        _ query: RawSpan, _ header: QueryHeader, _ client: IPAddress, _ transport: Transport,
        _ output: MessageBuffer
    ) -> Int {
        if header.flags.contains(.response) {
            counters.add(.droppedResponses)
            return 0
        }
        count(client, transport)
        hasAdvertisedTimeout = false
        cookie = .none
        var draft = Draft(output, limit: MessageSize.withoutEDNS)
        let isQuery = header.flags.opcode == .query
        draft.code = isQuery ? .formatError : .notImplemented
        draft.extendedError = isQuery ? nil : .notSupported
        var extras = QueryExtras()
        // EDNS is answered with EDNS (RFC 6891 §6.1.1), as far as a message of another opcode, whose form
        // need not be known, shows it.
        if header.hasRecords, let end = QueryExtras.end(ofQuestions: Int(header.questions), in: query),
            extras.read(query, after: end, counts: header.counts), extras.hasEDNS
        {
            return answerOddEDNS(query, header, extras, client, transport, &draft)
        }
        return fail(extras, header, questions: 0, client, transport, &draft)
    }

    private mutating func answerOddEDNS(
        _ query: RawSpan, _ header: QueryHeader, _ extras: QueryExtras, _ client: IPAddress,
        _ transport: Transport, _ draft: inout Draft
    ) -> Int {
        if extras.ednsVersion != 0 {
            draft.code = .badVersion
            return fail(extras, header, questions: 0, client, transport, &draft)
        }
        guard let reply = takeOptions(query, extras, client, over: transport, &draft) else {
            draft.code = .formatError
            return fail(extras, header, questions: 0, client, transport, &draft)
        }
        let counts = header.counts
        let asksNothing = header.questions == 0 && counts.answer == 0 && counts.authority == 0
        if header.flags.opcode == .query && asksNothing && reply.cookie != 0 {
            // A cookie is all that is wanted: a first one, or a word about one (RFC 7873 §5.4).
            draft.code = cookie == .invalid ? .badCookie : .noError
        }
        if !admitsFailure(client, over: transport, &draft) { return 0 }
        appendOPT(reply, for: query, client, &draft)
        return finish(&draft, header, questions: 0)
    }

    /// Writes the header and counts; the message's octets.
    mutating func finish(_ draft: inout Draft, _ header: QueryHeader, questions: UInt16) -> Int {
        let counts =
            UInt64(questions) &<< 48 | UInt64(draft.answers) &<< 32 | UInt64(draft.authorities) &<< 16
            | UInt64(draft.additionals)
        header.writeResponse(
            flags: draft.flags.rawValue | draft.code.rawValue & 15, counts: counts, to: draft.output)
        if draft.isTruncated { counters.add(.truncated) }
        count(draft.code)
        return draft.position
    }

    @inline(__always)
    private mutating func count(_ client: IPAddress, _ transport: Transport) {
        switch (client, transport) {
        case (.v4, .udp): counters.add(.udp4Queries)
        case (.v6, .udp): counters.add(.udp6Queries)
        case (.v4, .tcp): counters.add(.tcp4Queries)
        case (.v6, .tcp): counters.add(.tcp6Queries)
        }
    }

    /// Counts what steering had to do with an answer.
    mutating func countSteering(_ draft: Draft) {
        if draft.isSteered { counters.add(.steered) }
        if draft.isWithdrawn { counters.add(.withdrawn) }
    }

    @inline(__always)
    private mutating func count(_ code: ResponseCode) {
        switch code {
        case .noError: counters.add(.noError)
        case .formatError: counters.add(.formatError)
        case .serverFailure: counters.add(.serverFailure)
        case .nameError: counters.add(.nameError)
        case .notImplemented: counters.add(.notImplemented)
        case .refused: counters.add(.refused)
        case .badVersion: counters.add(.badVersion)
        case .badCookie: counters.add(.badCookie)
        default: counters.add(.otherCode)
        }
    }
}
