internal import CLinux
internal import Glibc

/// A pipe of the kernel, and how many bytes wait in it.
struct Pipe {
    var input: Int32
    var output: Int32
    var count = 0
}

/// The pipes of one loop: made when wanted, kept for the next flow, and bounded, as pipes take two
/// descriptors each. A flow that gets none copies.
struct Pipes: ~Copyable {
    /// Bytes that one holds; the kernel may allow less.
    static let capacity = 256 * 1024
    /// How many are kept without use.
    static let spare = 16

    /// How many there may be.
    private let limit: Int
    private var idle: [Pipe] = []
    private var inUse = 0

    init(limit: Int) {
        self.limit = limit
    }

    mutating func take() -> Pipe? {
        if let pipe = idle.popLast() {
            inUse += 1
            return pipe
        }
        if inUse >= limit { return nil }
        var ends: (Int32, Int32) = (-1, -1)
        let result = unsafe withUnsafeMutablePointer(to: &ends) { pointer in
            unsafe pointer.withMemoryRebound(to: Int32.self, capacity: 2) {
                unsafe swerve_pipe($0, Int32(Self.capacity))
            }
        }
        if result != 0 { return nil }
        inUse += 1
        return Pipe(input: ends.1, output: ends.0)
    }

    /// Takes an empty one back.
    mutating func giveBack(_ pipe: Pipe) {
        if idle.count >= Self.spare || pipe.count > 0 { return drop(pipe) }
        inUse -= 1
        idle.append(pipe)
    }

    /// Closes one, with what may be left in it.
    mutating func drop(_ pipe: Pipe) {
        inUse -= 1
        close(pipe.input)
        close(pipe.output)
    }

    deinit {
        for pipe in idle {
            close(pipe.input)
            close(pipe.output)
        }
    }
}
