/// What swerved says to a request: one for each, and any number of events to `follow`.
///
/// In JSON an object on one line, with the report under its name: `{"status":{…},"version":1}`.
public enum Response: Hashable, Sendable {
    /// The answer to `status`.
    case status(StatusReport)
    /// The answer to `stats`.
    case stats(StatsReport)
    /// The answer to `reload`.
    case reload(ReloadReport)
    /// The answer to `zones`.
    case zones(ZonesReport)
    /// The answer to `servers`.
    case servers(ServersReport)
    /// The answer to `table`.
    case table(TableReport)
    /// The answer to `explain`.
    case explain(ExplainReport)
    /// The answer to `order`.
    case order(OrderReport)
    /// A change of state, for `follow`.
    case event(Event)
    /// The request could not be carried out.
    case failure(Failure)
}

extension Response: Codable {
    private enum Key: String, CodingKey {
        case version, status, stats, reload, zones, servers, table, explain, order, event, failure
    }

    /// Reads the object; throws `DecodingError` if none of the known reports is in it.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func report<Report: Decodable>(_ key: Key, _ wrap: (Report) -> Response) throws -> Response {
            wrap(try container.decode(Report.self, forKey: key))
        }
        guard let key = container.allKeys.first(where: { $0 != .version }) else {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "no report is in it"))
        }
        self =
            switch key {
            case .status: try report(key, Response.status)
            case .stats: try report(key, Response.stats)
            case .reload: try report(key, Response.reload)
            case .zones: try report(key, Response.zones)
            case .servers: try report(key, Response.servers)
            case .table: try report(key, Response.table)
            case .explain: try report(key, Response.explain)
            case .order: try report(key, Response.order)
            case .event: try report(key, Response.event)
            case .failure, .version: try report(.failure, Response.failure)
            }
    }

    /// Writes the object, with the protocol's version.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(ControlLine.version, forKey: .version)
        switch self {
        case .status(let report): try container.encode(report, forKey: .status)
        case .stats(let report): try container.encode(report, forKey: .stats)
        case .reload(let report): try container.encode(report, forKey: .reload)
        case .zones(let report): try container.encode(report, forKey: .zones)
        case .servers(let report): try container.encode(report, forKey: .servers)
        case .table(let report): try container.encode(report, forKey: .table)
        case .explain(let report): try container.encode(report, forKey: .explain)
        case .order(let report): try container.encode(report, forKey: .order)
        case .event(let event): try container.encode(event, forKey: .event)
        case .failure(let failure): try container.encode(failure, forKey: .failure)
        }
    }
}

/// Why a request could not be carried out.
public struct Failure: Error, Hashable, Codable, Sendable, CustomStringConvertible {
    /// What was asked and what is wrong, one line without a full stop.
    public var message: String
    /// What can be done about it.
    public var hint: String?

    /// A failure in words.
    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// The message, with the hint on a line of its own.
    public var description: String { hint.map { "\(message)\nhint: \($0)" } ?? message }
}
