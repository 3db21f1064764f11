import Addresses
import Diagnostics
import Director
import Health

extension RealServerJudge {
    /// Makes a check take the way of clients: to the VIP, with a mark of its own.
    func goThroughVIP(
        _ check: inout Check, _ draft: CheckDraft, _ destination: Destination, at place: Place
    ) {
        if backend != .ipvs {
            return reading.error(
                "'through vip' needs 'backend ipvs': only the kernel leads a mark to one real server",
                at: place)
        }
        guard let vip else {
            return reading.error("a firewall mark has no VIP that a check could go through", at: place)
        }
        // What would go where all clients go says nothing of this server.
        if let (reason, hint) = draft.obstacleThroughVIP {
            return reading.error(
                "'check \(draft.kind.rawValue)' can't go through the VIP: \(reason)", at: place, hint: hint)
        }
        if destination.forwarding == .masq, draft.hasOwnPort {
            return reading.error(
                "masq leads the VIP's port to the real server's: another can't be checked through the VIP",
                at: place)
        }
        if destination.forwarding == .masq, draft.isOfDatagrams {
            return reading.error(
                "masq can't lead a check's datagrams through the VIP: the kernel lets their answers by as they come",
                at: place)
        }
        let port = draft.port ?? vip.port
        if port == 0, draft.needsPort {
            return reading.error(
                "a virtual server of every port needs a 'port' in its check", at: place)
        }
        check = draft.check(vip.address, port: port)
        check.path = DataPath(
            realServer: destination.endpoint, forwarding: destination.forwarding.rawValue)
    }
}
