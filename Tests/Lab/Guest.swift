import Foundation

/// Debian's user-mode Linux: a kernel with IPVS that runs as an ordinary program over this machine's files, which
/// it sees and does not change. No privilege and no virtualisation is needed.
struct Guest {
    /// A file of guest/scenarios, by name and without `.sh`.
    var scenario = ""
    /// What runs scenarios; another file of guest/ runs without their hosts.
    var program = "run"

    /// Boots, runs the scenario and powers off; what the console showed.
    ///
    /// - Parameter meanwhile: what is done to the guest's processes; it also gets the path of the console's file.
    func run(
        meanwhile: (_ child: ChildProcess, _ log: String) async throws -> Void
    ) async throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "swerve-lab-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = folder.appending(path: "console")
        try Data().write(to: log)

        let child = try ChildProcess(
            "/usr/bin/timeout",
            ["--kill-after=5", "\(Self.secondsAtMost)", "nice", "--adjustment=-10", "linux.uml"] + [
                "rootfstype=hostfs", "ro", "init=\(Self.files)/init", "mem=1024M", "quiet",
                "con=null", "con0=fd:0,fd:1", "uml_dir=\(folder.path)/",
                "LAB_RUN=\(Self.files)/\(program)", "LAB_SCENARIO=\(scenario)", "LAB_PATH=\(Self.programs)",
                "LAB_TESTS=\(Self.bundle)",
            ],
            environment: ProcessInfo.processInfo.environment.merging(
                ["TMPDIR": Self.memoryFolder, "LD_PRELOAD": Self.registers]) { _, new in new },
            output: log.path)
        async let status = child.end()
        try await meanwhile(child, log.path)
        _ = await status
        return String(decoding: try Data(contentsOf: log), as: UTF8.self)
    }

    /// A scenario takes a minute at most on an idle machine; twice that and more for a busy one, and for two at a time.
    private static let secondsAtMost = 240
}

extension Guest {
    /// Tests/Lab/guest, where this file is.
    static let files = String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/")!)) + "/guest"

    /// The program that this is, whose other suites run in the guest too.
    static let bundle = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path

    /// What lets the guest's kernel run on processors with more registers than it knows, and go on where this machine
    /// has stopped it; see Tests/LabRegisters.
    static let registers = URL(filePath: bundle).deletingLastPathComponent().path + "/libLabRegisters.so"

    /// The bundle's folder, where swerved and swervectl are built too; LAB_PATH names another.
    static let programs =
        ProcessInfo.processInfo.environment["LAB_PATH"]
        ?? URL(filePath: bundle).deletingLastPathComponent().path

    /// By name, without the folder and `.sh`.
    static let scenarios: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: Guest.files + "/scenarios")) ?? []
        return files.filter { $0.hasSuffix(".sh") }.map { String($0.dropLast(3)) }.sorted()
    }()

    /// What the guest needs and this machine lacks.
    static let missing: [String] = {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin:/sbin"
        let folders = path.split(separator: ":") + [Substring(programs)]
        return needed.filter { name in
            !folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(name)") }
        }
    }()

    private static let needed = [
        "linux.uml", "busybox", "ip", "tc", "ipvsadm", "curl", "dig", "named", "tcpdump", "openssl",
        "redis-server", "perl", "swerved", "swervectl",
    ]

    /// The guest's memory is a sparse file, faster in /dev/shm, which in containers is often too small.
    private static var memoryFolder: String {
        let free = (try? FileManager.default.attributesOfFileSystem(forPath: "/dev/shm"))?[.systemFreeSize]
        return (free as? Int).map { $0 > 2 << 30 } == true ? "/dev/shm" : "/tmp"
    }
}
