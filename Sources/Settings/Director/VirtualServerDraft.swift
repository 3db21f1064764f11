import Addresses
import Director

/// A virtual server as it is written in either file, before it is judged.
struct VirtualServerDraft {
    /// A real server or a fallback.
    struct RealServer {
        var address: IPAddress
        /// nil: that of the virtual server.
        var port: UInt16?
        var forwarding: Forwarding
        var weight: Int32 = 1
        var upperThreshold: UInt32 = 0
        var lowerThreshold: UInt32 = 0
        var tunnel: (tunnel: Tunnel, place: Place)?
        var proxyProtocol: (version: ProxyProtocol, place: Place)?
        /// nil: the virtual server's check.
        var check: CheckDraft?
        /// nil: the virtual server's agent.
        var agent: AgentDraft?
        /// Its address and port.
        var place: Place
    }

    struct Persistence {
        var timeout: UInt32
        var place: Place
    }

    var key: VirtualServerKey
    var place: Place
    var scheduler = (name: "wrr", place: Place?.none)
    var schedulerFlags: [(name: String, place: Place)] = []
    var persistence: Persistence?
    var netmask: (length: UInt8, place: Place)?
    var onePacket: Place?
    var persistenceEngine: (name: String, place: Place)?
    var quorum = (count: 1, place: Place?.none)
    var pool = PoolDraft()
    var isQuiescent = false
    /// nil: what the director block says.
    var cleanstop: Bool?
    var check: CheckDraft?
    var agent: AgentDraft?
    var realServers: [RealServer] = []
    var fallback: RealServer?
    /// What is done besides when something changes.
    var reactions = ReactionSettings()
    /// Whether an unknown scheduler is left to the kernel, as ldirectord does.
    var isFromLdirectord = false

    /// Where a real server stands in the table: gate and ipip have the virtual server's port, and so has masq without
    /// one.
    func endpoint(of server: RealServer) -> Endpoint {
        switch key {
        case .endpoint(_, let vip) where server.forwarding == .masq:
            Endpoint(server.address, port: server.port ?? vip.port)
        case .endpoint(_, let vip): Endpoint(server.address, port: vip.port)
        case .firewallMark: Endpoint(server.address, port: server.port ?? 0)
        }
    }
}
