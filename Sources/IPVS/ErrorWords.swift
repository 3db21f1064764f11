import Addresses
import Director
import Netlink

extension BackendError {
    /// What keeps IPVS as a whole from being used.
    init(opening error: NetlinkError) {
        let otherwise =
            "carry the packets without it: 'backend relay;' in swerve.conf, SWERVE_BACKEND=relay for ldirectord's command"
        switch error.errno {
        case ErrorNumber.noEntry, ErrorNumber.protocolNotSupported, ErrorNumber.familyNotSupported:
            self.init(
                "IPVS: this kernel has none",
                hint: "load it with 'modprobe ip_vs', or \(otherwise)",
                isFatal: true)
        case ErrorNumber.notPermitted:
            self.init(
                "IPVS: \(error)",
                hint: "give swerved CAP_NET_ADMIN in this network namespace, or \(otherwise)",
                isFatal: true)
        default:
            self.init("IPVS: \(error)", isFatal: true)
        }
    }

    /// What kept the table from being read.
    init(reading error: NetlinkError) {
        if error.errno == ErrorNumber.notPermitted {
            self.init(opening: error)
        } else {
            self.init("read the kernel's table: \(error)")
        }
    }

    /// What kept one step from being carried out.
    init(_ change: Change, _ error: NetlinkError) {
        if case .refused(ErrorNumber.notPermitted, _) = error {
            self.init(opening: error)
            description = "\(change.summary): \(error)"
            return
        }
        let (reason, hint) = Self.words(change, error)
        self.init("\(change.summary): \(reason ?? "\(error)")", hint: hint)
    }

    /// One errno means different things in different requests.
    private static func words(_ change: Change, _ error: NetlinkError) -> (reason: String?, hint: String?) {
        guard case .refused(let number, _) = error else { return (nil, nil) }
        switch (change, number) {
        case (.addService(_, let options), ErrorNumber.noEntry),
            (.editService(_, let options), ErrorNumber.noEntry):
            let hint = "is the module ip_vs_\(options.scheduler) there, and the name right?"
            guard let engine = options.persistenceEngine else {
                return ("this kernel has no scheduler '\(options.scheduler)'", hint)
            }
            return (
                "this kernel has no scheduler '\(options.scheduler)' or no persistence engine '\(engine)'",
                "are the modules ip_vs_\(options.scheduler) and ip_vs_pe_\(engine) there, and the names right?"
            )
        case (.addService, ErrorNumber.exists), (.addDestination, ErrorNumber.exists):
            return ("it is there already", nil)
        case (.editDestination, ErrorNumber.noEntry), (.deleteDestination, ErrorNumber.noEntry):
            return ("there is no such destination", nil)
        case (_, ErrorNumber.noSuchProcess):
            return ("there is no such virtual server", nil)
        case (.addDestination(_, let destination), ErrorNumber.outOfRange),
            (.editDestination(_, let destination), ErrorNumber.outOfRange):
            if destination.weight < 0 { return ("a weight below 0", nil) }
            return ("the lower threshold is above the upper one", nil)
        case (.addDestination(let key, let destination), ErrorNumber.invalid)
        where key.family != destination.endpoint.address.family:
            return (
                "this kernel does not forward between IPv4 and IPv6 here",
                "it needs ipip, a kernel from 3.18 on, and no IPVS synchronisation daemon"
            )
        case (.addDestination(_, let destination), ErrorNumber.invalid):
            if destination.endpoint.address.isAny { return ("no address that packets can be sent to", nil) }
            return (nil, "is the address one that packets can be sent to?")
        default:
            return (nil, nil)
        }
    }
}

extension Change {
    /// The step in words: `add tcp 192.0.2.1:80`, `remove 192.0.2.2:80 from tcp 192.0.2.1:80`.
    var summary: String {
        switch self {
        case .addService(let key, _): "add \(key)"
        case .editService(let key, _): "change \(key)"
        case .deleteService(let key): "remove \(key)"
        case .addDestination(let key, let destination): "add \(destination.endpoint) to \(key)"
        case .editDestination(let key, let destination): "change \(destination.endpoint) of \(key)"
        case .deleteDestination(let key, let endpoint): "remove \(endpoint) from \(key)"
        }
    }
}
