internal import Foundation

/// Says that a state directory is this process's, as long as this is kept. Two would forget each other's orders, and take
/// each other's virtual servers out of the kernel.
public final class StateClaim: Sendable {
    private let descriptor: Int32

    /// Another process has claimed the directory.
    public struct Taken: Error, CustomStringConvertible {
        /// The directory.
        public let directory: String

        /// In words, with what to do.
        public var description: String {
            """
            another swerved that runs keeps its state in \(directory)
            hint: end it, or give each its own 'state-directory' in options
            """
        }
    }

    /// Claims a directory, which is made where it is not there; nil where it can't be read.
    public init?(directory: String) throws(Taken) {
        StoredFile(path: directory + "/").makeFolder()
        descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { return nil }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { throw Taken(directory: directory) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }
}
