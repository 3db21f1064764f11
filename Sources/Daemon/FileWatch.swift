internal import Settings
internal import ZoneFiles

/// Notices files that change. A change counts when the file has stayed the same for one more look, so
/// that a half-written one isn't read.
struct FileWatch {
    private var files: [ReadFile] = []
    /// What was read of those of which only other contents count as a change.
    private var contents: [String: FileContents] = [:]
    private var unquiet: [String: ReadFile.Identity?] = [:]
    /// How files were when their change was told, where they weren't read so: each change is told once, whatever becomes
    /// of it.
    private var told: [String: ReadFile.Identity] = [:]
    private var missing: Set<String> = []
    /// The files that were seen to be gone by the last look, each once.
    private(set) var gone: [String] = []
    /// How often it was told what to watch.
    private(set) var round = 0

    /// Watches nothing yet.
    init() {}

    /// Watches the contents of a file, as they are now.
    init(_ path: String) {
        // Looked at first, so that what is written meanwhile is noticed.
        let file = ReadFile(now: path)
        follow([file], contents: FileContents(of: path).map { [path: $0] } ?? [:])
    }

    /// Watches these files, as they were read; of some what was read, so that another time and the same bytes are no
    /// change. One that several read, not all of them as it is now, is one that has changed.
    mutating func follow(_ files: [ReadFile], contents: [String: FileContents] = [:]) {
        let identities = Dictionary(
            files.map { ($0.path, $0.identity) }, uniquingKeysWith: { $0 == $1 ? $0 : nil })
        self.files = identities.map { ReadFile(path: $0.key, identity: $0.value) }
        self.contents = contents
        unquiet = [:]
        missing = []
        told = told.filter { path, identity in identities[path].map { $0 != identity } ?? false }
        round += 1
    }

    /// A look; whether a file has changed and is quiet again.
    mutating func look() -> Bool {
        var isDue = false
        gone = []
        for index in files.indices {
            let file = files[index]
            let now = ReadFile.currentIdentity(of: file.path)
            if now != nil {
                missing.remove(file.path)
            } else if unquiet[file.path] == .some(nil), missing.insert(file.path).inserted {
                gone.append(file.path)
            }
            if now == file.identity {
                unquiet[file.path] = nil
                told[file.path] = nil
            } else if now != nil, now == told[file.path] {
                unquiet[file.path] = nil
            } else if let before = unquiet[file.path], before == now, now != nil {
                if let known = contents[file.path], FileContents(of: file.path) == known {
                    files[index].identity = now
                    unquiet[file.path] = nil
                } else {
                    isDue = true
                    told[file.path] = now
                }
            } else {
                unquiet[file.path] = .some(now)
            }
        }
        return isDue
    }
}

/// Notices which of several files have other contents than before.
struct ContentWatch {
    private var watches: [String: FileWatch] = [:]

    /// A look; those that have changed and are quiet again, each once. A file that is new here has not changed.
    mutating func look(at paths: Set<String>) -> Set<String> {
        watches = watches.filter { paths.contains($0.key) }
        return paths.filter { path in
            let isNew = watches[path] == nil
            if watches[path]?.look() == false { return false }
            watches[path] = FileWatch(path)
            return !isNew
        }
    }
}

/// What tells the bytes of a file from others, within this process.
struct FileContents: Hashable, Sendable {
    private let count: Int
    private let hash: Int

    /// What was read.
    init(_ bytes: [UInt8]) {
        count = bytes.count
        hash = bytes.hashValue
    }

    /// Those of a file, as they are now; nil if it can't be read as a configuration's file is.
    init?(of path: String) {
        guard case .success(let bytes) = ReaderEnvironment.system.readFile(path) else { return nil }
        self.init(bytes)
    }
}
