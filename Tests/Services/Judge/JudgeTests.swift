import Foundation
import Glibc
import Testing

@Suite(
    "ldirectord itself as the judge", .serialized, .timeLimit(.minutes(5)),
    .enabled(if: canServe("/usr/sbin/ldirectord"), "ldirectord is not installed"))
struct JudgeTests {
    private static let port: UInt16 = 18_080

    /// Four servers behind three virtual servers, by what they say and by whether they take connections.
    private static let file = """
        checktimeout=3
        negotiatetimeout=1
        checkinterval=1
        failurecount=2
        fallback=127.0.0.9:80 gate
        quiescent=no
        virtual=10.0.0.1:80
            real=127.0.0.2:\(port) gate
            real=127.0.0.3:\(port) gate 2
            service=http
            scheduler=rr
            checkport=\(port)
            request="index.html"
            receive="Test Page"
        virtual=10.0.0.1:81
            real=127.0.0.2:\(port) masq 3
            real=127.0.0.4:\(port) masq 5
            checktype=connect
            scheduler=wlc
            persistent=600
            quiescent=yes
        virtual=7
            fallback=127.0.0.9:80 gate
            real=127.0.0.3->127.0.0.5:\(port) gate
            service=http
            request="index.html"
            receive="Test Page"
            scheduler=rr
        """

    /// What the table is where these serve pages, and these take connections.
    private func expected(pages: Set<Int>, open: Set<Int>) -> Set<String> {
        func real(_ server: Int, _ port: UInt16, _ rest: String) -> String {
            "127.0.0.\(server):\(port) \(rest)"
        }
        var lines: Set<String> = []
        func add(_ service: String, _ reals: [String], _ fallback: String, isForsaken: Bool) {
            lines.insert(service)
            for real in reals + (isForsaken ? [fallback] : []) { lines.insert("\(service) -> \(real)") }
        }
        let first = [(2, 1), (3, 2)].filter { pages.contains($0.0) }
        add(
            "TCP 10.0.0.1:80 rr", first.map { real($0.0, 80, "Route \($0.1)") }, "127.0.0.9:80 Route 1",
            isForsaken: first.isEmpty)
        let second = [(2, 3), (4, 5)]
        add(
            "TCP 10.0.0.1:81 wlc persistent 600",
            second.map { real($0.0, Self.port, "Masq \(open.contains($0.0) ? $0.1 : 0)") },
            "127.0.0.9:81 Route 1",
            isForsaken: !second.contains { open.contains($0.0) })
        let third = (3...5).filter { pages.contains($0) }
        add(
            "FWM 7 rr", third.map { real($0, Self.port, "Route 1") }, "127.0.0.9:80 Route 1",
            isForsaken: third.isEmpty)
        return lines
    }

    /// Both, each with the same file, and their tables.
    private struct Pair {
        let folder: URL
        let ldirectord: Program
        let swerved: Program
        private var socket: String { folder.path() + "/socket" }

        init(_ file: String) throws {
            folder = FileManager.default.temporaryDirectory.appending(path: "swerve-judge-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let here = URL(filePath: #filePath).deletingLastPathComponent()
            try FileManager.default.copyItem(
                at: here.appending(path: "ipvsadm"), to: folder.appending(path: "ipvsadm"))
            try Data(file.utf8).write(to: folder.appending(path: "judge.cf"))
            let configuration = """
                options { listen-on { none; }; listen-on-v6 { none; }; state-directory "\(folder.path())/state"; };
                controls { unix "\(folder.path())/socket"; };
                director { backend none; ldirectord "judge.cf"; };
                """
            try Data(configuration.utf8).write(to: folder.appending(path: "swerve.conf"))
            ldirectord = try Program(
                "/usr/sbin/ldirectord", ["-d", folder.path() + "/judge.cf", "start"], in: folder)
            swerved = try Program(
                Program.folder + "/swerved", ["-c", folder.path() + "/swerve.conf"], in: folder)
        }

        func end() {
            ldirectord.end()
            swerved.end()
            try? FileManager.default.removeItem(at: folder)
        }

        /// The tables, once they are as they should be, or a minute is over.
        func tables(
            _ areRight: (_ theirs: Set<String>, _ ours: Set<String>) -> Bool
        ) async throws -> (theirs: Set<String>, ours: Set<String>) {
            let clock = ContinuousClock()
            let patience = clock.now + .seconds(60)
            while true {
                try await clock.sleep(for: .milliseconds(200))
                let theirs = lines(try Program.output(folder.path() + "/ipvsadm", ["-L", "-n"]).text)
                let ours = lines(
                    try Program.output(Program.folder + "/swervectl", ["-s", socket, "table"]).text)
                if areRight(theirs, ours) || clock.now >= patience { return (theirs, ours) }
            }
        }
    }

