public import DNSWire

/// Takes the records of a zone and compiles them.
public struct ZoneBuilder: ~Copyable {
    /// The apex.
    public let origin: DomainName
    /// The number of records taken so far, those outside the zone not counted.
    public var recordCount: Int { pending.records.count }

    private var pending: PendingZone
    private let limits: ZoneLimits
    private var issues: IssueList
    // The owner of the newest records, if it is in the zone, and the one before. An owner's node is looked for when the
    // second after it comes: what the table has there has then arrived from memory, which takes longer than it takes
    // to read a record.
    private var key = NameKey()
    private var formerKey = NameKey()
    private var isOwnerKnown = false
    @usableFromInline enum Excess { case octets, memory, records }
    /// What there is too much of.
    @usableFromInline var excess: Excess?
    /// Up to which size of the zone memory was found to be enough.
    private var provenSize = 1 << 20

    /// Whether there is too much already, so that what comes is left out.
    @inlinable public var isFull: Bool { excess != nil }

    /// A builder for the zone of this apex; the hint sizes its tables once.
    public init(origin: DomainName, recordCountHint: Int = 0, limits: ZoneLimits = ZoneLimits()) {
        self.origin = origin
        self.limits = limits
        issues = IssueList(limit: limits.issues)
        pending = PendingZone(origin: origin, recordCountHint: max(recordCountHint, 0))
    }

    /// Whether there is memory to begin with so many records.
    public static func hasRoom(recordCountHint: Int) -> Bool {
        // Of twice as many: 12 octets of names, 10 of data, 32 of a record, of a node too, and 8 of the table.
        FlatMemory.hasRoom(for: recordCountHint * 2 * (12 + 10 + 32 + 32 + 8))
    }

    /// Takes a record.
    ///
    /// - Parameters:
    ///   - owner: An absolute name in wire form, exactly; its case doesn't matter.
    ///   - data: Valid data of the type, in wire form, names in it not compressed; at most 65535 octets.
    ///   - location: The caller's number for the place of the record; issues give it back.
    public mutating func add(owner: RawSpan, type: RecordType, ttl: UInt32, data: RawSpan, location: UInt64) {
        // The records of a name mostly come one after another; the key still has the last one.
        if !isOwnerKnown || !key.isWritten(owner) {
            settle()
            isOwnerKnown = begin(owner, type, location)
            if !isOwnerKnown { return }
        }
        if pending.data.count + data.byteCount > Int(UInt32.max)
            || pending.records.count >= Int(PendingNode.none) - 1
        {
            excess = .octets
            return
        }
        if let most = limits.records, pending.records.count >= most {
            return reportTooMany(most, type, location)
        }
        precondition(data.byteCount <= 65535)
        if pending.size > provenSize { proveRoom() }
        if isFull { return }
        append(type, ttl, data, location)
    }

    /// Takes a record; see ``add(owner:type:ttl:data:location:)``.
    public mutating func add(
        owner: DomainName, type: RecordType, ttl: UInt32, data: [UInt8], location: UInt64 = 0
    ) {
        unsafe add(
            owner: owner.wire.span.bytes, type: type, ttl: ttl, data: data.span.bytes, location: location)
    }

    /// Checks the whole and compiles it; the zone is nil if any issue is an error. The builder is empty then.
    ///
    /// - Parameter now: Seconds since 1970, by which signatures are judged; nil: they aren't.
    public mutating func compile(at now: UInt32? = nil) -> (zone: Zone?, issues: [ZoneIssue]) {
        settle()
        settle()
        // What is compiled, and on the way to it: up to 1.2 times what was read, as seen with zones of many kinds.
        if !isFull, !FlatMemory.hasRoom(for: pending.size / 2 * 3) { excess = .memory }
        if let excess {
            // Nothing else is said of what was cut.
            if excess != .records, issues.count(isError: true) {
                let (kind, message): (ZoneIssue.Kind, String) =
                    excess == .octets
                    ? (.zoneTooLarge, "the zone has more than 4 GB of names or of data")
                    : (.noRoom, "there is not enough memory for the zone")
                issues.keep(ZoneIssue(kind, isError: true, owner: origin, message: message))
            }
            return (nil, issues.all(of: origin))
        }
        var taken = PendingZone(origin: origin, recordCountHint: 0)
        swap(&taken, &pending)
        isOwnerKnown = false
        var compiler = ZoneCompiler(taken, limits: limits, issues: issues)
        return compiler.compile(at: now)
    }

