import Foundation
import Testing

@testable import DNSWire

@Suite("What memory there still is: the machine's, and what control groups leave of it")
struct AvailableMemoryTests {
    private static let machine =
        "MemTotal: 4000000 kB\nMemFree: 10 kB\nMemAvailable:    1000 kB\nSwapFree: 24 kB\n"

    /// Octets, where the system's files are these.
    private func octets(_ files: [String: String]) throws -> Int? {
        let root = URL(filePath: NSTemporaryDirectory()).appending(path: "swerve-memory-\(UUID())")
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, text) in files {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        return AvailableMemory(root: root.path).octets
    }

    @Test("The machine's, with what it can put onto its disk") func machine() throws {
        #expect(try octets(["proc/meminfo": Self.machine]) == 1024 * 1024)
        #expect(try octets(["proc/meminfo": Self.machine, "proc/self/cgroup": "0::/\n"]) == 1024 * 1024)
    }

    @Test("A system that doesn't tell") func silent() throws {
        #expect(try octets([:]) == nil)
        #expect(try octets(["proc/meminfo": "MemTotal: 1 kB\n", "proc/self/cgroup": "nonsense\n0::"]) == nil)
    }

    @Test("The least of the groups around the process (cgroup v2)") func second() throws {
        let group = "sys/fs/cgroup/system.slice/swerved.service/"
        var files = [
            "proc/meminfo": Self.machine, "proc/self/cgroup": "0::/system.slice/swerved.service\n",
            group + "memory.max": "max\n", group + "memory.current": "5000\n",
        ]
        #expect(try octets(files) == 1024 * 1024)
        files[group + "memory.max"] = "9000\n"
        #expect(try octets(files) == 4000)
        files[group + "memory.stat"] = "file 4000\nactive_file 100\ninactive_file 800\n"
        #expect(try octets(files) == 4900)
        files["sys/fs/cgroup/system.slice/memory.max"] = "10000\n"
        files["sys/fs/cgroup/system.slice/memory.current"] = "9990\n"
        #expect(try octets(files) == 10)
        files["sys/fs/cgroup/system.slice/memory.current"] = "10010\n"
        #expect(try octets(files) == 0)
    }

    @Test("A group of the first kind, whose files in a container lie at the top") func first() throws {
        var files = [
            "proc/meminfo": Self.machine,
            "proc/self/cgroup": "5:cpu,cpuacct:/\n4:hugetlb,memory:/docker/abc\n0::/\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "5000\n",
        ]
        #expect(try octets(files) == 1024 * 1024)
        files["sys/fs/cgroup/memory/memory.limit_in_bytes"] = "6000\n"
        files["sys/fs/cgroup/memory/memory.stat"] =
            "active_file 7\ninactive_file 93\ntotal_inactive_file 200\n"
        #expect(try octets(files) == 1100)
        files["sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes"] = "600\n"
        files["sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes"] = "300\n"
        #expect(try octets(files) == 300)
    }
}
