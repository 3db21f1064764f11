internal import CLinux

/// What memory there still is to take, of the machine's and of what the control groups around this process may have
/// (proc_meminfo(5), cgroups(7)). Who takes more is ended by the kernel.
struct AvailableMemory: Sendable {
    /// This process's, in the groups where it was when that was first asked.
    static let system = AvailableMemory()

    private let machine: Path
    private let groups: [Group]

    /// With the zero at its end, as the system wants it.
    private typealias Path = [CChar]

    /// A control group, by its files.
    private struct Group {
        let limit: Path
        let usage: Path
        let statistics: Path

        init(_ folder: String, limit: String, usage: String) {
            self.limit = Path("\(folder)/\(limit)".utf8CString)
            self.usage = Path("\(folder)/\(usage)".utf8CString)
            statistics = Path("\(folder)/memory.stat".utf8CString)
        }
    }

    /// - Parameter root: What stands before `/proc` and `/sys`.
    init(root: String = "") {
        machine = Path((root + "/proc/meminfo").utf8CString)
        let text = unsafe Self.read(Path((root + "/proc/self/cgroup").utf8CString), atMost: 1 << 16) {
            unsafe String(decoding: $0, as: UTF8.self)
        }
        let top = root + "/sys/fs/cgroup"
        groups = (text ?? "").split(separator: "\n").flatMap { line -> [Group] in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            if fields.count < 3 { return [] }
            // The second version's line names no controllers.
            let isSecond = fields[1].isEmpty
            if !isSecond, !fields[1].split(separator: ",").contains("memory") { return [] }
            return Self.folders(isSecond ? top : top + "/memory", fields[2]).map {
                isSecond
                    ? Group($0, limit: "memory.max", usage: "memory.current")
                    : Group($0, limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes")
            }
        }
    }

    /// A group's folder and those of the groups around it. In a container the group may be named as it is called
    /// outside, while its files lie at the top.
    private static func folders(_ top: String, _ group: Substring) -> [String] {
        group.split(separator: "/").reduce(into: [top]) { $0.append("\($0.last ?? top)/\($1)") }
    }

    /// Octets; nil if the system doesn't tell.
    var octets: Int? {
        var least = Self.number("MemAvailable:", in: machine).map { available in
            // What can be put onto the disk makes room too.
            (available + (Self.number("SwapFree:", in: machine) ?? 0)) * 1024
        }
        for index in groups.indices {
            guard let limit = Self.number("", in: groups[index].limit),
                let usage = Self.number("", in: groups[index].usage)
            else { continue }
            // What was read of files makes room when that is needed.
            let files = Self.number("inactive_file ", in: groups[index].statistics) ?? 0
            let used = Self.number("active_file ", in: groups[index].statistics) ?? 0
            least = min(least ?? .max, max(limit - usage + min(files + used, usage), 0))
        }
        return least
    }

    /// The number in the line of a file that begins so; nil if there is none.
    private static func number(_ name: String, in path: Path) -> Int? {
        // What is asked for stands there, and that much has room on the stack.
        unsafe read(path, atMost: 1024) { text in
            var rest = unsafe text[...]
            while unsafe !rest.starts(with: name.utf8) {
                guard let end = unsafe rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
                unsafe rest = rest[(end + 1)...]
            }
            var number: Int?
            unsafe rest = rest.dropFirst(name.utf8.count)
            while let octet = unsafe rest.popFirst() {
                if octet == UInt8(ascii: " "), number == nil { continue }
                if !(48...57).contains(octet) { break }
                let (product, isTooLarge) = (number ?? 0).multipliedReportingOverflow(by: 10)
                if isTooLarge { return nil }
                number = product &+ Int(octet &- 48)
            }
            return number
        } ?? nil
    }

    /// Does something with the first octets of a file; nil if it can't be read.
    @inline(__always)
    private static func read<Result>(
        _ path: Path, atMost capacity: Int, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        unsafe withUnsafeTemporaryAllocation(byteCount: capacity, alignment: 16) { buffer in
            let count = unsafe clinux_read_file(path, buffer.baseAddress, capacity)
            return count < 0 ? nil : unsafe body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }
}
