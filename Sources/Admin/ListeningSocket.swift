internal import Glibc

/// A unix socket that listens at a path, and the file that stands for it.
///
/// The file is narrow from its first moment: it is made with no right for group and others, then given
/// away, then opened to those that the place names, and only then listens.
struct ListeningSocket: Sendable {
    /// The descriptor: non-blocking, closed on exec.
    let descriptor: CInt
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    /// Connections that may wait to be taken.
    private static let backlog: CInt = 64

    /// Makes the socket. A file that is there is replaced only if it is a socket that nobody listens on; a
    /// missing folder is made.
    static func open(_ place: ControlSocketPlace) throws(ControlSocketError) -> ListeningSocket {
        let user = try place.owner.map { name throws(ControlSocketError) in try Account.user(name, place) }
        let group = try place.group.map { name throws(ControlSocketError) in try Account.group(name, place) }
        guard let address = UnixAddress(place.path) else {
            let length = place.path.utf8.count
            throw place.error(
                length == 0 ? "the path is empty" : "the path has \(length) bytes, a socket's at most 107")
        }
        try makeFolder(of: place)
        try removeStaleFile(at: place, address)

        let descriptor = makeSocket()
        if descriptor < 0 { throw place.error(errno) }
        do throws(ControlSocketError) {
            // The mode of a socket's file is that of the socket when it is bound, less the umask.
            if fchmod(descriptor, 0o600) != 0 { throw place.error(errno) }
            if address.bind(descriptor) != 0 { throw place.error(errno) }
        } catch {
            Glibc.close(descriptor)
            throw error
        }
        do throws(ControlSocketError) {
            if user != nil || group != nil {
                let result = unsafe lchown(place.path, user ?? uid_t.max, group ?? gid_t.max)
                if result != 0 { throw ControlSocketError("chown", place.path, words(for: errno)) }
            }
            if unsafe chmod(place.path, mode_t(place.permissions)) != 0 {
                throw ControlSocketError("chmod", place.path, words(for: errno))
            }
            var status = stat()
            if unsafe lstat(place.path, &status) != 0 { throw place.error(errno) }
            if listen(descriptor, backlog) != 0 { throw place.error(errno) }
            return ListeningSocket(
                descriptor: descriptor, path: place.path, device: status.st_dev, inode: status.st_ino)
        } catch {
            unsafe unlink(place.path)
            Glibc.close(descriptor)
            throw error
        }
    }

    /// Closes the descriptor; for a socket that was not handed to an event loop.
    func close() {
        Glibc.close(descriptor)
    }

    /// Removes the file, unless another process has put its own in the place.
    func removeFile() {
        var status = stat()
        if unsafe lstat(path, &status) == 0, status.st_dev == device, status.st_ino == inode {
            unsafe unlink(path)
        }
    }

    /// Makes the folder, and those above it, for all to enter and the owner to write.
    private static func makeFolder(of place: ControlSocketPlace) throws(ControlSocketError) {
        let path = Array(place.path.utf8)
        for (index, byte) in path.enumerated() where byte == UInt8(ascii: "/") && index > 0 {
            let folder = String(decoding: path[..<index], as: UTF8.self)
            var status = stat()
            if unsafe stat(folder, &status) == 0 { continue }
            if errno != ENOENT { throw place.error("\(folder): \(words(for: errno))") }
            if unsafe mkdir(folder, 0o755) != 0 && errno != EEXIST {
                throw place.error("mkdir \(folder): \(words(for: errno))")
            }
        }
    }

    private static func removeStaleFile(
        at place: ControlSocketPlace, _ address: UnixAddress
    ) throws(ControlSocketError) {
        var status = stat()
        if unsafe lstat(place.path, &status) != 0 {
            if errno == ENOENT { return }
            throw place.error(errno)
        }
        if status.st_mode & S_IFMT == S_IFLNK { throw place.error("there is a symbolic link of that name") }
        if status.st_mode & S_IFMT != S_IFSOCK {
            throw place.error("there is a file of that name that is no socket")
        }
        let descriptor = makeSocket()
        if descriptor < 0 { throw place.error(errno) }
        defer { Glibc.close(descriptor) }
        // EAGAIN is a full backlog: somebody listens there too.
        if address.connect(descriptor) == 0 || errno == EAGAIN {
            throw place.error("another process listens there; is swerved running already?")
        }
        if errno != ECONNREFUSED && errno != ENOENT { throw place.error(errno) }
        if unsafe unlink(place.path) != 0 && errno != ENOENT {
            throw place.error("unlink: \(words(for: errno))")
        }
    }
}

/// A descriptor that no child process gets, or -1 with errno.
private func makeSocket() -> CInt {
    socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
}

extension ControlSocketPlace {
    fileprivate func error(_ reason: String) -> ControlSocketError {
        ControlSocketError("listen", path, reason)
    }

    fileprivate func error(_ number: CInt) -> ControlSocketError { error(words(for: number)) }
}

/// The system's words for an error.
func words(for number: CInt) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    if unsafe strerror_r(number, &buffer, buffer.count) != 0 { return "error \(number)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// Users and groups of this host, by name or number.
private enum Account {
    static func user(_ name: String, _ place: ControlSocketPlace) throws(ControlSocketError) -> uid_t {
        if let number = uid_t(name) { return number }
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 65_536)
        let result = unsafe getpwnam_r(name, &entry, &buffer, buffer.count, &found)
        if result != 0 { throw place.error("user \(name): \(words(for: result))") }
        if unsafe found == nil { throw place.error("there is no user '\(name)'") }
        return unsafe entry.pw_uid
    }

    static func group(_ name: String, _ place: ControlSocketPlace) throws(ControlSocketError) -> gid_t {
        if let number = gid_t(name) { return number }
        var entry = unsafe Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        // Groups list their members: a megabyte holds any that is sane.
        var buffer = [CChar](repeating: 0, count: 1 << 20)
        let result = unsafe getgrnam_r(name, &entry, &buffer, buffer.count, &found)
        if result != 0 { throw place.error("group \(name): \(words(for: result))") }
        if unsafe found == nil { throw place.error("there is no group '\(name)'") }
        return unsafe entry.gr_gid
    }
}
