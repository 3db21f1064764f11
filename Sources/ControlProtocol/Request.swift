/// What swervectl asks of swerved. A connection carries one request.
///
/// In JSON an object on one line: `{"command":"explain","name":"www.example.com","type":"A","version":1}`.
public enum Request: Hashable, Sendable {
    /// How the daemon is; answered with `StatusReport`.
    case status
    /// What it counted; answered with `StatsReport`.
    case stats
    /// Read files again: one zone's (without it all, and the configuration). Answered with
    /// `ReloadReport` when the new data is visible to clients.
    case reload(zone: String?)
    /// The zones; answered with `ZonesReport`.
    case zones
    /// The VIPs, virtual servers and real servers; answered with `ServersReport`.
    case servers
    /// The table of virtual servers; answered with `TableReport`.
    case table(TableRequest)
    /// Why a name is answered as it is, for a client's address if one is given; answered with
    /// `ExplainReport`.
    case explain(name: String, type: String, from: String?)
    /// An admin's order; answered with `OrderReport`.
    case order(OrderRequest)
    /// State changes from now on, one `Event` each, until the client closes its side.
    case follow
}

extension Request: Codable {
    private enum Key: String, CodingKey {
        case command, version, zone, name, type, from, order
    }

    private enum Command: String, Codable {
        case status, stats, reload, zones, servers, table, explain, order, follow
    }

    /// Reads the object; throws `DecodingError` for a command that isn't known.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        switch try container.decode(Command.self, forKey: .command) {
        case .status: self = .status
        case .stats: self = .stats
        case .reload: self = .reload(zone: try container.decodeIfPresent(String.self, forKey: .zone))
        case .zones: self = .zones
        case .servers: self = .servers
        case .table:
            self = .table(try TableRequest(from: decoder))
        case .explain:
            self = .explain(
                name: try container.decode(String.self, forKey: .name),
                type: try container.decode(String.self, forKey: .type),
                from: try container.decodeIfPresent(String.self, forKey: .from))
        case .order: self = .order(try container.decode(OrderRequest.self, forKey: .order))
        case .follow: self = .follow
        }
    }

    /// Writes the object, with the protocol's version.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(ControlLine.version, forKey: .version)
        func command(_ command: Command) throws { try container.encode(command, forKey: .command) }
        switch self {
        case .status: try command(.status)
        case .stats: try command(.stats)
        case .reload(let zone):
            try command(.reload)
            try container.encodeIfPresent(zone, forKey: .zone)
        case .zones: try command(.zones)
        case .servers: try command(.servers)
        case .table(let wanted):
            try command(.table)
            try wanted.encode(to: encoder)
        case .explain(let name, let type, let from):
            try command(.explain)
            try container.encode(name, forKey: .name)
            try container.encode(type, forKey: .type)
            try container.encodeIfPresent(from, forKey: .from)
        case .order(let order):
            try command(.order)
            try container.encode(order, forKey: .order)
        case .follow: try command(.follow)
        }
    }
}
