/// A conversation with a real server in its own protocol.
public struct ServiceCheck: Hashable, Sendable, Codable {
    /// The protocols.
    public enum Service: String, Hashable, Sendable, Codable, CaseIterable {
        /// Logs in and, where a file is named, fetches it.
        case ftp
        /// Waits for the greeting and introduces itself.
        case smtp
        /// Waits for the greeting and logs in, where a login is given.
        case pop
        /// Waits for the greeting and logs in, where a login is given.
        case imap
        /// Waits for the greeting.
        case nntp
        /// Binds and reads the one entry that is named.
        case ldap
        /// Asks for a name.
        case dns
        /// Logs in and asks for rows.
        case mysql
        /// Logs in and asks for rows.
        case pgsql
        /// Asks for access.
        case radius
        /// Asks for options.
        case sip
        /// Sends a text, and looks at what comes back line by line.
        case simpletcp
        /// Logs in, where a password is given, and pings.
        case redis
    }

    /// The protocol.
    public var service: Service
    /// Whether the connection is by TLS from its beginning. The certificate is not verified.
    public var isSecure: Bool
    /// Whether datagrams are sent, where the protocol leaves a choice (dns, sip).
    public var isUDP: Bool
    /// What is asked for: the file of ftp, the entry of ldap, the name of dns, the query of mysql and pgsql, the text
    /// of simpletcp.
    public var request: String
    /// A Perl regular expression that must match what came back; nil for none.
    public var receive: String?
    /// Who logs in; empty for nobody. The address that sip asks.
    public var login: String
    /// With what.
    public var password: String
    /// The database of mysql and pgsql.
    public var database: String
    /// What radius shares with its clients.
    public var secret: String

    /// A conversation; see the properties.
    public init(
        _ service: Service, isSecure: Bool = false, isUDP: Bool = false, request: String = "",
        receive: String? = nil, login: String = "", password: String = "", database: String = "",
        secret: String = ""
    ) {
        self.service = service
        self.isSecure = isSecure
        self.isUDP = isUDP
        self.request = request
        self.receive = receive
        self.login = login
        self.password = password
        self.database = database
        self.secret = secret
    }
}

/// A program that checks a real server: its exit status is 0 if the server is up.
public struct ExternalCheck: Hashable, Sendable, Codable {
    /// The program's path.
    public var command: String
    /// What it is told.
    public var arguments: [String]

    /// A program; see the properties.
    public init(command: String, arguments: [String]) {
        self.command = command
        self.arguments = arguments
    }
}
