import FoundationEssentials

/// A program that may change the kernel's table.
public struct Controller: Hashable, Sendable {
    /// Its name, such as `ldirectord`.
    public var name: String
    /// The number of the process.
    public var process: Int32

    /// A program that runs as a process.
    public init(_ name: String, process: Int32) {
        self.name = name
        self.process = process
    }

    /// Programs that are known to write the table.
    static let names: Set<String> = [
        "ldirectord", "keepalived", "kube-proxy", "kube-router", "seesaw_ncc", "surealived", "nanny",
    ]

    /// Those that run in this process's network namespace.
    static func running() -> [Controller] {
        let files = FileManager.default
        let own = try? files.destinationOfSymbolicLink(atPath: "/proc/self/ns/net")
        let processes = ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
        return processes.sorted().compactMap { process in
            // Another namespace has another table. Where that can't be read, the process may be in ours.
            let namespace = try? files.destinationOfSymbolicLink(atPath: "/proc/\(process)/ns/net")
            if let own, let namespace, own != namespace { return nil }
            guard let arguments = try? SmallFile.read("/proc/\(process)/cmdline", limit: 4096) else {
                return nil
            }
            return name(ofCommandLine: arguments).map { Controller($0, process: process) }
        }
    }

    /// The name of the program, which may be a script after its interpreter and its options; nil for others.
    static func name(ofCommandLine text: String) -> String? {
        let arguments = text.split(separator: "\0").prefix(4)
        guard let first = arguments.first else { return nil }
        // ldirectord gives itself a title: its name and its file, all in the first argument.
        if let title = first.split(separator: " ").first, names.contains(program(title)) {
            return program(title)
        }
        guard ["perl", "python", "python3", "sh", "bash"].contains(program(first)) else { return nil }
        return arguments.dropFirst().map(program).first { names.contains($0) }
    }

    /// The last part of a path.
    private static func program(_ path: Substring) -> String {
        path.split(separator: "/").last.map(String.init) ?? ""
    }
}
