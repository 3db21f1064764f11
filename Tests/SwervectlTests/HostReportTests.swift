import Director
import HostNetwork
import Testing

@testable import swervectl

@Suite("What is said about a host") struct HostReportTests {
    @Test("Findings with what puts them right; errors decide")
    func findings() {
        let warning = Finding(.warning, "lo", "the VIP is not there", fix: "ip addr add 192.0.2.1/32 dev lo")
        #expect(HostCheck(findings: [warning]).isSound)
        let check = HostCheck(findings: [Finding(.error, "eth0", "effective arp_ignore is 0"), warning])
        #expect(!check.isSound)
        #expect(
            check.text(well: "all is well") == """
                error: eth0: effective arp_ignore is 0
                warning: lo: the VIP is not there
                  fix: ip addr add 192.0.2.1/32 dev lo

                """)
        #expect(HostCheck(findings: []).text(well: "all is well") == "all is well\n")
    }

    @Test(
        "A kernel without IPVS is an error; what only root can see is a warning for others",
        arguments: [
            ("IPVS: this kernel has none", true, "error: IPVS: this kernel has none\n  fix: HINT\n"),
            ("IPVS: this kernel has none", false, "error: IPVS: this kernel has none\n  fix: HINT\n"),
            (
                "IPVS: Operation not permitted", false,
                "warning: IPVS: Operation not permitted\n  fix: run this as root\n"
            ),
            ("IPVS: Operation not permitted", true, "error: IPVS: Operation not permitted\n  fix: HINT\n"),
        ])
    func kernel(_ words: String, _ isRoot: Bool, _ text: String) {
        let error = BackendError(words, hint: "HINT", isFatal: true)
        let check = HostCheck(findings: [DirectorCheckCommand.finding(error, isRoot: isRoot)])
        #expect(check.text(well: "all is well") == text)
    }

    @Test("Steps as they were taken, and what makes them permanent")
    func preparation() {
        let preparation = Preparation(
            steps: [
                Preparation.Step("sysctl -w net.ipv4.conf.all.arp_ignore=1", isChange: true, note: "was 0"),
                Preparation.Step(
                    "ip addr add 192.0.2.1/32 dev lo", isChange: false, note: "it is there already"),
            ], permanent: ["# /etc/sysctl.d/60-swerve-realserver.conf", "net.ipv4.conf.all.arp_ignore = 1"])
        #expect(
            PreparationReport(preparation).text == """
                done     sysctl -w net.ipv4.conf.all.arp_ignore=1 (was 0)
                nothing  ip addr add 192.0.2.1/32 dev lo (it is there already)

                To keep it over a reboot:
                # /etc/sysctl.d/60-swerve-realserver.conf
                net.ipv4.conf.all.arp_ignore = 1

                """)
    }
}
