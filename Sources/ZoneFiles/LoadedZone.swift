public import Diagnostics
internal import Glibc
public import Zones

/// What reading a zone's files gave.
public struct LoadedZone: Sendable {
    /// The zone; nil if there is an error among the diagnostics.
    public var zone: Zone?
    /// What is wrong or doubtful, in the order of the files and their lines.
    public var diagnostics: [Diagnostic]
    /// The files that were read, or were to be: the zone's own first, then those it includes.
    public var files: [ReadFile]
    /// The number of records in the files, those left out included.
    public var recordCount: Int
    /// Whether memory had no room for the zone, so that the same files may be read another time.
    public var isLackingRoom = false
}

/// A file as it was when it was read, so that a change can be noticed.
public struct ReadFile: Hashable, Sendable {
    /// The path as it was opened.
    public var path: String
    /// What the file system says of it; nil if it couldn't be opened.
    public var identity: Identity?

    /// A file as it was.
    public init(path: String, identity: Identity?) {
        self.path = path
        self.identity = identity
    }

    /// What changes when a file is changed or replaced.
    public struct Identity: Hashable, Sendable {
        /// The number of the device.
        public var device: UInt64
        /// The number of the inode on it.
        public var inode: UInt64
        /// In octets.
        public var size: Int
        /// When its contents were last changed, or said to be, in seconds since 1970.
        public var modifiedSeconds: Int
        /// The nanoseconds of that.
        public var modifiedNanoseconds: Int
        /// When anything about it was last changed, which nobody can set, in seconds since 1970.
        public var changedSeconds: Int
        /// The nanoseconds of that.
        public var changedNanoseconds: Int
    }

    /// A file as it is now, without reading it.
    public init(now path: String) {
        self.path = path
        identity = Self.currentIdentity(of: path)
    }

    /// Whether the file is still there as it was.
    public var isUnchanged: Bool { identity != nil && Self.currentIdentity(of: path) == identity }

    /// What the file system says of a path now; nil if there is no such file.
    public static func currentIdentity(of path: String) -> Identity? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Identity(status) : nil
    }
}

extension ReadFile.Identity {
    init(_ status: stat) {
        self.init(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int(status.st_size),
            modifiedSeconds: status.st_mtim.tv_sec, modifiedNanoseconds: status.st_mtim.tv_nsec,
            changedSeconds: status.st_ctim.tv_sec, changedNanoseconds: status.st_ctim.tv_nsec)
    }
}
