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
    /// The name asked.
    var question = NameKey()
    /// The name that an alias led to, or another than the one asked.
    var target = NameKey()
    /// A name on its way into the answer, or out of it.
    var spare = NameKey()
    var compression = Compression()
    var visited = NameSet()
    var proofs = ProofList()
    var random: RandomBits
    /// Seconds since 1970, modulo 2³²: to be set before each batch of queries.
    public var time: UInt32 = 0
    /// Whether the client has proved that it has the address that it asks from.
    var hasProvedAddress = false

    /// A responder.
    ///
    /// - Parameters:
    ///   - counters: The block of this worker alone.
    ///   - seed: Anything; decides which address a steered answer begins with.
    public init(store: SnapshotStore, counters: WorkerCounters, seed: UInt64) {
        self.store = store
        self.counters = counters
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
        guard let output = unsafe MessageBuffer(output), output.capacity >= MessageSize.withoutEDNS else {
            return 0
        }
        // Less than a header can't be answered; port 0 must not be.
        if query.byteCount < MessageSize.header || port == 0 {
            counters.add(.droppedShort)
            return 0
        }
        let header = QueryHeader(query)
        if !header.isOneQuestion { return answerOddForm(query, header, client, transport, output) }
        count(client, transport)
        let length = question.readQuestion(of: query, copyingTo: output)
        let known = length == 0 ? KnownPlace() : locateQuestion()
        if known.node >= 0 {
            let end = length &+ 16
            var size = known.node == 0 ? 0 : answerPlainly(query, header, questionEnd: end, known, output)
            if size != 0 { return size }
            size = answerPrepared(query, header, questionEnd: end, known, output)
            if size != 0 { return size }
        }
        return answerFully(query, header, length, known, client, transport, output)
    }

    /// Answers a query of one question for which not all is plain.
    @inline(never)
    private mutating func answerFully(
        _ query: RawSpan, _ header: QueryHeader, _ length: Int, _ known: KnownPlace, _ client: IPAddress,
        _ transport: Transport, _ output: MessageBuffer
    ) -> Int {
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
        if header.recordCount != 0 {
            if !extras.read(query, after: end, counts: header.counts) {
                draft.code = .formatError
                if !admitsFailure(client, over: transport, &draft) { return 0 }
                return finish(&draft, header, questions: 1)
            }
            if extras.signature != 0 {
                draft.code = .notAuthorized
                if !admitsFailure(client, over: transport, &draft) { return 0 }
                return refuseSignature(query, extras, header, &draft)
            }
        }
        if extras.hasEDNS {
            if transport == .udp {
                let size = max(min(extras.udpSize, table.maximumUDPSize), 512)
                draft.limit = min(output.capacity, Int(size))
                // Who takes no more than 512 octets is not to get more than was asked for, as BIND has it.
                draft.isMinimal = extras.udpSize <= 512
            }
            draft.limit &-= MessageSize.opt
            draft.wantsDNSSEC = extras.wantsDNSSEC
        }
        if extras.ednsVersion != 0 {
            draft.code = .badVersion
        } else {
            resolve(type, recordClass, from: client, over: transport, known, &draft)
        }
        if table.isLimiting && !admits(type, recordClass, known, client, over: transport, &draft) { return 0 }
        if extras.hasEDNS { appendOPT(wantsDNSSEC: extras.wantsDNSSEC, &draft) }
        return finish(&draft, header, questions: 1)
    }

    /// Answers what is no query of one question: an answer with silence (or two servers might talk for
    /// ever), all else with a header alone, since the form of another opcode's message isn't known and one
    /// question it has to be (RFC 9619).
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
        var draft = Draft(output, limit: MessageSize.withoutEDNS)
        draft.code = header.flags.opcode == .query ? .formatError : .notImplemented
        if !admitsFailure(client, over: transport, &draft) { return 0 }
        // EDNS is answered with EDNS, if there is no question that hides it (RFC 6891 §6.1.1).
        if header.flags.opcode == .query && header.questions == 0 {
            var extras = QueryExtras()
            if extras.read(query, after: MessageSize.header, counts: header.counts), extras.hasEDNS {
                appendOPT(wantsDNSSEC: extras.wantsDNSSEC, &draft)
            }
        }
        return finish(&draft, header, questions: 0)
    }

    /// Writes the OPT record: the size that we take; the code's upper part, version 0, DO as it came (RFC
    /// 3225 §3); no options.
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

    /// Writes the header and counts; the message's octets.
    mutating func finish(_ draft: inout Draft, _ header: QueryHeader, questions: UInt16) -> Int {
        let flags = draft.flags.rawValue | draft.code.rawValue & 15
        header.writeResponse(
            flags: flags, questions: questions, answers: draft.answers, authorities: draft.authorities,
            additionals: draft.additionals, to: draft.output)
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
        default: counters.add(.otherCode)
        }
    }
}
