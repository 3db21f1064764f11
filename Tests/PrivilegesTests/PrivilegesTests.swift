import Foundation
import Privileges
import Testing

/// Runs the probe, in whose process rights can be given up without harm to other tests.
private func probe(_ user: String) throws -> (output: [String], status: Int32) {
    let directory = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: directory).deletingLastPathComponent()
        .appendingPathComponent("PrivilegesProbe")
    process.arguments = [user]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map {
        $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    return (lines, process.terminationStatus)
}

private let hasNobody = unsafe getpwnam("nobody") != nil

@Suite("Giving up rights", .timeLimit(.minutes(1)))
struct PrivilegesTests {
    @Test("an unknown user is named")
    func unknown() throws {
        #expect {
            try Privileges.become("no-such-user-here")
        } throws: { error in
            "\(error)" == "become user 'no-such-user-here': no such user"
        }
    }

    @Test(
        "root becomes the user, keeps three capabilities, and cannot go back",
        .enabled(if: geteuid() == 0 && hasNobody, "needs root and a user nobody"))
    func becomes() throws {
        let (output, status) = try probe("nobody")
        let entry = try unsafe #require(getpwnam("nobody"))
        let (user, group) = unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
        #expect(status == 0)
        // CAP_NET_BIND_SERVICE is number 10, CAP_NET_ADMIN 12, CAP_NET_RAW 13.
        let capabilities = "000000000000" + String(1 << 10 | 1 << 12 | 1 << 13, radix: 16)
        for name in ["process", "thread"] {
            #expect(output.contains("\(name) Uid: \(user) \(user) \(user) \(user)"))
            #expect(output.contains("\(name) Gid: \(group) \(group) \(group) \(group)"))
            #expect(output.contains("\(name) Groups: \(group)"))
            #expect(output.contains("\(name) CapPrm: \(capabilities)"))
            #expect(output.contains("\(name) CapEff: \(capabilities)"))
            #expect(output.contains("\(name) CapBnd: \(capabilities)"))
            #expect(output.contains("\(name) CapInh: 0000000000000000"))
            #expect(output.contains("\(name) CapAmb: 0000000000000000"))
            #expect(output.contains("\(name) NoNewPrivs: 1"))
        }
        #expect(output.contains("setuid impossible"))
    }

    @Test(
        "who is neither root nor the user is told so",
        .enabled(if: geteuid() != 0 && hasNobody, "needs a user other than root"))
    func refused() throws {
        let (output, status) = try probe("nobody")
        #expect(status == 1)
        #expect(output == ["become user 'nobody': initgroups: Operation not permitted"])
    }
}
