public import Addresses

/// What was done to make a host a real server, and how it outlives a reboot.
public struct Preparation: Hashable, Sendable {
    /// One step.
    public struct Step: Hashable, Sendable {
        /// What it is, in words of a shell: `sysctl -w net.ipv4.conf.all.arp_ignore=1`.
        public var text: String
        /// Whether something had to be changed for it.
        public var isChange: Bool
        /// What there is to say beside; nil for nothing.
        public var note: String?

        /// A step; see the properties.
        public init(_ text: String, isChange: Bool, note: String? = nil) {
            self.text = text
            self.isChange = isChange
            self.note = note
        }
    }

    /// The steps in the order in which they were taken.
    public var steps: [Step]
    /// What makes it permanent: lines for files and commands, those that are no more than a heading start
    /// with `#`.
    public var permanent: [String]

    /// These steps and lines.
    public init(steps: [Step], permanent: [String] = []) {
        self.steps = steps
        self.permanent = permanent
    }
}

extension RealServerHost {
    /// Makes this host a real server behind a VIP: first the kernel is told not to answer for it and not to
    /// name it, then the VIP is added to lo, so that at no moment another host hears of it. Needs root.
    ///
    /// - Parameters:
    ///   - undo: takes back what `prepare` did, and only that: the VIP first, and the settings with the last
    ///     VIP, where they still are as they were set.
    ///   - record: the file that says what was done. Like the changes themselves it does not outlive a reboot.
    public static func prepare(
        vip: IPAddress, undo: Bool = false, record: String = PreparationRecord.path
    ) throws(HostNetworkError) -> Preparation {
        undo ? try takeBack(vip, record) : try setUp(vip, record)
    }

    private static func setUp(_ vip: IPAddress, _ path: String) throws(HostNetworkError) -> Preparation {
        var record = try PreparationRecord.read(path)
        var steps: [Preparation.Step] = []
        for (setting, value) in vip.family == .v4 ? suppression : [] {
            let before = try setting.read()
            let isChange = before != "\(value)"
            if isChange {
                // Noted first: what is noted and not done does no harm.
                if record.settings[setting.name] == nil { record.settings[setting.name] = before }
                try record.write(path)
                try setting.write("\(value)")
            }
            steps.append(
                Preparation.Step(
                    "sysctl -w \(setting)=\(value)", isChange: isChange, note: isChange ? "was \(before)" : nil)
            )
        }
        let text = "ip addr add \(vip)/\(vip.family.bits) dev lo"
        let isChange = try HostNetwork().add(vip, to: "lo")
        if isChange {
            record.addresses.insert(vip)
            try record.write(path)
        }
        steps.append(Preparation.Step(text, isChange: isChange, note: isChange ? nil : "it is there already"))
        return Preparation(steps: steps, permanent: permanentLines(vip))
    }

    private static func takeBack(_ vip: IPAddress, _ path: String) throws(HostNetworkError) -> Preparation {
        var record = try PreparationRecord.read(path)
        var steps: [Preparation.Step] = []
        let text = "ip addr del \(vip)/\(vip.family.bits) dev lo"
        if record.addresses.contains(vip) {
            let isChange = try HostNetwork().remove(vip, from: "lo")
            record.addresses.remove(vip)
            try record.write(path)
            steps.append(
                Preparation.Step(text, isChange: isChange, note: isChange ? nil : "it is gone already"))
        } else {
            steps.append(Preparation.Step(text, isChange: false, note: "not done: prepare did not add it"))
        }
        let others = record.addresses.filter { $0.family == .v4 }
        for (setting, value) in suppression {
            guard let before = record.settings[setting.name] else { continue }
            let text = "sysctl -w \(setting)=\(before)"
            if let other = others.min() {
                steps.append(Preparation.Step(text, isChange: false, note: "not done: \(other) still needs it"))
                continue
            }
            let now = try setting.read()
            if now == "\(value)" {
                try setting.write(before)
                steps.append(Preparation.Step(text, isChange: true))
            } else {
                steps.append(
                    Preparation.Step(text, isChange: false, note: "not done: someone set it to \(now) since"))
            }
            record.settings[setting.name] = nil
            try record.write(path)
        }
        return Preparation(steps: steps)
    }

    /// The settings are applied at boot before the network, which keeps the order.
    static func permanentLines(_ vip: IPAddress) -> [String] {
        let address = "\(vip)/\(vip.family.bits)"
        let family = vip.family == .v4 ? "ipv4" : "ipv6"
        var lines: [String] = []
        if vip.family == .v4 {
            lines.append("# /etc/sysctl.d/60-swerve-realserver.conf")
            lines += suppression.map { "\($0.setting) = \($0.value)" }
        }
        lines += [
            "# with ifupdown, in /etc/network/interfaces under 'iface lo inet loopback'",
            "    up ip addr add \(address) dev lo",
            "# with systemd-networkd, in /etc/systemd/network/10-lo.network",
            "[Match]", "Name=lo", "[Network]", "Address=\(address)",
            "# with NetworkManager (1.42 or later)",
            "nmcli connection modify lo +\(family).addresses \(address) && nmcli connection up lo",
        ]
        return lines
    }
}
