internal import Foundation

/// The file that holds the saved state.
public struct StateFile: Sendable {
    /// Its path.
    public let path: String

    /// A verdict takes half a kilobyte: this is the state of a hundred thousand checks. What is larger
    /// is none of ours, and reading it would hold up the start.
    static let maximumSize = 64 << 20

    /// The file in a state directory.
    public init(directory: String) {
        path = directory + "/state.json"
    }

    /// What is saved, if it is of this boot; nil otherwise, or if there is nothing.
    public func read() -> SavedState? {
        guard let bytes = contents(),
            let state = try? JSONDecoder().decode(SavedState.self, from: Data(bytes)),
            state.bootID == Self.bootID
        else { return nil }
        return state
    }

    /// Saves a state whole or not at all; what went wrong, nil if nothing did.
    public func write(_ state: SavedState) -> String? {
        var state = state
        state.bootID = Self.bootID
        state.savedAt = Self.now
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        guard let data = try? encoder.encode(state) else { return "write \(path): not to be encoded" }
        makeFolder()
        // In the place of the old one only when it is complete.
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 { return trouble("write", draft) }
        var trouble: String?
        var rest = Array(data)[...]
        while trouble == nil, !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                trouble = self.trouble("write", draft)
            }
        }
        close(descriptor)
        if trouble == nil, rename(draft, path) != 0 { trouble = self.trouble("rename to", path) }
        if trouble != nil { unlink(draft) }
        return trouble
    }

    /// The bytes of the file, if it is one and of a sane size.
    private func contents() -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size <= Self.maximumSize
        else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var length = 0
        while length < bytes.count {
            let count = bytes[length...].withUnsafeMutableBytes {
                Foundation.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return nil }
            length += count
        }
        return bytes
    }

    private func makeFolder() {
        let folder = path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)
        for end in folder.indices.dropFirst() where folder[end] == "/" { mkdir(String(folder[..<end]), 0o755) }
        mkdir(String(folder), 0o755)
    }

    private func trouble(_ action: String, _ path: String) -> String {
        let code = errno
        var text = [CChar](repeating: 0, count: 256)
        if strerror_r(code, &text, text.count) != 0 { return "\(action) \(path): error \(code)" }
        let words = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return "\(action) \(path): \(words)"
    }

    /// Seconds since the boot, which no correction of the time of day moves.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static let bootID =
        (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?
        .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
}
