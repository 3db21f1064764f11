internal import Foundation

/// A small file that is replaced whole or not at all.
struct StoredFile: Sendable {
    /// Its path.
    let path: String

    /// What a reading found.
    enum Reading {
        /// No such file.
        case absent
        /// What keeps it from being read, in words.
        case unreadable(String)
        /// What is in it.
        case bytes([UInt8])
    }

    /// What went wrong, in words.
    struct Trouble: Error {
        var text: String
    }

    /// The bytes of the file, if it is one and of a sane size.
    func contents(maximumSize: Int) -> [UInt8]? {
        if case .bytes(let bytes) = read(maximumSize: maximumSize) { bytes } else { nil }
    }

    /// Reads the file, if it is one and of a sane size.
    func read(maximumSize: Int) -> Reading {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0 { return errno == ENOENT ? .absent : .unreadable(trouble("read", path)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size <= maximumSize
        else { return .unreadable("read \(path): no file, or too large") }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var length = 0
        while length < bytes.count {
            let count = bytes[length...].withUnsafeMutableBytes {
                Foundation.read(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0 { return .unreadable(trouble("read", path)) }
            if count == 0 { return .unreadable("read \(path): it became shorter meanwhile") }
            length += count
        }
        return .bytes(bytes)
    }

    /// Gives what is there another name, which no earlier one has: `….broken`, `….broken.2`, …
    func setAside() -> Result<String, Trouble> {
        var name = path + ".broken"
        var number = 1
        while access(name, F_OK) == 0 {
            number += 1
            name = "\(path).broken.\(number)"
        }
        return rename(path, name) == 0 ? .success(name) : .failure(Trouble(text: trouble("rename", path)))
    }

    /// Replaces what is in it; what went wrong, nil if nothing did.
    ///
    /// - Parameter isSynced: Whether it is to be on the disk before this returns.
    func write(_ bytes: [UInt8], isSynced: Bool = false) -> String? {
        makeFolder()
        // In the place of the old one only when it is complete.
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        if descriptor < 0 { return trouble("write", draft) }
        var trouble: String?
        var rest = bytes[...]
        while trouble == nil, !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                trouble = self.trouble("write", draft)
            }
        }
        if trouble == nil, isSynced, fsync(descriptor) != 0 { trouble = self.trouble("write", draft) }
        close(descriptor)
        if trouble == nil, rename(draft, path) != 0 { trouble = self.trouble("rename to", path) }
        if trouble != nil { unlink(draft) }
        return trouble ?? (isSynced ? syncFolder() : nil)
    }

    private var folder: Substring { path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex) }

    /// Has the name on the disk as well.
    private func syncFolder() -> String? {
        let descriptor = open(folder.isEmpty ? "." : String(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { return trouble("read", String(folder)) }
        defer { close(descriptor) }
        return fsync(descriptor) == 0 ? nil : trouble("write", String(folder))
    }

    /// Makes the folder that it is to be in.
    func makeFolder() {
        for end in folder.indices.dropFirst() where folder[end] == "/" {
            mkdir(String(folder[..<end]), 0o755)
        }
        mkdir(String(folder), 0o755)
    }

    private func trouble(_ action: String, _ path: String) -> String {
        let code = errno
        var text = [CChar](repeating: 0, count: 256)
        if strerror_r(code, &text, text.count) != 0 { return "\(action) \(path): error \(code)" }
        let words = String(
            decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return "\(action) \(path): \(words)"
    }
}
