public import DNSWire

/// A compiled zone: immutable, in flat memory.
@safe public final class Zone: Sendable {
    /// The apex.
    public let origin: DomainName
    /// The SOA's serial.
    public let serial: UInt32
    /// The number of records.
    public let recordCount: Int
    /// The octets of memory that the zone holds.
    public let memory: Int

    /// The zone as a query sees it; valid as long as this object lives, which the caller has to see to.
    @unsafe public var compiled: CompiledZone { content }

    // The same for our own methods, which keep the object.
    let content: CompiledZone

    // What `compiled` looks into.
    private let heap: FlatMemory
    private let denials: FlatMemory

    // Allocated in init, freed in deinit, never written after init.
    private nonisolated(unsafe) let head: UnsafeMutablePointer<ZoneHead>

    init(
        origin: DomainName, serial: UInt32, recordCount: Int, head: ZoneHead, heap: FlatMemory,
        denials: FlatMemory
    ) {
        self.origin = origin
        self.serial = serial
        self.recordCount = recordCount
        unsafe self.head = .allocate(capacity: 1)
        unsafe self.head.initialize(to: head)
        content = unsafe CompiledZone(head: UnsafePointer(self.head))
        self.heap = heap
        self.denials = denials
        memory = heap.view.count + denials.view.count
    }

    deinit {
        unsafe head.deallocate()
    }
}

/// A record of a zone.
public struct ZoneRecord: Hashable, Sendable {
    /// The owner, in lower case.
    public var owner: DomainName
    /// The type.
    public var type: RecordType
    /// The TTL in seconds.
    public var timeToLive: UInt32
    /// The data in wire form, names in it not compressed.
    public var data: [UInt8]

    /// A record.
    public init(owner: DomainName, type: RecordType, timeToLive: UInt32, data: [UInt8]) {
        self.owner = owner
        self.type = type
        self.timeToLive = timeToLive
        self.data = data
    }
}
