import DNSWire
import Diagnostics
import Foundation
import Testing

@testable import ZoneFiles

@Suite("$INCLUDE")
struct IncludeTests {
    /// Writes files into a folder of their own, which the caller takes away.
    private func write(_ files: [String: String]) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zonefiles-\(UUID().uuidString)")
        for (name, text) in files {
            let url = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: url, atomically: false, encoding: .utf8)
        }
        return folder
    }

    /// Writes files into a folder of their own, reads the one named `main`, and takes the folder away.
    private func reading(
        _ files: [String: String], directory: String? = nil, limits: ZoneFileLimits = .default
    ) throws -> (records: [FoundRecord], diagnostics: [String], files: [String]) {
        let folder = try write(files)
        defer { try? FileManager.default.removeItem(at: folder) }
        let base = folder.path
        var reader = MasterFileReader(
            sink: Collector(), origin: try DomainName("example.com."),
            directory: directory.map { "\(base)/\($0)" }, limits: limits)
        let contents = try FileContents.read("\(base)/main", limit: limits.fileSize)
        reader.files = [
            SourceFile(
                name: "\(base)/main", bytes: contents.bytes, identity: contents.identity, includedFrom: nil)
        ]
        reader.read(0)
        let (sources, findings) = (reader.files, reader.findings)
        return (
            reader.sink.records,
            findings.diagnostics(of: sources).map { $0.description.replacing(base + "/", with: "") },
            sources.map { $0.name.replacing(base + "/", with: "") }
        )
    }

    @Test("The parent's origin and owner are restored, the child has its own origin")
    func restores() throws {
        let (records, diagnostics, files) = try reading([
            "main": "$TTL 60\nzz A 192.0.2.1\n$INCLUDE child sub\n  A 192.0.2.3\nq A 192.0.2.4\n",
            "child": "a A 192.0.2.2\n$ORIGIN else.where.\nb A 192.0.2.2",
        ])
        #expect(
            diagnostics == [
                """
                child:3:14: warning: the file does not end with a line's end
                    b A 192.0.2.2
                                 ^
                main:3:10: note: included from here
                """
            ])
        #expect(files == ["main", "child"])
        #expect(
            records.map(\.owner) == [
                "zz.example.com.", "a.sub.example.com.", "b.else.where.", "zz.example.com.", "q.example.com.",
            ])
    }

    @Test("Without an origin the child begins with the parent's; its $TTL stays, as in BIND")
    func inherits() throws {
        let (records, diagnostics, _) = try reading([
            "main": "$TTL 60\nzz A 192.0.2.1\n$INCLUDE \"child\" ; comment\nq A 192.0.2.4\n",
            "child": "  A 192.0.2.77\nfoo A 192.0.2.76\n$TTL 77\n",
        ])
        #expect(diagnostics == [])
        #expect(
            records.map { "\($0.owner) \($0.ttl)" } == [
                "zz.example.com. 60", "zz.example.com. 60", "foo.example.com. 60", "q.example.com. 77",
            ])
    }

    @Test("Names are relative to the directory given, else to the including file's folder")
    func relative() throws {
        let files = [
            "main": "$TTL 60\n$INCLUDE d/child\n", "d/child": "$INCLUDE other\n", "d/other": "a A 192.0.2.1\n",
            "e/d/child": "$INCLUDE other\n", "e/other": "b A 192.0.2.1\n",
        ]
        #expect(try reading(files).records.map(\.owner) == ["a.example.com."])
        #expect(try reading(files, directory: "e").records.map(\.owner) == ["b.example.com."])
    }

    @Test("A mistake in an included file names the chain of files")
    func chain() throws {
        let (_, diagnostics, _) = try reading([
            "main": "$TTL 60\n\n$INCLUDE one\n", "one": " \n  $INCLUDE two\n$INCLUDE two\n",
            "two": "a A 1.2.3\n",
        ])
        #expect(diagnostics.count == 2)
        #expect(
            diagnostics.last == """
                two:1:5: error: invalid IPv4 address '1.2.3'
                    a A 1.2.3
                        ^~~~~
                two:1:5: note: included from here
                """.replacing("two:1:5: note", with: "one:3:10: note") + "\nmain:3:10: note: included from here"
        )
    }

    @Test("A file that includes itself, directly or not, is an error; twice in a row is not")
    func loop() throws {
        let (_, diagnostics, _) = try reading(["main": "$INCLUDE one\n", "one": "\n$INCLUDE main\n"])
        #expect(diagnostics.count == 1)
        #expect(diagnostics.first?.hasPrefix("one:2:10: error: 'main' includes itself") == true)
        let twice = try reading(["main": "$INCLUDE one\n$INCLUDE one a\n", "one": "@ 1 A 192.0.2.1\n"])
        #expect(twice.records.map(\.owner) == ["example.com.", "a.example.com."])
    }

    @Test("A file that is included often is in memory once, and a name of its origin without a dot is told")
    func often() throws {
        let folder = try write(["a": "@ 1 A 192.0.2.1\n", "b": "@ 1 A 192.0.2.1\n"])
        defer { try? FileManager.default.removeItem(at: folder) }
        let main = "$INCLUDE a\n$INCLUDE a x\n$INCLUDE b sub.example.com\n"
        var reader = MasterFileReader(
            sink: Collector(), origin: try DomainName("example.com."), directory: folder.path, limits: .default)
        reader.files = [
            SourceFile(name: "main", bytes: FlatMemory(Array(main.utf8)), identity: nil, includedFrom: nil)
        ]
        reader.read(0)
        let (files, findings) = (reader.files, reader.findings)
        #expect(reader.sink.records.count == 3)
        #expect(files[1].bytes === files[2].bytes)
        #expect(files[2].bytes !== files[3].bytes)
        #expect(
            places(findings.diagnostics(of: files)) == [
                "3:12: warning: name 'sub.example.com' has no dot at its end and gets the origin added"
            ])
    }

    @Test("A file that was changed is another, whatever its time says")
    func sameTime() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "zonefiles-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let time = Date(timeIntervalSince1970: 1_000_000)
        try Data("one".utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file)
        let read = ReadFile(now: file)
        #expect(read.isUnchanged)
        let handle = try #require(FileHandle(forWritingAtPath: file))
        // The clock of file systems has ticks.
        Thread.sleep(forTimeInterval: 0.05)
        try handle.write(contentsOf: Data("two".utf8))
        try handle.close()
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file)
        let now = ReadFile(now: file)
        #expect(now.identity?.modifiedSeconds == read.identity?.modifiedSeconds)
        #expect(now.identity?.inode == read.identity?.inode)
        #expect(!read.isUnchanged)
    }

    @Test("The depth is bounded")
    func depth() throws {
        var files = ["main": "$INCLUDE f1\n"]
        for number in 1...20 { files["f\(number)"] = "$INCLUDE f\(number + 1)\n" }
        files["f21"] = "a 1 A 192.0.2.1\n"
        let (records, diagnostics, _) = try reading(files)
        #expect(records.isEmpty)
        #expect(diagnostics.count == 1)
        #expect(
            diagnostics.first?.hasPrefix("f16:1:10: error: files include one another more than 16 deep") == true
        )
    }

    @Test("A file that isn't there is told, and watched for")
    func absent() throws {
        let (records, diagnostics, files) = try reading([
            "main": "$TTL 60\n$INCLUDE absent\na A 192.0.2.1\n"
        ])
        #expect(diagnostics.count == 1)
        #expect(
            diagnostics.first?.hasPrefix("main:2:10: error: can't open 'absent': No such file or directory")
                == true)
        #expect(records.count == 1)
        #expect(files == ["main", "absent"])
    }
}
