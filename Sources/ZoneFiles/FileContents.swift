internal import DNSWire
internal import Glibc

/// The bytes of a file, read at once: a mapped file that is cut short while it is read would kill us.
struct FileContents {
    /// The bytes, and a line feed behind them that isn't part of the file.
    let bytes: FlatMemory
    let identity: ReadFile.Identity

    /// Why a file can't be read, in the system's words.
    struct Failure: Error {
        let reason: String
    }

    /// Opens and reads a regular file.
    static func read(_ path: String, limit: Int) throws(Failure) -> FileContents {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { throw systemFailure() }
        defer { _ = close(descriptor) }
        var status = stat()
        if unsafe fstat(descriptor, &status) != 0 { throw systemFailure() }
        if status.st_mode & S_IFMT == S_IFDIR { throw Failure(reason: "Is a directory") }
        // Other devices and pipes may never end, or never begin.
        let isNull = status.st_mode & S_IFMT == S_IFCHR && status.st_rdev == Self.nullDevice
        if status.st_mode & S_IFMT != S_IFREG, !isNull { throw Failure(reason: "Not a regular file") }
        let size = Int(status.st_size)
        if size > limit { throw Failure(reason: "File of \(size) octets is larger than \(limit)") }
        if !FlatMemory.hasRoom(for: size) { throw Failure(reason: "Not enough memory for \(size) octets") }
        var buffer = FlatBuffer(capacity: size + 1)
        _ = buffer.extend(by: size)
        var count = 0
        while count < size {
            let part = unsafe Glibc.read(descriptor, buffer.storage(of: UInt8.self) + count, size - count)
            if part < 0 {
                if errno == EINTR { continue }
                throw systemFailure()
            }
            if part == 0 { break }
            count += part
        }
        buffer.shorten(to: count)
        buffer.store(UInt8(ascii: "\n"), at: buffer.extend(by: 1))
        return FileContents(
            bytes: FlatMemory(buffer, isKept: false), identity: ReadFile.Identity(status))
    }

    /// /dev/null, of every Linux.
    private static let nullDevice: dev_t = 1 << 8 | 3

    private static func systemFailure() -> Failure {
        Failure(reason: unsafe strerror(errno).map { unsafe String(cString: $0) } ?? "error \(errno)")
    }
}
