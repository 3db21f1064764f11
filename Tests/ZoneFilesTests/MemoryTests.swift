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
            for (size, words) in [(1 << 30, "Not enough memory"), (64 << 20, "not enough memory")] {
                #expect(truncate(path, size) == 0)
                try Self.allow(size == 1 << 30 ? 512 << 20 : 256 << 20)
                let loaded = ZoneFile.load(path: path, origin: try DomainName("example"))
                #expect(loaded.zone == nil && loaded.diagnostics.count == 1)
                #expect(loaded.diagnostics.first?.message.contains(words) == true)
            }
        }
    }

    @Test("More records than a file's size says") func records() async {
        await #expect(processExitsWith: .success) {
            try Self.allow(256 << 20)
            let text = (0..<200).map {
                "$GENERATE 1-1000 h\($0)-$ TXT " + String(repeating: "x", count: 250) + "\n"
            }
            let loaded = ZoneFile.parse(
                SourceText(file: "zone", "@ 1 SOA a a 1 1 1 1 1\n@ NS a.b.\n" + text.joined()),
                origin: try DomainName("example"))
            #expect(loaded.zone == nil)
            #expect(loaded.diagnostics.map(\.message) == ["there is not enough memory for the zone"])
        }
    }
}
