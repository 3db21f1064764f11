internal import Control
internal import ControlProtocol
internal import HostNetwork
internal import Settings

/// What keeps this host from being the director, told without being asked.
extension Core {
    /// Looks at this host; with `sysctls manage`, sets what is not as it should be. What was told before
    /// is not told again.
    func judgeHost() async {
        let director = configuration.settings.director
        var findings: [Finding] = []
        if director.backend == .ipvs {
            let (found, done) = await offPool { () -> ([Finding], [String]) in
                guard
                    let found = try? DirectorHost.check(
                        table: director.fullTable, vipInterface: director.vipInterface)
                else { return ([], []) }
                guard director.sysctls == .manage else { return (found, []) }
                let (done, left) = DirectorHost.mend(found)
                return (left, done)
            }
            for setting in done { tell(Occurrence(.info, "host", "set \(setting)")) }
            findings = found.filter { $0.severity != .notice }
        }
        for finding in findings where !hostFindings.contains(finding) {
            let fix = finding.fix.map { "; \($0)" } ?? ""
            tell(Occurrence(.warning, "host", "\(finding.subject): \(finding.text)\(fix)"))
        }
        hostFindings = findings
    }

    func tell(_ occurrence: Occurrence) {
        log.write(occurrence)
        hub.tell(occurrence)
    }
}
