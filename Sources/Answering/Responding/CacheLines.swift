/// Memory that a worker writes for each query: whole lines of the cache, so that none holds anything of another worker.
enum CacheLines {
    private static let size = 64

    /// Room for so many values, none of them made yet; to be given back as raw memory.
    static func allocate<Value: ~Copyable>(_ count: Int, of type: Value.Type) -> UnsafeMutablePointer<Value> {
        let size = (count * MemoryLayout<Value>.stride + Self.size - 1) & ~(Self.size - 1)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: Self.size)
        return unsafe memory.bindMemory(to: type, capacity: count)
    }
}
