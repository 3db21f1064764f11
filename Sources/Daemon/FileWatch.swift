internal import ZoneFiles

/// Notices files that change. A change counts when the file has stayed the same for one more look, so
/// that a half-written one isn't read.
struct FileWatch {
    private var files: [ReadFile] = []
    private var unquiet: [String: ReadFile.Identity?] = [:]

    /// Watches nothing yet.
    init() {}

    /// Watches a file, as it is now.
    init(_ path: String) {
        follow([ReadFile(now: path)])
    }

    /// Watches these files, as they were read.
    mutating func follow(_ files: [ReadFile]) {
        self.files = files
        unquiet = [:]
    }

    /// A look; whether a file has changed and is quiet again.
    mutating func look() -> Bool {
        var isDue = false
        for file in files {
            let now = ReadFile.currentIdentity(of: file.path)
            if now == file.identity {
                unquiet[file.path] = nil
            } else if let before = unquiet[file.path], before == now, now != nil {
                isDue = true
            } else {
                unquiet[file.path] = .some(now)
            }
        }
        return isDue
    }
}
