internal import Director
internal import Health

/// Checks that take the way of clients: each needs a virtual server of its own that leads to its real server alone.
extension Controller {
    /// Gives marks to the checks of the plan, and of one that is to come.
    func followDataPaths() {
        let plans = [plan, comingPlan].compactMap { $0 }
        privateServices = [:]
        for plan in plans {
            for service in plan.services {
                for member in service.members where member.check.path != nil {
                    privateServices[member.check] =
                        PrivateService(leadingTo: member.destination, as: service.key)
                }
            }
        }
        if privateMarks.range != plan.privateMarks { privateMarks = PrivateMarks(plan.privateMarks) }
        privateMarks.follow(backend == nil ? [] : Set(privateServices.values))
        let table = privateMarks.table
        if table != privateTable {
            privateTable = table
            // No virtual server of the plan has changed by it, but the whole table has.
            isPlanNew = true
        }
    }

    /// A check as its probe is to be carried out: one through the VIP with its mark. Nil as long as what the mark leads
    /// to does not stand in the table just so: the probe would end anywhere.
    func ready(_ check: Check) -> Check? {
        guard check.path != nil else { return check }
        guard let service = privateServices[check], let mark = privateMarks[service],
            let actual = believed?[.firewallMark(mark, service.family)],
            actual.destinations == service.entry.destinations
        else { return nil }
        var ready = check
        ready.path?.mark = mark
        return ready
    }

    /// Takes note that a check can't be carried out for want of a way: at first it is waited for, then said. That is no
    /// verdict about the real server, which keeps the one that it has.
    func noteNoWay(of slot: Int, at now: ContinuousClock.Instant) {
        let since = wayless[slot] ?? now
        wayless[slot] = since
        if since.duration(to: now) < Self.patience { return }
        take(.undecided("its private virtual server does not stand in the table"), at: slot)
    }

    /// After so long it is looked again whether a check can be carried out that could not be.
    static let dataPathPause = Duration.milliseconds(100)
}
