internal import DNSWire

/// A file being read, and how it came to be.
struct SourceFile {
    /// As it is named in messages.
    let name: String
    /// Its bytes, and a line feed behind them that isn't part of it; empty if it couldn't be read.
    let bytes: FlatMemory
    /// What the file system says of it.
    let identity: ReadFile.Identity?
    /// The file and offset of the $INCLUDE that named it.
    let includedFrom: (file: Int, offset: Int)?
}

/// The place of a record, packed into what a zone builder carries along: 16 bits of file, 48 of offset.
struct RecordLocation {
    let file: Int
    let offset: Int

    var packed: UInt64 { UInt64(file) << 48 | UInt64(offset) }

    init(file: Int, offset: Int) {
        self.file = file
        self.offset = offset
    }

    init(packed: UInt64) {
        file = Int(packed >> 48)
        offset = Int(packed & (1 << 48 - 1))
    }
}
