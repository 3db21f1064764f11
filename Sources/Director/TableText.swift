public import Addresses

/// A table in the form that admins know.
public enum TableText {
    /// The version of IPVS that every kernel since 2.6.13 reports.
    public static let version = "1.2.1"

    /// The buckets of the kernel's connection table unless it was told otherwise at load.
    public static let connectionTableSize = 4096

    /// The form of `ipvsadm -Ln`, header included; virtual servers and destinations in their order.
    ///
    /// - Parameters:
    ///   - connections: the counts of the last two columns; 0 where not given.
    ///   - version: of IPVS, as the kernel reports it.
    ///   - connectionTableSize: buckets, as the kernel reports them.
    public static func ipvsadm(
        _ table: Table, connections: [VirtualServerKey: [Endpoint: ConnectionCounts]] = [:],
        version: String = version, connectionTableSize: Int = connectionTableSize
    ) -> String {
        var text = "IP Virtual Server version \(version) (size=\(connectionTableSize))\n"
        text += "Prot LocalAddress:Port Scheduler Flags\n"
        text += "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"
        for (key, entry) in table.entries.sorted(by: { $0.key < $1.key }) {
            text += line(key, entry.options)
            for (endpoint, destination) in entry.destinations.sorted(by: { $0.key < $1.key }) {
                text += line(destination, connections[key]?[endpoint] ?? ConnectionCounts())
            }
        }
        return text
    }

    static func name(_ key: VirtualServerKey) -> String {
        switch key {
        case .endpoint(.tcp, let endpoint): "TCP  \(name(endpoint))"
        case .endpoint(.udp, let endpoint): "UDP  \(name(endpoint))"
        case .endpoint(.sctp, let endpoint): "SCTP \(name(endpoint))"
        // ipvsadm prints a mark as a signed number.
        case .firewallMark(let mark, .v4): "FWM  \(Int32(bitPattern: mark))"
        case .firewallMark(let mark, .v6): "FWM  \(Int32(bitPattern: mark)) IPv6"
        }
    }

    private static func line(_ key: VirtualServerKey, _ options: ServiceOptions) -> String {
        var text = name(key)
        text += " \(options.scheduler)"
        let flags = schedulerFlags(options)
        if !flags.isEmpty { text += " (\(flags.joined(separator: ",")))" }
        if options.flags.contains(.persistent) {
            text += " persistent \(options.timeout)"
            if Int(options.netmaskLength) != key.family.bits {
                text += " mask \(netmask(options.netmaskLength, key.family))"
            }
        }
        if let engine = options.persistenceEngine { text += " pe \(engine)" }
        if options.flags.contains(.onePacket) { text += " ops" }
        return text + "\n"
    }

    private static func line(_ destination: Destination, _ counts: ConnectionCounts) -> String {
        let method =
            switch destination.forwarding {
            case .gate: "Route"
            case .ipip: "Tunnel"
            case .masq: "Masq"
            }
        let columns = [
            padded(name(destination.endpoint), 28), padded(method, 7), padded("\(destination.weight)", 6),
            padded("\(counts.active)", 10), padded("\(counts.inactive)", 10),
        ]
        return "  -> \(columns.joined(separator: " "))\n"
    }

    /// sh and mh have names for the first two flags.
    private static func schedulerFlags(_ options: ServiceOptions) -> [String] {
        let named = options.scheduler == "sh" || options.scheduler == "mh"
        var result: [String] = []
        if options.flags.contains(.scheduler1) {
            result.append(named ? "\(options.scheduler)-fallback" : "flag-1")
        }
        if options.flags.contains(.scheduler2) { result.append(named ? "\(options.scheduler)-port" : "flag-2") }
        if options.flags.contains(.scheduler3) { result.append("flag-3") }
        return result
    }

    private static func netmask(_ length: UInt8, _ family: AddressFamily) -> String {
        switch family {
        case .v4: "\(IPv4Address(rawValue: ~0 << (32 - UInt32(min(length, 32)))))"
        case .v6: "\(length)"
        }
    }

    /// The C library writes an address of 96 zero bits and a number above 65535 with a dotted tail.
    static func name(_ endpoint: Endpoint) -> String {
        if case .v6(let address) = endpoint.address, address.high == 0, address.low >> 32 == 0,
            address.low >> 16 != 0
        {
            return "[::\(IPv4Address(rawValue: UInt32(truncatingIfNeeded: address.low)))]:\(endpoint.port)"
        }
        return "\(endpoint)"
    }

    static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
}
