internal import Diagnostics
internal import DNSWire

extension MasterFileReader where Sink: ~Copyable {
    /// Reads a directive at its dollar sign.
    @inline(never)
    mutating func readDirective(_ lexer: inout Lexer, _ file: Int) throws(Mistake) {
        let range = try lexer.word("directive")
        let word = lexer.string(range).uppercased()
        lexer.skipBlanks()
        switch word {
        case "$ORIGIN":
            let name = try absoluteName("origin", &lexer)
            try lexer.finishEntry()
            if lexer.suspicion != nil { noteSuspicion(&lexer, file) }
            origin.replace(with: name)
            originIsNew = true
        case "$TTL":
            let range = lexer.wordRange(from: lexer.offset)
            let ttl = try lexer.period("TTL", upTo: .max)
            try lexer.finishEntry()
            defaultTTL = ttl > UInt32(Int32.max) ? 0 : ttl
            if ttl != defaultTTL {
                // RFC 2181 §8
                note(.warning, Mistake("TTL \(ttl) is above 2147483647 and counts as 0", at: range), in: file)
            }
        case "$INCLUDE": try include(&lexer, file)
        case "$GENERATE": try generate(&lexer, file)
        default:
            let known = ["$ORIGIN", "$TTL", "$INCLUDE", "$GENERATE"]
            throw Mistake(
                "unknown directive '\(lexer.string(range))'", at: range,
                hint: suggestion(for: word, among: known).map { "did you mean '\($0)'?" })
        }
    }

    private func absoluteName(_ what: String, _ lexer: inout Lexer) throws(Mistake) -> [UInt8] {
        var buffer = WireBuffer(capacity: 1024)
        try lexer.name(what, into: &buffer, origin: origin)
        return buffer.copy
    }

    /// `$INCLUDE file [origin]`: origin and owner are the parent's again afterwards (RFC 1035 §5.1);
    /// what $TTL says stays, as in BIND.
    private mutating func include(_ lexer: inout Lexer, _ file: Int) throws(Mistake) {
        let start = lexer.offset
        var text = WireBuffer(capacity: 4096)
        try lexer.text("file", into: &text)
        let range = start..<lexer.offset
        if text.isOverfull || text.count == 0 { throw Mistake("invalid file name", at: range) }
        let name = String(decoding: text.copy, as: UTF8.self)
        lexer.skipBlanks()
        var childOrigin: [UInt8]?
        if !lexer.isAtEntryEnd { childOrigin = try absoluteName("origin", &lexer) }
        try lexer.finishEntry()
        if lexer.suspicion != nil { noteSuspicion(&lexer, file) }
        // The directive has been read: what follows is told without skipping the next line.
        var mistake: Mistake?
        do throws(Mistake) {
            let child = try open(name, range, file)
            let (parentOrigin, parentOwner) = (origin.copy, owner.copy)
            let (parentIsNew, parentIsBroken) = (originIsNew, ownerIsBroken)
            if let childOrigin { origin.replace(with: childOrigin) }
            read(child)
            origin.replace(with: parentOrigin)
            owner.replace(with: parentOwner)
            (originIsNew, ownerIsBroken) = (parentIsNew, parentIsBroken)
        } catch {
            mistake = error
        }
        if let mistake { note(.error, mistake, in: file) }
    }

    /// Reads a file into memory and adds it to the files.
    private mutating func open(_ name: String, _ range: Range<Int>, _ parent: Int) throws(Mistake) -> Int {
        var depth = 1
        var ancestor = files[parent].includedFrom
        while let (file, _) = ancestor {
            depth += 1
            ancestor = files[file].includedFrom
        }
        if depth > limits.includeDepth {
            throw Mistake("files include one another more than \(limits.includeDepth) deep", at: range)
        }
        if files.count >= limits.files { throw Mistake("more than \(limits.files) files", at: range) }
        let path = Self.join(name, directory ?? Self.folder(of: files[parent].name))
        let contents: FileContents
        do throws(FileContents.Failure) {
            if let known = known(path) {
                contents = known
            } else {
                contents = try FileContents.read(path, limit: limits.fileSize)
            }
        } catch {
            files.append(
                SourceFile(
                    name: path, bytes: FlatMemory([]), identity: nil, includedFrom: (parent, range.lowerBound)))
            throw Mistake("can't open '\(path)': \(error.reason)", at: range)
        }
        var place: Int? = parent
        while let file = place {
            if let identity = files[file].identity, identity.device == contents.identity.device,
                identity.inode == contents.identity.inode
            {
                throw Mistake("'\(path)' includes itself", at: range)
            }
            place = files[file].includedFrom?.file
        }
        files.append(
            SourceFile(
                name: path, bytes: contents.bytes, identity: contents.identity,
                includedFrom: (parent, range.lowerBound)))
        return files.count - 1
    }

    /// A file that has been read already, as it still is: however often one is included, it is read once.
    private func known(_ path: String) -> FileContents? {
        guard let identity = ReadFile.currentIdentity(of: path),
            let file = files.first(where: { $0.identity == identity })
        else { return nil }
        return FileContents(bytes: file.bytes, identity: identity)
    }

    private static func join(_ name: String, _ folder: String) -> String {
        if name.hasPrefix("/") || folder.isEmpty { return name }
        return folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
