internal import DNSWire

/// A small set of hashes: names that an answer has already gone through. A name of another one's hash is taken for it:
/// a chain then ends there as one does that is too long, and the client goes on from where it ends.
@safe struct NameSet: ~Copyable {
    static let capacity = 32
    // Allocated in init, freed in deinit, never handed out.
    let hashes: UnsafeMutablePointer<UInt64>
    private var count = 0

    init() {
        unsafe hashes = CacheLines.allocate(Self.capacity, of: UInt64.self)
        unsafe hashes.initialize(repeating: 0, count: Self.capacity)
    }

    deinit {
        unsafe UnsafeMutableRawPointer(hashes).deallocate()
    }

    /// Whether there is room for no further hash.
    var isFull: Bool { count == Self.capacity }

    /// Empties the set.
    mutating func removeAll() {
        count = 0
    }

    /// Adds a hash; false if it was there, or if there is no room.
    mutating func insert(_ hash: UInt64) -> Bool {
        // The count never exceeds the capacity.
        for index in 0..<count where unsafe hashes[index] == hash { return false }
        if isFull { return false }
        unsafe hashes[count] = hash
        count += 1
        return true
    }
}
