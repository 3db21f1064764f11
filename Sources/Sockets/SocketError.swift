internal import Glibc

/// What the system refused: what was being done, on what, and why.
public struct SocketError: Error, Hashable, Sendable {
    /// What was being done and on what: `bind udp 192.0.2.1#53`.
    public let operation: String
    /// The error number (`errno`).
    public let code: Int32

    /// The error with this number.
    public init(_ operation: String, code: Int32) {
        self.operation = operation
        self.code = code
    }
}

extension SocketError {
    /// What the admin can do about it.
    public var hint: String? {
        switch code {
        case EADDRINUSE: "another program has this port; 'ss -lntup' names it"
        case EACCES: "a port below 1024 needs CAP_NET_BIND_SERVICE"
        default: nil
        }
    }
}

extension SocketError: CustomStringConvertible {
    /// `bind udp 192.0.2.1#53: Address already in use`
    public var description: String {
        var text = [CChar](repeating: 0, count: 256)
        let length = text.count
        // The POSIX form: it writes into the buffer and returns an error number.
        guard unsafe strerror_r(code, &text, length) == 0 else { return "\(operation): error \(code)" }
        let message = String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return "\(operation): \(message)"
    }
}
