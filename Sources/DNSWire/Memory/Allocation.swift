#if canImport(Glibc)
    internal import Glibc
#else
    internal import Musl
#endif

/// Zeroed memory of one owner, who frees it once. What isn't small comes straight from the system and goes back there at
/// once, since the allocator would keep holes and what was freed.
@safe struct Allocation {
    let base: UnsafeMutableRawPointer
    /// Octets.
    let size: Int

    /// Two large pages of x86-64, of which one at least then lies in it whole.
    private static let largeSize = 4 << 20
    /// From here on a call to the system costs next to nothing beside what is done with the octets. Linux lets a process
    /// have 65,530 mappings, which are 64 GB at least.
    private static let mappedSize = 1 << 20
    /// The largest page of the processors that we run on.
    private static let page = 1 << 16
    /// Up to here it costs next to nothing to copy what is trimmed.
    private static let smallSize = 1 << 16

    private var isMapped: Bool { size >= Self.mappedSize }

    private init(_ base: UnsafeMutableRawPointer, size: Int) {
        unsafe self.base = base
        self.size = size
    }

    /// So many octets, or somewhat more. What doesn't fit into memory ends the process, as any allocation does.
    init(size: Int) {
        if size < Self.mappedSize {
            unsafe self.init(calloc(1, size)!, size: size)
        } else {
            let size = Self.wholePages(size)
            let memory = unsafe mmap(
                nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
            precondition(unsafe memory != MAP_FAILED, "out of memory")
            unsafe self.init(memory!, size: size)
        }
    }

    /// Lets the system join its pages to large ones, by and by: what is kept and looked into here and there, as a zone of
    /// a million names, touches more small ones than a processor remembers the places of. To begin with large ones, as
    /// systems do that give them unasked, takes longer where memory has to be found for them: in a virtual machine whose
    /// host takes back what is free. A wish, which systems without large pages refuse.
    func preferLargePages() {
        if size >= Self.largeSize { unsafe madvise(base, size, MADV_HUGEPAGE) }
    }

    /// Whether so many octets can be had to be written, while the system grants twice as many, as what grows is copied
    /// into more room than it needs. Room that is not written to costs nothing, so that asking doesn't either; what is
    /// small is taken for granted.
    static func isPossible(size: Int) -> Bool {
        if size < mappedSize { return true }
        if let most = AvailableMemory.system.octets, size > most { return false }
        let size = 2 * wholePages(size)
        let memory = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        if unsafe memory == MAP_FAILED { return false }
        unsafe munmap(memory, size)
        return true
    }

    /// The same octets in more room, what is added is zero.
    consuming func grown(to newSize: Int) -> Allocation {
        let grown = Allocation(size: newSize)
        unsafe grown.base.copyMemory(from: base, byteCount: size)
        free()
        return grown
    }

    /// The same octets, without what lies beyond the first of them.
    consuming func trimmed(to newSize: Int) -> Allocation {
        if isMapped, newSize >= Self.mappedSize {
            let kept = Self.wholePages(newSize)
            if kept < size { unsafe munmap(base + kept, size - kept) }
            return unsafe Allocation(base, size: kept)
        }
        if !isMapped, newSize >= Self.smallSize {
            return unsafe Allocation(realloc(base, newSize) ?? base, size: newSize)
        }
        // Made anew: what shrinks in its place leaves behind a piece that is too short for the next buffer of
        // the kind, and with very many zones those pieces are more than all the rest.
        let copy = unsafe malloc(newSize)!
        unsafe copy.copyMemory(from: base, byteCount: newSize)
        free()
        return unsafe Allocation(copy, size: newSize)
    }

    /// To be called once.
    func free() {
        if isMapped {
            unsafe munmap(base, size)
        } else {
            unsafe release(base)
        }
    }

    private static func wholePages(_ size: Int) -> Int { (size + page - 1) / page * page }
}

/// The allocator's `free`, which a method of the same name hides.
private func release(_ memory: UnsafeMutableRawPointer) {
    unsafe free(memory)
}
