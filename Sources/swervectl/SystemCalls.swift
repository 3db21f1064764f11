internal import Glibc

/// The system calls that swervectl makes itself; raw memory is touched here only.
enum SystemCalls {
    /// The system's words for an error.
    static func words(for number: CInt) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        if unsafe strerror_r(number, &buffer, buffer.count) != 0 { return "error \(number)" }
        return text(buffer.prefix { $0 != 0 })
    }

    /// Whether people look at standard output, and want colours (NO_COLOR says that they don't).
    static var wantsColours: Bool {
        let isRefused = unsafe getenv("NO_COLOR") != nil
        return isatty(STDOUT_FILENO) == 1 && !isRefused
    }

    /// Writes all bytes, waiting where the other side is slow; 0, or the number of the error for which the rest is lost.
    @discardableResult
    static func write(_ bytes: [UInt8], to descriptor: CInt) -> CInt {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if written < 0 && errno == EINTR { continue }
            if written < 0 && errno == EAGAIN {
                var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                unsafe poll(&wait, 1, -1)
                continue
            }
            if written <= 0 { return written < 0 ? errno : EIO }
            rest = rest.dropFirst(written)
        }
        return 0
    }

    /// All of standard input; nil with errno if it can't be read.
    static func standardInput() -> [UInt8]? {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(STDIN_FILENO, &part, part.count)
            if count == 0 { return bytes }
            if count < 0 && errno == EINTR { continue }
            if count < 0 { return nil }
            bytes += part[..<count]
        }
    }

    /// Milliseconds since the beginning of 1970.
    static var milliseconds: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Whether a file can be read.
    static func isReadable(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

    /// This program's path; nil if the system doesn't say.
    static var executable: String? { target(ofLink: "/proc/self/exe") }

    /// The working directory; nil if the system doesn't say.
    static var workingDirectory: String? { target(ofLink: "/proc/self/cwd") }

    private static func target(ofLink path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink(path, &buffer, buffer.count)
        return count < 0 ? nil : text(buffer[..<count])
    }

    /// A descriptor to read what is typed: standard input opened anew, so that the shell's own stays a blocking
    /// one; nil if standard input is a file or closed, or the terminal belongs to another program.
    static func openKeyboard() -> CInt? {
        var status = stat()
        if unsafe fstat(STDIN_FILENO, &status) != 0 { return nil }
        let isTerminal = isatty(STDIN_FILENO) == 1
        if isTerminal && tcgetpgrp(STDIN_FILENO) != getpgrp() { return nil }
        if !isTerminal && status.st_mode & S_IFMT != S_IFIFO { return nil }
        let descriptor = unsafe open("/proc/self/fd/0", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        return descriptor < 0 ? nil : descriptor
    }

    private static func text(_ characters: ArraySlice<CChar>) -> String {
        String(decoding: characters.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
