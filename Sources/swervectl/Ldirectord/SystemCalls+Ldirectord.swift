internal import CLinux
internal import Glibc

extension SystemCalls {
    /// Why a system call failed, in words.
    struct Trouble: Error {
        var words: String
    }

    /// A variable of the environment.
    static func environment(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// The size of a file, 0 if there is none.
    static func size(of path: String) -> Int {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { return 0 }
        defer { close(descriptor) }
        return max(Int(lseek(descriptor, 0, SEEK_END)), 0)
    }

    /// Renames a file; another of that name is gone.
    static func rename(_ path: String, to other: String) { unsafe _ = Glibc.rename(path, other) }

    /// The text of a small file, from a place on; nil if it can't be read.
    static func contents(of path: String, from start: Int = 0) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { return nil }
        defer { close(descriptor) }
        if start > 0 { lseek(descriptor, off_t(start), SEEK_SET) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < 1 << 20 {
            let count = unsafe read(descriptor, &part, part.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            bytes += part[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Puts a file with this text in the place of another; what went wrong, nil if nothing did.
    static func replace(_ path: String, with text: String) -> String? {
        let draft = path + ".new"
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 { return "write \(draft): \(words(for: errno))" }
        let error = write(Array(text.utf8), to: descriptor)
        close(descriptor)
        if error != 0 {
            remove(draft)
            return "write \(draft): \(words(for: error))"
        }
        return unsafe Glibc.rename(draft, path) == 0 ? nil : "rename to \(path): \(words(for: errno))"
    }

    /// Removes a file, if it is there.
    static func remove(_ path: String) { unsafe _ = unlink(path) }

    /// Becomes another program; why not, if it returns.
    static func become(_ path: String, _ arguments: [String]) -> String {
        var words = unsafe arguments.map { unsafe strdup($0) }
        unsafe words.append(nil)
        unsafe execvp(path, words)
        return self.words(for: errno)
    }

    /// Starts a program that goes on by itself; what it says goes into a file.
    static func startDaemon(_ path: String, _ arguments: [String], log: String) -> Result<pid_t, Trouble> {
        let output = unsafe open(log, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_APPEND, 0o600)
        if output < 0 { return .failure(Trouble(words: "write \(log): \(words(for: errno))")) }
        defer { close(output) }
        var words = unsafe arguments.map { unsafe strdup($0) }
        defer { unsafe words.forEach { unsafe free($0) } }
        unsafe words.append(nil)
        var pid: pid_t = 0
        let error = unsafe clinux_spawn_daemon(path, words, output, &pid)
        return error == 0 ? .success(pid) : .failure(Trouble(words: self.words(for: -error)))
    }

    /// Whether a program that was started has ended.
    static func hasEnded(_ pid: pid_t) -> Bool {
        var status: Int32 = 0
        return unsafe clinux_has_ended(pid, &status) != 0
    }
}