    @Test("The same file, the same servers, the same failures: the same table after each step")
    func judge() async throws {
        var servers: [Int: Web] = [:]
        for number in 2...5 {
            let server = Web("127.0.0.\(number)", port: Self.port)
            try await server.become(.good)
            servers[number] = server
        }
        let pair = try Pair(Self.file)
        defer { pair.end() }

        let all = Set(2...5)
        let steps: [(what: String, changes: [Int: Web.Health], pages: Set<Int>, open: Set<Int>)] = [
            ("all are good", [:], all, all), ("one has no page", [2: .missing], [3, 4, 5], all),
            ("one more is closed", [3: .closed], [4, 5], [2, 4, 5]),
            ("the first is back", [2: .good], [2, 4, 5], [2, 4, 5]),
            ("no page is right", [2: .wrong, 4: .missing, 5: .wrong], [], [2, 4, 5]),
            ("all are closed", [2: .closed, 4: .closed, 5: .closed], [], []),
            ("one is back, one has no page", [4: .missing, 5: .good], [5], [4, 5]),
            ("all are good again", [2: .good, 3: .good, 4: .good], all, all),
            // ldirectord waits for them as long as they may take, one after the other.
            ("one hangs", [4: .hanging], [2, 3, 5], all), ("one more hangs", [3: .hanging], [2, 5], all),
            ("one is closed beside them", [5: .closed], [2], [2, 3, 4]),
            ("none hangs any more", [3: .good, 4: .good, 5: .good], all, all),
        ]
        for step in steps {
            for (number, health) in step.changes { try await servers[number]?.become(health) }
            let expected = expected(pages: step.pages, open: step.open)
            let (theirs, ours) = try await pair.tables { $0 == expected && $1 == expected }
            #expect(theirs == expected, "ldirectord, when \(step.what)")
            #expect(ours == expected, "Swerve, when \(step.what)")
            if theirs != expected || ours != expected {
                Issue.record("\(pair.swerved.log.suffix(2000))")
                break
            }
        }
        for server in servers.values { try await server.become(.closed) }
    }

    @Test(
        "All samples of its package: the same table, whatever becomes of their real servers",
        .enabled(if: FileManager.default.isReadableFile(atPath: Samples.path)),
        arguments: [Samples.Standing.open, .closed])
    func samples(_ standing: Samples.Standing) async throws {
        let samples = try Samples(standing)
        // As they stand there, from the first sample to the last.
        #expect(samples.servers == [3, 3, 7, 2, 2, 2, 2, 2, 3, 2, 2, 2, 3, 3, 3, 2, 3, 3, 3, 2])
        let webs = samples.open.map { Web($0.address, port: $0.port) }
        for web in webs { try await web.become(.good) }
        let pair = try Pair(samples.text)
        defer { pair.end() }
        // The fallback of imap is one of its real servers, and left out here (the manual says so).
        let left: Set<String> = standing == .closed ? ["TCP 10.0.0.9:30143 wlc -> 127.0.0.1:30143 Route 1"] : []
        func areRight(_ theirs: Set<String>, _ ours: Set<String>) -> Bool {
            theirs.count == samples.lineCount
                && theirs.count(where: samples.isFallback) == samples.fallbackCount
                && theirs.subtracting(left) == ours
        }
        let (theirs, ours) = try await pair.tables(areRight)
        #expect(areRight(theirs, ours), "\(theirs.symmetricDifference(ours).sorted())")
        for web in webs { try await web.become(.closed) }
    }
}

/// The lines of `ipvsadm -Ln`, each with its virtual server in front and without counts.
private func lines(_ text: String) -> Set<String> {
    var service = ""
    var lines: Set<String> = []
    for line in text.split(separator: "\n") {
        let words = line.split(separator: " ").map(String.init)
        if ["TCP", "UDP", "FWM"].contains(words.first ?? "") {
            service = words.joined(separator: " ")
            lines.insert(service)
        } else if words.first == "->", words.count == 6, words[1] != "RemoteAddress:Port" {
            lines.insert("\(service) -> \(words[1...3].joined(separator: " "))")
        }
    }
    return lines
}
