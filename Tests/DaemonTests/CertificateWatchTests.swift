import Addresses
import Control
import Director
import Health
import Testing

@testable import Daemon

@Suite("Certificates that end")
struct CertificateWatchTests {
    private static let now: Int64 = 2_000_000_000
    private static let day: Int64 = 86_400
    private static let server = Endpoint("10.0.0.1:443")!

    private func plan(_ check: Check) -> ControlPlan {
        let key = VirtualServerKey.endpoint(.tcp, Endpoint("192.0.2.1:443")!)
        return ControlPlan(services: [
            .init(
                key, options: ServiceOptions(scheduler: "wrr"),
                members: [.init(Destination(Self.server), check: check)])
        ])
    }

    private func check(_ notice: Duration = Check.usualCertificateNotice) -> Check {
        Check(.http(HTTPCheck(isSecure: true)), target: Self.server, certificateNotice: notice)
    }

    @Test("It is said once when the end has come near, and once when another has taken its place")
    func once() {
        let watch = CertificateWatch()
        watch.follow(plan(check()))
        let name = "tcp 192.0.2.1:443 → 10.0.0.1:443"
        let rows: [(left: Int64, Occurrence?)] = [
            (15 * Self.day, nil), (14 * Self.day, nil),
            (14 * Self.day - 1, Occurrence(.warning, name, "its certificate ends in 13 days")),
            (2 * Self.day, nil),
            (90 * Self.day, Occurrence(.info, name, "its certificate ends in 90 days")), (89 * Self.day, nil),
            (-Self.day * 3, Occurrence(.warning, name, "its certificate ended 3 days ago")), (60, nil),
        ]
        for (left, said) in rows {
            #expect(watch.note(check(), end: Self.now + left, at: Self.now) == said, "\(left)")
            #expect(watch.ends == [check(): Self.now + left])
        }
        // A reload that changes nothing says nothing anew, and one that takes the check away forgets it.
        watch.follow(plan(check()))
        #expect(watch.note(check(), end: Self.now, at: Self.now) == nil)
        watch.follow(ControlPlan())
        #expect(watch.ends.isEmpty)
        #expect(watch.note(check(), end: Self.now, at: Self.now) == nil)
    }

    @Test(
        "The notice is as written",
        arguments: [(Duration.zero, -1, false), (.seconds(60), 59, true), (.seconds(60), 60, false)])
    func notice(_ notice: Duration, _ left: Int64, _ isSaid: Bool) {
        let watch = CertificateWatch()
        watch.follow(plan(check(notice)))
        #expect((watch.note(check(notice), end: Self.now + left, at: Self.now) != nil) == isSaid)
    }
}
