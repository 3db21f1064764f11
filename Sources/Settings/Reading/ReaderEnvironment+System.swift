import Addresses
import Director
import Dispatch
import Glibc
import Patterns
import Synchronization

extension ReaderEnvironment {
    /// This host's files, resolver and /etc/services, and the regular expressions of checks.
    public static let system = ReaderEnvironment(
        readFile: { SystemFile.read($0) }, expandPattern: { SystemFile.expand($0) },
        resolve: { SystemResolver.resolve($0, within: $1) }, port: { SystemResolver.port($0, $1) },
        patternError: { text in
            do throws(PatternError) {
                _ = try Pattern(text)
                return nil
            } catch {
                return (error.message, error.offset)
            }
        }, hostName: SystemResolver.hostName)
}

/// Files by way of the C library.
private enum SystemFile {
    /// A configuration of more is a mistake, such as a device.
    static let maximumSize = 16 << 20

    static func read(_ path: String) -> Result<[UInt8], ReaderEnvironment.FileError> {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { return .failure(lastError()) }
        defer { close(descriptor) }
        var status = stat()
        if fstat(descriptor, &status) != 0 { return .failure(lastError()) }
        if status.st_mode & S_IFMT == S_IFDIR { return .failure(.init("Is a directory")) }
        if status.st_mode & S_IFMT != S_IFREG { return .failure(.init("Not a regular file")) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return .failure(lastError()) }
            if count == 0 { return .success(bytes) }
            bytes += buffer[..<count]
            if bytes.count > maximumSize { return .failure(.init("File too large")) }
        }
    }

    static func expand(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { index in paths[index].map { String(cString: $0) } }
    }

    private static func lastError() -> ReaderEnvironment.FileError {
        let code = errno
        var buffer = [CChar](repeating: 0, count: 256)
        if strerror_r(code, &buffer, buffer.count) != 0 { return .init("error \(code)") }
        return .init(String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
}

/// Names by way of the C library.
private enum SystemResolver {
    private final class Answers: Sendable {
        let found = Mutex<[ReaderEnvironment.HostQuestion: IPAddress]>([:])
    }

    /// Asks all questions at once. Those that take longer are given up, since resolv.conf may name a server that
    /// does not answer before we do: ourselves.
    static func resolve(
        _ questions: Set<ReaderEnvironment.HostQuestion>, within time: Duration
    ) -> [ReaderEnvironment.HostQuestion: IPAddress] {
        let answers = Answers()
        let queue = DispatchQueue(label: "swerve.settings.resolver", attributes: .concurrent)
        let group = DispatchGroup()
        for question in questions {
            queue.async(group: group) {
                guard let address = address(question) else { return }
                answers.found.withLock { $0[question] = address }
            }
        }
        let (seconds, attoseconds) = time.components
        let deadline =
            DispatchTime.now() + .seconds(Int(seconds)) + .nanoseconds(Int(attoseconds / 1_000_000_000))
        _ = group.wait(timeout: deadline)
        return answers.found.withLock { $0 }
    }

    /// The first address that the resolver gives, as ldirectord takes it.
    private static func address(_ question: ReaderEnvironment.HostQuestion) -> IPAddress? {
        var hints = addrinfo()
        hints.ai_family = question.family == .v4 ? AF_INET : AF_INET6
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(question.host, nil, &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        guard let address = list?.pointee.ai_addr else { return nil }
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin_addr) { IPAddress(bytes: Array($0)) }
            }
        case AF_INET6:
            return address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin6_addr) { IPAddress(bytes: Array($0)) }
            }
        default: return nil
        }
    }

    static let hostName: String = {
        var buffer = [CChar](repeating: 0, count: 256)
        gethostname(&buffer, buffer.count - 1)
        let name = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return name.isEmpty ? "localhost" : name
    }()

    static func port(_ name: String, _ transport: TransportProtocol) -> UInt16? {
        var entry = servent()
        var buffer = [CChar](repeating: 0, count: 4096)
        var result: UnsafeMutablePointer<servent>?
        guard getservbyname_r(name, "\(transport)", &entry, &buffer, buffer.count, &result) == 0,
            let port = result?.pointee.s_port
        else { return nil }
        return UInt16(truncatingIfNeeded: port).byteSwapped
    }
}
