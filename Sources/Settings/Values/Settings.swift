public import Addresses
public import DNSWire
public import Diagnostics

/// Everything that the configuration says. Places (`position`) take no part in equality.
public struct Settings: Hashable, Sendable {
    /// The file that was read first.
    public var file: String
    /// Every file that was read for it, `file` first, each once.
    public var readFiles: [String]
    /// What relative paths start from: the option `directory`, or the folder of `file`.
    public var directory: String
    /// Where owned services, verdicts and overrides are kept.
    public var stateDirectory: String
    /// Where to listen; without `listen-on` and `listen-on-v6` on port 53 of every address.
    public var listeners: [Listener]
    /// Who may ask, where a zone does not say otherwise. `localhost` and `localnets` are not resolved yet.
    public var allowQuery: AccessList
    /// What positive answers carry that nobody asked for.
    public var minimalResponses: MinimalResponses
    /// Whether ANY is answered with one rrset over UDP, not with all.
    public var minimalAny: Bool
    /// How many responses clients get; nil: as many as they ask for.
    public var rateLimit: RateLimitSettings?
    /// The largest UDP message that we send, and that we say we take: 512 to 4096 octets.
    public var maximumUDPSize: UInt16
    /// TCP connections at a time, at least 1.
    public var maximumTCPClients: Int
    /// TCP connections of one client address at a time, at least 1.
    public var maximumTCPClientsPerAddress: Int
    /// How long a TCP connection may be silent before its first query.
    public var tcpInitialTimeout: Duration
    /// How long a TCP connection may be silent between queries.
    public var tcpIdleTimeout: Duration
    /// The same for a client that asked how long (RFC 7828).
    public var tcpKeepaliveTimeout: Duration
    /// What such a client is told; at most `tcpKeepaliveTimeout`.
    public var tcpAdvertisedTimeout: Duration
    /// Connections that the kernel keeps before they are accepted.
    public var tcpListenQueue: Int
    /// Whether zone files are read again when they change.
    public var autoreload: Bool
    /// Whether clients are given DNS cookies.
    public var answersCookies: Bool
    /// Whether a client that sends cookies is answered over UDP only with a server cookie of ours.
    public var requiresServerCookie: Bool
    /// The secrets, 16 octets each: the first makes cookies, all verify them. Without any, a random one.
    public var cookieSecrets: [[UInt8]]
    /// What `version.bind` of class CH is answered with.
    public var version: ServerText
    /// What `hostname.bind` of class CH is answered with.
    public var hostname: ServerText
    /// What `id.server` of class CH and NSID are answered with.
    public var serverID: ServerText
    /// How much a zone may hold, where it does not say otherwise.
    public var zoneLimits = ZoneLimitSettings()
    /// The zones, in the order in which they are written.
    public var zones: [ZoneSettings]
    /// The control socket.
    public var control: ControlSettings
    /// Virtual servers and what carries them.
    public var director: DirectorSettings
    /// How answers follow verdicts.
    public var steering: SteeringSettings

    /// The settings of an empty configuration.
    public init(file: String) {
        self.file = file
        readFiles = [file]
        directory = "."
        stateDirectory = "/var/lib/swerve"
        listeners = [
            Listener(family: .v4, port: 53, addresses: .any, position: nil),
            Listener(family: .v6, port: 53, addresses: .any, position: nil),
        ]
        allowQuery = .any
        minimalResponses = .yes
        minimalAny = true
        maximumUDPSize = 1232
        maximumTCPClients = 150
        maximumTCPClientsPerAddress = 20
        tcpInitialTimeout = .seconds(30)
        tcpIdleTimeout = .seconds(30)
        tcpKeepaliveTimeout = .seconds(30)
        tcpAdvertisedTimeout = .seconds(30)
        tcpListenQueue = 10
        autoreload = false
        answersCookies = true
        requiresServerCookie = false
        cookieSecrets = []
        version = .standard
        hostname = .standard
        serverID = .none
        zones = []
        control = ControlSettings()
        director = DirectorSettings()
        steering = SteeringSettings()
    }
}

extension Settings {
    /// The forms of `minimal-responses`.
    public enum MinimalResponses: Hashable, Sendable {
        /// Authority and additional sections are filled.
        case no
        /// Neither is.
        case yes
        /// The additional section alone is.
        case noAuth
        /// As `noAuth` for queries that want recursion, as `no` for others.
        case noAuthRecursive
    }
}

/// One `listen-on` or `listen-on-v6`.
public struct Listener: Hashable, Sendable {
    /// Which addresses of this host are meant.
    public var family: AddressFamily
    /// The port, not 0.
    public var port: UInt16
    /// The host's addresses to listen at: those that the list says yes to.
    public var addresses: AccessList
    /// Where it is written; nil for the default.
    @NotCompared public var position: SourcePosition?

    /// A listener; see the properties.
    public init(family: AddressFamily, port: UInt16, addresses: AccessList, position: SourcePosition?) {
        self.family = family
        self.port = port
        self.addresses = addresses
        self.position = position
    }

    /// Whether no address can be meant (`listen-on { none; }`).
    public var isNone: Bool { addresses.elements.first.map { $0.scope == .any && $0.isNegated } ?? true }
}

/// What a question about the server itself is answered with.
public enum ServerText: Hashable, Sendable {
    /// What is true: our name and version, the host's name.
    case standard
    /// Nothing: the question is refused.
    case none
    /// This text.
    case text(String)
}

/// One zone that we serve from a file.
public struct ZoneSettings: Hashable, Sendable {
    /// The zone's apex.
    public var name: DomainName
    /// Its file: absolute, or relative to where the daemon runs, `directory` already in front.
    public var file: String
    /// Who may ask; nil for what the options say.
    public var allowQuery: AccessList?
    /// How much it may hold; what the options say is filled in.
    public var limits = ZoneLimitSettings()
    /// Where it is written.
    @NotCompared public var position: SourcePosition
    /// Where the zone's (else the options') `allow-transfer` is written, if it says more than `none`;
    /// for the warning that a secondary can't steer.
    @NotCompared public var allowTransferPosition: SourcePosition?

    /// A zone; see the properties.
    public init(
        name: DomainName, file: String, allowQuery: AccessList? = nil, position: SourcePosition,
        allowTransferPosition: SourcePosition? = nil
    ) {
        self.name = name
        self.file = file
        self.allowQuery = allowQuery
        self.position = position
        self.allowTransferPosition = allowTransferPosition
    }
}

/// The control socket.
public struct ControlSettings: Hashable, Sendable {
    /// Its path.
    public var path: String
    /// Its permission bits.
    public var permissions: UInt16
    /// The owner, a name or a number; nil for who runs the daemon.
    public var owner: String?
    /// The group, a name or a number; nil for that of who runs the daemon.
    public var group: String?

    /// A control socket; see the properties.
    public init(
        path: String = "/run/swerve/control.sock", permissions: UInt16 = 0o600, owner: String? = nil,
        group: String? = nil
    ) {
        self.path = path
        self.permissions = permissions
        self.owner = owner
        self.group = group
    }
}
