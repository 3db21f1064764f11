public import Diagnostics
public import DNSWire
internal import Glibc
internal import Zones

extension ZoneBuilder: RecordSink {}

/// Reads zones from master files (RFC 1035 §5).
public enum ZoneFile {
    /// Reads a zone from a file and those it includes.
    ///
    /// - Parameters:
    ///   - path: As it is to be named in messages; relative to the working directory.
    ///   - origin: The zone's apex, and the origin until the file says otherwise.
    ///   - directory: Where the names in $INCLUDE begin; nil: in the folder of the file that has them.
    public static func load(
        path: String, origin: DomainName, directory: String? = nil, limits: ZoneFileLimits = .default
    ) -> LoadedZone {
        do throws(FileContents.Failure) {
            let contents = try FileContents.read(path, limit: limits.fileSize)
            let file = SourceFile(
                name: path, bytes: contents.bytes, identity: contents.identity, includedFrom: nil)
            return read(file, origin, directory, limits)
        } catch {
            return LoadedZone(
                zone: nil, diagnostics: [Diagnostic(.error, "can't read zone file '\(path)': \(error.reason)")],
                files: [ReadFile(path: path, identity: nil)], recordCount: 0)
        }
    }

    /// Reads a zone from a text; see ``load(path:origin:directory:limits:)``.
    public static func parse(
        _ text: SourceText, origin: DomainName, directory: String? = nil,
        limits: ZoneFileLimits = .default
    ) -> LoadedZone {
        let file = SourceFile(
            name: text.file, bytes: FlatMemory(text.bytes + [UInt8(ascii: "\n")]), identity: nil,
            includedFrom: nil)
        return read(file, origin, directory, limits)
    }

    private static func read(
        _ file: SourceFile, _ origin: DomainName, _ directory: String?, _ limits: ZoneFileLimits
    ) -> LoadedZone {
        // Records are seldom shorter than 32 octets; a table too large costs less than one grown. Where there is no room
        // for so many, they may be long ones, and fewer.
        var hint = file.bytes.view.count / 32
        while !ZoneBuilder.hasRoom(recordCountHint: hint) { hint /= 2 }
        let builder = ZoneBuilder(origin: origin, recordCountHint: hint, limits: limits.zone)
        var reader = MasterFileReader(
            sink: builder, origin: origin, directory: directory, limits: limits)
        reader.files = [file]
        reader.read(0)
        let (files, recordCount) = (reader.files, reader.recordCount)
        var findings = reader.findings
        let isWellFormed = findings.errors == 0
        let (zone, issues) = reader.sink.compile(at: UInt32(truncatingIfNeeded: time(nil)))
        for issue in issues where isWellFormed || !issue.mayComeFromMistakes {
            if issue.kind == .further {
                findings.addUntold(issue.count, isError: issue.isError)
            } else {
                findings.add(finding(issue, files))
            }
        }
        return LoadedZone(
            zone: isWellFormed && findings.errors == 0 ? zone : nil,
            diagnostics: findings.diagnostics(of: files),
            files: files.map { ReadFile(path: $0.name, identity: $0.identity) }, recordCount: recordCount,
            isLackingRoom: issues.contains { $0.kind == .noRoom })
    }

    private static func finding(_ issue: ZoneIssue, _ files: [SourceFile]) -> Findings.Finding {
        let location = issue.location.map(RecordLocation.init(packed:)) ?? RecordLocation(file: 0, offset: 0)
        let file = min(location.file, files.count - 1)
        let memory = files[file].bytes
        let bytes = memory.octets
        var range = location.offset..<location.offset
        if issue.location != nil, location.offset < bytes.count {
            range = Lexer(bytes).wordRange(from: location.offset)
        }
        return Findings.Finding(
            severity: issue.isError ? .error : .warning, message: issue.message, file: file, range: range)
    }
}

extension ZoneIssue {
    /// Whether a record that could not be read may be the cause.
    fileprivate var mayComeFromMistakes: Bool {
        switch kind {
        case .noSOA, .noApexNS, .missingGlue, .targetWithoutAddress, .misplacedDS, .doubtfulForm: true
        default: false
        }
    }
}
