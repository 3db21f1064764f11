#if canImport(Glibc)
    internal import Glibc
#else
    internal import Musl
#endif

/// Zeroed memory of one owner, who frees it once. What isn't small comes straight from the system and goes back there at
/// once, since the allocator would keep holes and what was freed. What is large and looked into here and there can have
/// pages as large as the system has: a million names touch more small ones than a processor remembers the places of. What
/// is read from one end to the other hasn't: a virtual machine has small pages at hand, while its host may have to find it
/// large ones.
@safe struct Allocation {
    let base: UnsafeMutableRawPointer
    /// Octets.
    let size: Int
    /// Whether it is to be in large pages.
    private let isLarge: Bool

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

    private init(_ base: UnsafeMutableRawPointer, size: Int, isLarge: Bool = false) {
        unsafe self.base = base
        self.size = size
        self.isLarge = isLarge
    }

    /// So many octets, or somewhat more. What doesn't fit into memory ends the process, as any allocation does.
    init(size: Int, inLargePages: Bool) {
        if size < Self.mappedSize {
            unsafe self.init(calloc(1, size)!, size: size)
        } else {
            let isLarge = inLargePages && size >= Self.largeSize
            let size = Self.wholePages(size, isLarge: isLarge)
            let memory = unsafe mmap(
                nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
            precondition(unsafe memory != MAP_FAILED, "out of memory")
            // A wish, which systems without large pages refuse.
            if isLarge { unsafe madvise(memory, size, MADV_HUGEPAGE) }
            unsafe self.init(memory!, size: size, isLarge: isLarge)
        }
    }

    /// Whether so many octets can be had now. Room that is not written to costs nothing, so that asking doesn't either;
    /// what is small is taken for granted.
    static func isPossible(size: Int) -> Bool {
        if size < largeSize { return true }
        let size = wholePages(size, isLarge: true)
        let memory = unsafe mmap(
            nil, size, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
        if unsafe memory == MAP_FAILED { return false }
        unsafe munmap(memory, size)
        return true
    }

    /// The same octets in more room, what is added is zero.
    consuming func grown(to newSize: Int, inLargePages: Bool) -> Allocation {
        let grown = Allocation(size: newSize, inLargePages: inLargePages)
        unsafe grown.base.copyMemory(from: base, byteCount: size)
        free()
        return grown
    }

    /// The same octets, without what lies beyond the first of them.
    consuming func trimmed(to newSize: Int) -> Allocation {
        // The system keeps the whole of a large page of which a part is given back. They begin at multiples of their size.
        if isMapped, newSize >= (isLarge ? Self.largeSize : Self.mappedSize) {
            let end = unsafe (base + newSize).alignedUp(toMultipleOf: isLarge ? Self.largePage : Self.page)
            let kept = unsafe min(end - base, size)
            if kept < size { unsafe munmap(base + kept, size - kept) }
            return unsafe Allocation(base, size: kept, isLarge: isLarge)
        }
        if !isMapped, newSize >= Self.smallSize {
            return unsafe Allocation(realloc(base, newSize) ?? base, size: newSize)
        }
        // Made anew: what shrinks in its place leaves behind a piece that is too short for the next buffer of
        // the kind, and with very many zones those pieces are more than all the rest.
        let copy =
            newSize < Self.mappedSize
            ? unsafe Allocation(malloc(newSize)!, size: newSize)
            : Allocation(size: newSize, inLargePages: false)
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

    private static func wholePages(_ size: Int, isLarge: Bool) -> Int {
        let page = isLarge ? largePage : page
        return (size + page - 1) / page * page
    }
}

/// The allocator's `free`, which a method of the same name hides.
private func release(_ memory: UnsafeMutableRawPointer) {
    unsafe free(memory)
}
