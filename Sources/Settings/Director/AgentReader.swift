import Addresses
import Diagnostics
import Health

/// An agent as it is written: a program beside a real server that says how it is to be used.
struct AgentDraft {
    var port: UInt16?
    var sent: [UInt8] = []
    var interval: Duration = .seconds(10)
    var timeout: Duration = .seconds(5)
    /// Whether there is none, where the virtual server's would be taken.
    var isOff = false
    var place: Place?

    /// The question to the agent of an address; nil where there is none.
    func check(_ address: IPAddress) -> Check? {
        guard !isOff, let port else { return nil }
        return Check(
            .agent(sending: sent), target: Endpoint(address, port: port), interval: interval, timeout: timeout)
    }
}

/// Reads `agent` statements.
enum AgentReader {
    private static let known = ["port", "send", "interval", "timeout"]

    /// Reads one; what isn't written is taken from `base`, the virtual server's agent.
    static func read(_ cursor: inout StatementCursor, base: AgentDraft?) -> AgentDraft? {
        var draft = base ?? AgentDraft()
        draft.place = cursor.name.place
        draft.isOff = cursor.skip("off")
        if draft.isOff { return draft }
        guard let block = cursor.block() else { return nil }
        var blockReader = BlockReader(cursor.reading)
        blockReader.read(block.statements) { cursor, blockReader in
            blockReader.once(&cursor)
            switch cursor.name.keyword {
            case "port": draft.port = cursor.port() ?? draft.port
            case "send": draft.sent = CheckReader.escaped(&cursor) ?? []
            case "interval": draft.interval = cursor.interval() ?? draft.interval
            case "timeout": draft.timeout = cursor.timeout() ?? draft.timeout
            default: cursor.unknown(in: "'agent'", known: known)
            }
        }
        if draft.port == nil, blockReader.place(of: "port") == nil, let place = draft.place {
            cursor.reading.error("an agent needs a 'port'", at: place)
        }
        return draft
    }
}
