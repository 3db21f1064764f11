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

    /// Sets what checks through VIPs need of this host, with `sysctls manage`; to be called once a configuration is taken
    /// on, and not while it is judged.
    func prepareDataPaths() async {
        let settings = configuration.settings
        let (done, left) = await offPool { settings.mendDataPaths() }
        for setting in done { tell(Occurrence(.info, "host", "set \(setting)")) }
        for finding in left { tell(Occurrence(.warning, "host", "\(finding.subject): \(finding.text)")) }
    }

    func tell(_ occurrence: Occurrence) {
        log.write(occurrence)
        hub.tell(occurrence)
    }
}
