#if canImport(Glibc)
    internal import Glibc
#else
    internal import Musl
#endif

/// Zeroed memory of one owner, who frees it once. What isn't small comes straight from the system and goes back there at
/// once, since the allocator would keep holes and what was freed; and what is large comes in pages as large as the system
/// has, since a zone of a million names touches more small pages than a processor remembers the places of.
@safe struct Allocation {
    let base: UnsafeMutableRawPointer
    /// Octets.
    let size: Int

    /// Two large pages of x86-64, of which one at least then lies in it whole.
    private static let largeSize = 4 << 20
    private static let largePage = 2 << 20
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
            // A wish, which systems without large pages refuse.
            if size >= Self.largeSize { unsafe madvise(memory, size, MADV_HUGEPAGE) }
            unsafe self.init(memory!, size: size)
        }
    }

    /// Whether so many octets can be had now. Room that is not written to costs nothing, so that asking doesn't either;
    /// what is small is taken for granted.
    static func isPossible(size: Int) -> Bool {
        if size < largeSize { return true }
        let size = wholePages(size)
        let memory = unsafe mmap(
            nil, size, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
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
        // The system keeps the whole of a large page of which a part is given back. They begin at multiples of their size.
        let isLarge = size >= Self.largeSize
        if isMapped, newSize >= (isLarge ? Self.largeSize : Self.mappedSize) {
            let end = unsafe (base + newSize).alignedUp(toMultipleOf: isLarge ? Self.largePage : Self.page)
            let kept = unsafe min(end - base, size)
            if kept < size { unsafe munmap(base + kept, size - kept) }
            return unsafe Allocation(base, size: kept)
        }
        if !isMapped, newSize >= Self.smallSize {
            return unsafe Allocation(realloc(base, newSize) ?? base, size: newSize)
        }
        // Made anew: what shrinks in its place leaves behind a piece that is too short for the next buffer of
        // the kind, and with very many zones those pieces are more than all the rest.
        let copy =
            newSize < Self.mappedSize
            ? unsafe Allocation(malloc(newSize)!, size: newSize) : Allocation(size: newSize)
        unsafe copy.base.copyMemory(from: base, byteCount: newSize)
        free()
        return copy
    }

    /// To be called once.
    func free() {
        if isMapped {
            unsafe munmap(base, size)
        } else {
            unsafe release(base)
        }
    }

    private static func wholePages(_ size: Int) -> Int {
        let page = size < largeSize ? page : largePage
        return (size + page - 1) / page * page
    }
}

/// The allocator's `free`, which a method of the same name hides.
private func release(_ memory: UnsafeMutableRawPointer) {
    unsafe free(memory)
}
