internal import Addresses
internal import Foundation
internal import Synchronization

/// Files that get a line at a time, each opened anew so that they can be rotated.
final class AppendedFiles: Sendable {
    /// What was last told of a file that takes no lines.
    private let troubles = Mutex<[String: String]>([:])

    /// Appends a text, which may take as long as the disk does. What went wrong is told once, until the file takes
    /// lines again.
    func append(_ text: String, to path: String) -> String? {
        let trouble = Self.append(text, to: path)
        return troubles.withLock { troubles in
            defer { troubles[path] = trouble }
            return troubles[path] == trouble ? nil : trouble
        }
    }

    private static func append(_ text: String, to path: String) -> String? {
        let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o644)
        if descriptor < 0 { return "open \(path): \(errorWords)" }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        let written = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        return written == bytes.count ? nil : "write \(path): \(written < 0 ? errorWords : "no room")"
    }

    private static var errorWords: String { unsafe String(cString: strerror(errno)) }
}

/// Times as ctime(3) has them.
enum LocalTime {
    /// `Thu Nov 26 14:00:00 2026`
    static var now: String {
        var time = time_t(Date().timeIntervalSince1970)
        var parts = unsafe tm()
        var buffer = [CChar](repeating: 0, count: 64)
        unsafe localtime_r(&time, &parts)
        let count = unsafe strftime(&buffer, buffer.count, "%a %b %e %H:%M:%S %Y", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Names by way of the C library; it may take as long as the resolver does.
enum HostLookup {
    /// The first address of a host.
    static func address(of host: String) -> IPAddress? { addresses(of: host).first }

    /// All addresses of a host.
    static func addresses(of host: String) -> [IPAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            unsafe next = entry.pointee.ai_next
            guard let address = unsafe entry.pointee.ai_addr else { continue }
            let bytes: [UInt8] =
                switch Int32(unsafe address.pointee.sa_family) {
                case AF_INET:
                    unsafe address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                        unsafe withUnsafeBytes(of: $0.pointee.sin_addr) { unsafe Array($0) }
                    }
                case AF_INET6:
                    unsafe address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                        unsafe withUnsafeBytes(of: $0.pointee.sin6_addr) { unsafe Array($0) }
                    }
                default: []
                }
            if let address = IPAddress(bytes: bytes) { found.append(address) }
        }
        return found
    }
}
