internal import CLinux
internal import Glibc

/// A setting of the kernel under /proc/sys.
public struct Sysctl: Hashable, Sendable {
    /// The folders and the file; an interface's name is one of them, dots and all.
    public let components: [String]

    /// The setting at these folders and file.
    public init(_ components: String...) {
        self.components = components
    }

    /// IPv4's setting of an interface, of `all` or of `default`.
    public static func ipv4(_ interface: String, _ name: String) -> Sysctl {
        Sysctl("net", "ipv4", "conf", interface, name)
    }

    /// IPv6's setting of an interface, of `all` or of `default`.
    public static func ipv6(_ interface: String, _ name: String) -> Sysctl {
        Sysctl("net", "ipv6", "conf", interface, name)
    }

    /// A setting of IPVS.
    public static func ipvs(_ name: String) -> Sysctl { Sysctl("net", "ipv4", "vs", name) }

    /// Whether IPv4 packets are forwarded.
    public static let forwarding = Sysctl("net", "ipv4", "ip_forward")

    /// The name as sysctl(8) and sysctl.d(5) take it: dots between folders, a slash for a dot in a name.
    public var name: String {
        components.map { $0.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "/") }
            .joined(separator: ".")
    }

    /// The file.
    public var path: String { "/proc/sys/" + components.joined(separator: "/") }

    /// The value without the line's end; nil where it can't be read, as for a module that isn't there.
    public var value: String? { try? read() }

    /// The value without the line's end. Errors name the file.
    public func read() throws(HostNetworkError) -> String {
        try SmallFile.read(path, limit: 4096).trimmed
    }

    /// Whether this process may change the value.
    var isWritable: Bool {
        let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
        if descriptor >= 0 { close(descriptor) }
        return descriptor >= 0
    }

    /// Changes the value. Needs CAP_NET_ADMIN or root.
    public func write(_ value: String) throws(HostNetworkError) {
        let line = Array("\(value)\n".utf8)
        let result = unsafe clinux_write_file(path, line, line.count)
        if result < 0 { throw HostNetworkError("set \(name) to \(value)", errno: -result) }
    }
}

extension Sysctl: CustomStringConvertible {
    /// The name as sysctl(8) takes it.
    public var description: String { name }
}

/// The kernel's small files.
enum SmallFile {
    /// The first `limit` octets of a file as text.
    static func read(_ path: String, limit: Int) throws(HostNetworkError) -> String {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe clinux_read_file(path, bytes.baseAddress, bytes.count)
        }
        if count < 0 { throw HostNetworkError("read \(path)", errno: Int32(-count)) }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}

extension String {
    /// The text without blanks and line ends around it.
    var trimmed: String {
        var rest = self[...]
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest.drop { $0.isWhitespace })
    }
}
