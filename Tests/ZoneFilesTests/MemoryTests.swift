import Diagnostics
import DNSWire
import Foundation
import Glibc
import Testing
import Zones

@testable import ZoneFiles

/// In processes of their own, which may not have more than some memory.
@Suite("Zones that memory has no room for are refused, and the process goes on")
struct MemoryTests {
    /// Lets the process have so many octets more than it has.
    private static func allow(_ octets: Int) throws {
        let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).prefix { $0 != " " }
        var limit = rlimit()
        limit.rlim_cur = rlim_t(try #require(Int(pages)) * Int(getpagesize()) + octets)
        limit.rlim_max = limit.rlim_cur
        setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    }

    @Test("A file that is larger than what there is") func file() async {
        await #expect(processExitsWith: .success) {
            let path = NSTemporaryDirectory() + "swerve-memory-\(getpid())"
            defer { unlink(path) }
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            // A hole: it takes no room on the disk.
            #expect(truncate(path, 1 << 30) == 0)
            try Self.allow(512 << 20)
            let loaded = ZoneFile.load(path: path, origin: try DomainName("example"))
            #expect(loaded.zone == nil && loaded.diagnostics.count == 1)
            #expect(loaded.diagnostics.first?.message.contains("Not enough memory") == true)
        }
    }

    @Test("A file that has fewer records than its size would let one expect is no matter") func comments() async
    {
        await #expect(processExitsWith: .success) {
            let path = NSTemporaryDirectory() + "swerve-memory-\(getpid())"
            defer { unlink(path) }
            let comment = String(repeating: ";" + String(repeating: "-", count: 1022) + "\n", count: 64 << 10)
            try Data(("@ 1 SOA a a 1 1 1 1 1\n@ NS a.b.\n" + comment).utf8).write(to: URL(filePath: path))
            try Self.allow(256 << 20)
            #expect(ZoneFile.load(path: path, origin: try DomainName("example")).zone != nil)
        }
    }

    @Test("What is behind a limit is not read") func limit() throws {
        var limits = ZoneFileLimits.default
        limits.zone.records = 10
        let loaded = ZoneFile.parse(
            SourceText(
                file: "zone",
                "$TTL 1\n@ SOA a a 1 1 1 1 1\n@ NS ns\n$GENERATE 1-1000 h$ A 192.0.2.1\nns A 192.0.2.1\nnonsense\n"
            ),
            origin: try DomainName("example"), limits: limits)
        #expect(loaded.recordCount == 11)
        #expect(loaded.diagnostics.map(\.message) == ["zone example. has more than 10 records (max-records)"])
    }

    @Test("More records than a file's size says") func records() async {
        await #expect(processExitsWith: .success) {
            try Self.allow(256 << 20)
            let text = (0..<500).map {
                "$GENERATE 1-1000 h\($0)-$ TXT " + String(repeating: "x", count: 250) + "\n"
            }
            let path = NSTemporaryDirectory() + "swerve-memory-\(getpid())"
            defer { unlink(path) }
            try Data(("@ 1 SOA a a 1 1 1 1 1\n@ NS a.b.\n" + text.joined()).utf8).write(to: URL(filePath: path))
            let loaded = ZoneFile.load(path: path, origin: try DomainName("example"))
            #expect(loaded.zone == nil)
            #expect(loaded.isLackingRoom)
            #expect(loaded.diagnostics.map(\.message) == ["there is not enough memory for the zone"])
        }
    }
}
