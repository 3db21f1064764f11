/// Why a request over netlink came to nothing.
public enum NetlinkError: Error, Hashable, Sendable {
    /// The kernel said no: the error's number, and the kernel's own words if it gave some.
    case refused(Int32, message: String?)
    /// A system call failed: its name and the error's number.
    case system(String, Int32)
    /// An answer did not come in time.
    case timedOut
    /// What was to be listed changed, or overran the socket's buffer, each time that it was asked for.
    case unsteady
    /// An answer was not what it should be: how.
    case malformed(String)

    /// The error's number, where there is one.
    public var errno: Int32? {
        switch self {
        case .refused(let number, _), .system(_, let number): number
        case .timedOut, .unsteady, .malformed: nil
        }
    }
}

extension NetlinkError: CustomStringConvertible {
    /// The error in words.
    public var description: String {
        switch self {
        case .refused(let number, nil): errorText(number)
        case .refused(let number, let message?): "\(errorText(number)) (\(message))"
        case .system(let call, let number): "\(call): \(errorText(number))"
        case .timedOut: "the kernel did not answer in time"
        case .unsteady: "the kernel's list kept changing while it was read"
        case .malformed(let how): "an answer of the kernel can't be read: \(how)"
        }
    }
}
