import Netlink

/// Why something about this host's network could not be read or changed.
public struct HostNetworkError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done, on what, and the error: `add 192.0.2.1/32 to lo: Operation not permitted`.
    public var description: String
    /// The error's number, where there is one.
    public var errno: Int32?

    /// An error of this number while doing `action`.
    init(_ action: String, errno: Int32) {
        description = "\(action): \(errorText(errno))"
        self.errno = errno
    }

    /// An error of netlink while doing `action`.
    init(_ action: String, _ error: NetlinkError) {
        description = "\(action): \(error)"
        errno = error.errno
    }

    /// An error that has words only.
    init(_ description: String) {
        self.description = description
    }

    /// What the kernel calls the errors that are told apart here.
    enum Number {
        static let notPermitted: Int32 = 1
        static let noEntry: Int32 = 2
        static let permissionDenied: Int32 = 13
        static let exists: Int32 = 17
        static let noDevice: Int32 = 19
        static let invalid: Int32 = 22
        static let addressNotAvailable: Int32 = 99
        static let networkUnreachable: Int32 = 101
        static let hostUnreachable: Int32 = 113
    }
}
