import Director
import Health

extension DirectorJudge {
    /// Judges what only the kernel's table has.
    func judgeKernel(_ draft: DirectorDraft, _ settings: DirectorSettings) {
        let marks = settings.privateMarks
        for (key, place) in places.sorted(by: { $0.key < $1.key }) {
            if case .firewallMark(let mark, _) = key, marks.contains(mark) {
                reading.error(
                    "the mark \(mark) is among the private ones, \(marks.lowerBound) to \(marks.upperBound)",
                    at: place, hint: "take another, or write 'private-marks FIRST LAST;' in 'director'")
            }
        }
        let needed = Set(
            settings.virtualServers.flatMap { server in
                server.realServers.filter { $0.check.path != nil }.map {
                    PrivateService(leadingTo: $0.destination, as: server.key)
                }
            }
        ).count
        if needed > marks.count, let place = draft.privateMarks?.place ?? places.values.first {
            reading.error(
                "\(needed) real servers are checked through their VIP, but there are \(marks.count) private marks",
                at: place)
        }
        if let place = draft.timeoutsPlace, settings.backend != .ipvs {
            reading.warning(
                "'timeouts' are the kernel's: they have no effect without 'backend ipvs'", at: place)
        }
    }
}
