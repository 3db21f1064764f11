import Foundation
import Synchronization
import Testing

@testable import Settings

/// Runs a program that is installed; its status, nil if it could not be run.
private func status(_ program: String, _ arguments: [String]) -> Int32? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    process.waitUntilExit()
    return process.terminationStatus
}

private func isInstalled(_ program: String) -> Bool { FileManager.default.isExecutableFile(atPath: program) }

/// Writes a text into a file of its own while `body` runs.
private func withFile<Result>(_ text: String, _ body: (String) throws -> Result) throws -> Result {
    let path = FileManager.default.temporaryDirectory.appending(path: "swerve-\(UUID().uuidString).conf")
    try Data(text.utf8).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    return try body(path.path())
}

private let checkconf = "/usr/bin/named-checkconf"
private let ldirectord = "/usr/sbin/ldirectord"

@Suite("Judged like named-checkconf", .enabled(if: isInstalled(checkconf), "named-checkconf is not installed"))
struct CheckconfTests {
    @Test(
        "What BIND takes, we take; what it refuses, we refuse",
        arguments: [
            "options { querylog yes#c\n; };", "options { querylog yes; }/* c */;",
            "options { querylog yes; };;",
            "options { querylog yes;; };", "options { directory \"/\" };", "options { directory \"/\";",
            "acl x { 1.2.3; };", "acl x { 1.2/16; 10/8; };", "acl x { 10; };", "acl x { 1.2.3.4/24; };",
            "acl x { 1.1.1.1; }; acl x { any; };", "acl any { 1.1.1.1; };",
            "acl x { y; }; acl y { x; }; options { allow-query { x; }; };",
            "options { allow-query { nobody; }; };", "options { directory \"/\"; directory \"/\"; };",
            "options { version \"a\\\"b\\\\c\"; };", "options { version \"a\nb\"; };",
            "options { QueryLog YES; };",
            "options { notify 1; };", "zone \"a\" { file \"x\"; };", "zone \"a\" { type primary; };",
            "zone \"a.\" IN { type PRIMARY; file \"x\"; };", "zone \"a\" CH { type primary; file \"x\"; };",
            "options { listen-on port 70000 { any; }; };", "options { minimal-responses no-auth; };",
            "options { listen-on { 127.0.0.1; }; listen-on-v6 port 53 { ::1; }; };",
            "options { allow-query { ! 10.1.1.1; !{ 10/8; }; any; }; };",
            "options { querylog maybe; minimal-responses maybe; };",
            "zone \"a\" { type primary; file \"x\"; }; zone \"A\" { type primary; file \"y\"; };", "/* no end",
            "options { version \"x; };",
            "options { directory \"/\"; }\nzone \"a\" { type primary; file \"x\"; };",
            "controls { unix \"/x\" perm 0600 owner 0 group 0; };", "include \"/nowhere/at/all\";",
            "optoins { };",
            "options { recursion no; }; options { };", "zone \"a\" { type primary; file \"x\"; fiel \"y\"; };",
        ])
    func agrees(_ text: String) throws {
        try withFile(text) { path in
            let ours = SettingsReader.read(path: path)
            #expect((status(checkconf, [path]) == 0) == (ours.settings != nil), "\(ours.diagnostics)")
        }
    }

