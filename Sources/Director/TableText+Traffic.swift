internal import Addresses

extension TableText {
    /// What is shown of traffic.
    public enum TrafficColumns: Hashable, Sendable {
        /// All that was counted, as `ipvsadm -Ln --stats --exact` shows it.
        case totals
        /// What is counted in a second, as `ipvsadm -Ln --rate --exact` shows it.
        case rates
    }

    /// The form of `ipvsadm -Ln --stats --exact` or `--rate`, header included.
    public static func traffic(
        _ table: Table, _ traffic: [VirtualServerKey: ServiceTraffic], _ columns: TrafficColumns,
        version: String = version, connectionTableSize: Int = connectionTableSize
    ) -> String {
        let titles =
            columns == .totals
            ? ["Conns", "InPkts", "OutPkts", "InBytes", "OutBytes"]
            : ["CPS", "InPPS", "OutPPS", "InBPS", "OutBPS"]
        var text = "IP Virtual Server version \(version) (size=\(connectionTableSize))\n"
        text += padded("Prot LocalAddress:Port", 33) + titles.map { column($0) }.joined()
        text += "\n  -> RemoteAddress:Port\n"
        func line(_ name: String, _ traffic: Traffic?) {
            let traffic = traffic ?? Traffic()
            let counts = columns == .totals ? traffic.totals : traffic.rates
            text += padded(name, 33) + counts.all.map { column("\($0)") }.joined() + "\n"
        }
        for (key, entry) in table.entries.sorted(by: { $0.key < $1.key }) {
            line(name(key), traffic[key]?.own)
            for endpoint in entry.destinations.keys.sorted() {
                line("  -> " + name(endpoint), traffic[key]?.destinations[endpoint])
            }
        }
        return text
    }

    /// Nine characters to the right, and never without a blank.
    private static func column(_ text: String) -> String {
        String(repeating: " ", count: max(1, 9 - text.utf8.count)) + text
    }
}
