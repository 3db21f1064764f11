import Glibc
import Health
import NIOCore
import Testing

@testable import Probes

@Suite("What a failed system call says")
struct ProbeFailureTests {
    @Test(
        "trouble of this host is no verdict",
        arguments: [EMFILE, ENFILE, ENOBUFS, ENOMEM, EADDRNOTAVAIL, EPERM, EACCES])
    func local(errno: Int32) {
        let failure = ProbeFailure(IOError(errnoCode: errno, reason: "connect"), during: .connecting)
        guard case .undecided = failure.outcome else {
            Issue.record("\(failure.outcome)")
            return
        }
    }

    @Test(arguments: [
        (ECONNREFUSED, "connection refused"),
        (ECONNRESET, "connection reset while connecting"),
        (EHOSTUNREACH, "no route to host"),
        (ENETUNREACH, "network unreachable"),
        (ETIMEDOUT, "timed out while connecting"),
        (EINVAL, "Invalid argument while connecting"),
    ])
    func remote(errno: Int32, reason: String) {
        let failure = ProbeFailure(IOError(errnoCode: errno, reason: "connect"), during: .connecting)
        #expect(failure.outcome == .failure(reason))
    }

    @Test(arguments: [
        (Duration.seconds(3), "3 s"), (.milliseconds(1500), "1.5 s"), (.milliseconds(250), "250 ms"),
        (.seconds(90), "90 s"), (.microseconds(400), "0.4 ms"), (.microseconds(2050), "2.05 ms"),
        (.milliseconds(1005), "1 s"),
    ])
    func words(duration: Duration, words: String) {
        #expect(duration.words == words)
    }
}