    /// Gives the records of the last owner but one to its node, and makes room for another owner.
    @inline(__always)
    private mutating func settle() {
        pending.settle(on: formerKey)
        swap(&key, &formerKey)
    }

    /// Looks whether what has been read can grow by another half and somewhat more, while what grows is there twice.
    private mutating func proveRoom() {
        let next = pending.size + pending.size / 2 + 1 << 24
        if !FlatMemory.hasRoom(for: next) { excess = .memory }
        provenSize = next
    }

    /// Says once that there are more records than the limit.
    private mutating func reportTooMany(_ most: Int, _ type: RecordType, _ location: UInt64) {
        if isFull { return }
        excess = .records
        if !issues.count(isError: true) { return }
        issues.keep(
            ZoneIssue(
                .beyondLimit, isError: true, owner: key.name, type: type, location: location,
                message: "zone \(origin) has more than \(most) records (max-records)"))
    }

    /// Begins the records of another owner; whether it can have some.
    private mutating func begin(_ owner: RawSpan, _ type: RecordType, _ location: UInt64) -> Bool {
        if !key.read(owner) || key.length != owner.byteCount || !pending.contains(key) {
            report(.outOfZone, isError: false, owner, type, location) {
                "out-of-zone record \($0) \(type) is left out (the zone is \($1))"
            }
            return false
        }
        // Nodes and the places of their names have 32 bits each; a name makes at most 127 nodes, and two that were met
        // are not there yet.
        if pending.nodes.count > Int(UInt32.max) - 512 || pending.names.count > Int(UInt32.max) - 65536 {
            excess = .octets
            return false
        }
        if let depth = limits.nameDepth, key.labelCount - pending.apexLabels > depth {
            report(.beyondLimit, isError: true, owner, type, location) { name, _ in
                "\(name) has more than \(depth) labels below the zone's name (max-name-depth)"
            }
            return false
        }
        pending.expect(key)
        return true
    }

    /// Notes an issue about an owner that can't have records; what it says of the name is made only if it is kept.
    @inline(never)
    private mutating func report(
        _ kind: ZoneIssue.Kind, isError: Bool, _ owner: RawSpan, _ type: RecordType, _ location: UInt64,
        _ message: (_ name: DomainName, _ origin: DomainName) -> String
    ) {
        if !issues.count(isError: isError) { return }
        let name = DomainName(wire: (0..<owner.byteCount).map { owner.octet(at: $0) }) ?? .root
        issues.keep(
            ZoneIssue(
                kind, isError: isError, owner: name, type: type, location: location,
                message: message(name, origin)))
    }

    @inline(never)
    private mutating func reportTTL(_ ttl: UInt32, _ type: RecordType, _ location: UInt64) {
        if !issues.count(isError: false) { return }
        issues.keep(
            ZoneIssue(
                .ttlTooLarge, isError: false, owner: key.name, type: type, location: location,
                message: "TTL \(ttl) is above 2147483647 and counts as 0"))
    }

    @inline(__always)
    private mutating func append(_ type: RecordType, _ ttl: UInt32, _ data: RawSpan, _ location: UInt64) {
        var ttl = ttl
        if ttl > 0x7FFF_FFFF {
            reportTTL(ttl, type, location)
            ttl = 0
        }
        pending.append(type, ttl: ttl, data: data, location: location)
    }
}

extension NameKey {
    /// The name in the key, in lower case.
    var name: DomainName { DomainName(uncheckedWire: unsafe view.array(from: 0, count: length)) }
}
