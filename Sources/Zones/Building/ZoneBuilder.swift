public import DNSWire

/// Takes the records of a zone and compiles them.
public struct ZoneBuilder {
    /// The apex.
    public let origin: DomainName
    /// The number of records taken so far, those outside the zone not counted.
    public var recordCount: Int { pending.records.count }

    private var pending: PendingZone
    private let limits: ZoneLimits
    private var issues: IssueList
    // The owner of the record before, if `lastNode` isn't negative.
    private var scratch = KeyBox()
    private var lastNode = -1
    private var isTooLarge = false
    private var isBeyondLimit = false

    /// A builder for the zone of this apex; the hint sizes its tables once.
    public init(origin: DomainName, recordCountHint: Int = 0, limits: ZoneLimits = ZoneLimits()) {
        self.origin = origin
        self.limits = limits
        issues = IssueList(limit: limits.issues)
        pending = PendingZone(origin: origin, recordCountHint: max(recordCountHint, 0))
    }

    /// Takes a record.
    ///
    /// - Parameters:
    ///   - owner: An absolute name in wire form, exactly; its case doesn't matter.
    ///   - data: Valid data of the type, in wire form, names in it not compressed; at most 65535 octets.
    ///   - location: The caller's number for the place of the record; issues give it back.
    public mutating func add(owner: RawSpan, type: RecordType, ttl: UInt32, data: RawSpan, location: UInt64) {
        if !isKnownUniquelyReferenced(&scratch) {
            // A copy of the builder goes on with it.
            scratch = KeyBox()
            lastNode = -1
        }
        // The records of a name mostly come one after another; the key still has the last one.
        let isSame = lastNode >= 0 && scratch.key.isWritten(owner)
        let node = isSame ? lastNode : resolve(owner, type, location)
        if node < 0 { return }
        let start = pending.data.count
        if start + data.byteCount > Int(UInt32.max) || pending.records.count >= Int(PendingNode.none) - 1 {
            isTooLarge = true
            return
        }
        if let most = limits.records, pending.records.count >= most {
            return reportTooMany(most, node, type, location)
        }
        precondition(data.byteCount <= 65535)
        unsafe data.withUnsafeBytes { unsafe pending.data.append(contentsOf: $0) }
        append(type, ttl, dataStart: start, location, to: node)
    }

    /// Takes a record; see ``add(owner:type:ttl:data:location:)``.
    public mutating func add(
        owner: DomainName, type: RecordType, ttl: UInt32, data: [UInt8], location: UInt64 = 0
    ) {
        unsafe add(
            owner: owner.wire.span.bytes, type: type, ttl: ttl, data: data.span.bytes, location: location)
    }

    /// Checks the whole and compiles it; the zone is nil if any issue is an error.
    ///
    /// - Parameter now: Seconds since 1970, by which signatures are judged; nil: they aren't.
    public consuming func compile(at now: UInt32? = nil) -> (zone: Zone?, issues: [ZoneIssue]) {
        if isTooLarge {
            let origin = origin
            issues.append(isError: true) {
                ZoneIssue(
                    .zoneTooLarge, isError: true, owner: origin,
                    message: "the zone has more than 4 GB of names or of data")
            }
            return (nil, issues.all(of: origin))
        }
        var compiler = ZoneCompiler(pending, limits: limits, issues: issues)
        return compiler.compile(at: now)
    }

    /// Says once that there are more records than the limit.
    private mutating func reportTooMany(_ most: Int, _ node: Int, _ type: RecordType, _ location: UInt64) {
        if isBeyondLimit { return }
        isBeyondLimit = true
        let owner = pending.name(of: node)
        let origin = origin
        issues.append(isError: true) {
            ZoneIssue(
                .beyondLimit, isError: true, owner: owner, type: type, location: location,
                message: "zone \(origin) has more than \(most) records (max-records)")
        }
    }

    private mutating func resolve(_ owner: RawSpan, _ type: RecordType, _ location: UInt64) -> Int {
        lastNode = -1
        if !scratch.key.read(owner) || scratch.key.length != owner.byteCount || !pending.contains(scratch.key) {
            let origin = origin
            let bytes = (0..<owner.byteCount).map { owner.octet(at: $0) }
            issues.append(isError: false) {
                let name = DomainName(wire: bytes) ?? .root
                return ZoneIssue(
                    .outOfZone, isError: false, owner: name, type: type, location: location,
                    message: "out-of-zone record \(name) \(type) is left out (the zone is \(origin))")
            }
            return -1
        }
        // Nodes and the places of their names have 32 bits each; a name makes at most 127 nodes.
        if pending.nodes.count > Int(UInt32.max) - 256 || pending.names.view.count > Int(UInt32.max) - 65536 {
            isTooLarge = true
            return -1
        }
        if let depth = limits.nameDepth, scratch.key.labelCount - pending.apexLabels > depth {
            reportTooDeep(depth, (0..<owner.byteCount).map { owner.octet(at: $0) }, type, location)
            return -1
        }
        lastNode = pending.node(of: scratch.key)
        return lastNode
    }

    private mutating func reportTooDeep(
        _ depth: Int, _ owner: [UInt8], _ type: RecordType, _ location: UInt64
    ) {
        issues.append(isError: true) {
            let name = DomainName(wire: owner) ?? .root
            return ZoneIssue(
                .beyondLimit, isError: true, owner: name, type: type, location: location,
                message: "\(name) has more than \(depth) labels below the zone's name (max-name-depth)")
        }
    }

    private mutating func append(
        _ type: RecordType, _ ttl: UInt32, dataStart: Int, _ location: UInt64, to node: Int
    ) {
        var ttl = ttl
        if ttl > 0x7FFF_FFFF {
            let (owner, stated) = (pending.name(of: node), ttl)
            issues.append(isError: false) {
                ZoneIssue(
                    .ttlTooLarge, isError: false, owner: owner, type: type, location: location,
                    message: "TTL \(stated) is above 2147483647 and counts as 0")
            }
            ttl = 0
        }
        pending.append(
            PendingRecord(
                location: location, dataStart: UInt32(dataStart),
                dataLength: UInt16(pending.data.count - dataStart), type: type, ttl: ttl,
                next: PendingNode.none), to: node)
    }
}

/// Gives a key that can't be copied to a value that can.
final class KeyBox {
    var key = NameKey()
}
