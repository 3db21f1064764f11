internal import Glibc

/// A file descriptor and its only owner: closed when the value goes.
public struct Descriptor: ~Copyable, Sendable {
    /// The number.
    public let rawValue: Int32

    /// Takes a descriptor over.
    public init(owning rawValue: Int32) {
        self.rawValue = rawValue
    }

    deinit {
        close(rawValue)
    }

    /// Hands the descriptor to another owner.
    public consuming func release() -> Int32 {
        let number = rawValue
        discard self
        return number
    }
}