    @Test("The files of zones/ that are BIND's own are BIND's own")
    func sampleFile() throws {
        var text = try String(contentsOf: repository.appending(path: "zones/named.conf"), encoding: .utf8)
        let lines = (StockFiles.article + StockFiles.zone).split(separator: "\n")
        #expect(text.split(separator: "\n") == lines)
        // BIND goes to the directory while it reads.
        text.replace("\"/var/named\"", with: "\"/\"")
        try withFile(text) { #expect(status(checkconf, [$0]) == 0) }
    }

    @Test(
        "Debian's named.conf as it is installed",
        .enabled(if: FileManager.default.isReadableFile(atPath: "/etc/bind/named.conf")))
    func installed() throws {
        _ = try SettingsReader.read(path: "/etc/bind/named.conf").accepted()
    }

    @Test(
        "Every option of the manual page is known",
        .enabled(if: isInstalled("/usr/bin/man"), "man is not installed"))
    func manualPage() throws {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/man")
        process.arguments = ["-P", "cat", "5", "named.conf"]
        process.environment = ["MANWIDTH": "1000", "PATH": "/usr/bin:/bin", "LC_ALL": "C"]
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let page = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        var block = ""
        var unknown: [String] = []
        for line in page.split(separator: "\n") {
            let text = line.drop { $0 == " " }
            let indent = line.count - text.count
            let name = String(text.prefix { $0.isLowercase || $0.isNumber || $0 == "-" })
            if text.hasPrefix("options {") || text.hasPrefix("zone <") || text.hasPrefix("view <") {
                block = name
            } else if text.hasPrefix("}") && indent < 12 {
                block = ""
            } else if block == "options", indent < 17, indent > 11, !name.isEmpty, !OptionsReader.isKnown(name)
            {
                unknown.append(name)
            }
        }
        try #require(page.contains("listen-on"))
        #expect(unknown.isEmpty)
    }
}

/// The repository's own folder.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

@Suite("Judged like ldirectord", .enabled(if: isInstalled(ldirectord), "ldirectord is not installed"))
struct LdirectordProgramTests {
    private static let texts = [
        LdirectordTests.article, "", "checktimeout=abc3x", "checktimeout=0", "checktimeout=x", "timeout=3",
        "quiescent=maybe", "supervised", "chektimeout=3", "fallback=127.0.0.1:80 gate",
        "fallback=127.0.0.1:80 nat",
        "emailalertstatus=all,none", "emailalertstatus=starting, running",
        "virtual=192.0.2.1", "virtual=192.0.2.1:80 and more\n    real=192.0.2.2:80 gate",
        "virtual=[2001:db8::1]:80", "virtual=1\n    protocol=tcp",
        "virtual=192.0.2.1:80\n    protocol=fwm", "virtual=192.0.2.1:80\n    checktype=conect",
        "virtual=192.0.2.1:80\n    service=htpp", "virtual=192.0.2.1:80\n    checkport=0",
        "virtual=192.0.2.1:80\n    checkport=65536", "virtual=192.0.2.1:80\n    request=\"\"",
        "virtual=192.0.2.1:80\n    httpmethod=post", "virtual=192.0.2.1:80\n    httpmethod=head",
        "virtual=192.0.2.1:80\n    netmask=24", "virtual=192.0.2.1:80\n    ops=maybe",
        "virtual=192.0.2.1:80\n    real=192.0.2.2:80", "virtual=192.0.2.1:80\n    real=192.0.2.2:80 nat",
        "virtual=192.0.2.1:80\n    real=192.0.2.2:80 gate -1",
        "virtual=192.0.2.1:80\n    real=192.0.2.2:80 gate 5 l:1 u:2",
        "virtual=192.0.2.1:80\n    real=192.0.2.2:80 gate 5 \"a\", \"b\"",
        "virtual=192.0.2.1:80\n    real=192.0.2.9->192.0.2.2:80 gate",
        "virtual=192.0.2.1:80\n    real6=[2001:db8::2]:80 gate",
        "virtual=192.0.2.1:80\n    fallback6=[::1]:80", "virtual=192.0.2.1:80\nvirtual=192.0.2.1:80",
        "virtual=192.0.2.1:80\n    chektype=on", "virtual=192.0.2.1:80\n    autoreload=yes",
        "virtual6=[2001:db8::1]:80\n    real6=[2001:db8::2]:80 gate",
        "virtual6=[2001:db8::1]:80\n    netmask=64",
        "virtual=192.0.2.1:http\n    real=192.0.2.2:http masq", "virtual=192.0.2.1:httq",
        "virtual=1\n    real=192.0.2.2 gate\n    service=http",
        "virtual=192.0.2.1:80\n    checktype=on # comment",
        "real=192.0.2.2:80 gate",
    ]

    /// What ldirectord ends with for each text, asked two at a time, since a start of it takes half a second. `status`
    /// reads the file first: 2 for a mistake in it, 3 where no daemon runs.
    private static let statuses: [String: Int32] = {
        let statuses = Mutex<[String: Int32]>([:])
        DispatchQueue.concurrentPerform(iterations: texts.count) { index in
            let text = texts[index]
            let ended = try? withFile(text + "\n") { status(ldirectord, [$0, "status"]) }
            statuses.withLock { $0[text] = ended }
        }
        return statuses.withLock { $0 }
    }()

    @Test("What ldirectord takes, we take; what it refuses for what it says, we refuse", arguments: texts)
    func agrees(_ text: String) throws {
        let ours = try withFile(text) { file in
            try withFile("director { ldirectord \"\(file)\"; };") { SettingsReader.read(path: $0) }
        }
        let theirs = try #require(Self.statuses[text])
        #expect(theirs == (ours.settings != nil ? 3 : 2), "\(ours.diagnostics)")
    }

    @Test("The sample file of the package", .enabled(if: FileManager.default.isReadableFile(atPath: sample)))
    func sampleOfThePackage() throws {
        let result = try withFile("director { ldirectord \"\(sample)\"; };") { SettingsReader.read(path: $0) }
        let servers = try result.accepted().director.virtualServers
        #expect(servers.map(\.realServers.count) == [3])
    }

    @Test(
        "Each sample in it, with its comments taken off",
        .enabled(if: FileManager.default.isReadableFile(atPath: sample)))
    func eachSample() throws {
        let lines = try String(contentsOfFile: sample, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        var samples: [[Substring]] = []
        for line in lines {
            let isVirtual = line.hasPrefix("#virtual") || line.hasPrefix("virtual")
            if isVirtual { samples.append([]) }
            let text = line.hasPrefix("#") ? line.dropFirst() : line
            if isVirtual || (text.hasPrefix("\t") && !samples.isEmpty) {
                samples[samples.count - 1].append(text)
            }
        }
        #expect(samples.count == 20)
        for sample in samples {
            // Their hosts are nobody's.
            let text = sample.joined(separator: "\n").replacing("sql01->sql03", with: "192.0.2.1->192.0.2.3")
            let result = try withFile(text + "\n") { file in
                try withFile("director { ldirectord \"\(file)\"; };") { SettingsReader.read(path: $0) }
            }
            let servers = try result.accepted().director.virtualServers
            #expect(servers.count == 1 && (2...7).contains(servers[0].realServers.count))
            // That of imap is one of its real servers.
            #expect((servers[0].fallback == nil) == sample[0].hasSuffix(":143"))
        }
    }
}

private let sample = "/usr/share/doc/ldirectord/examples/ldirectord.cf"
