public import Addresses
public import Director

/// What a reader needs from outside, so that tests can stand in for it.
public struct ReaderEnvironment: Sendable {
    /// A host's name to resolve, in one address family.
    public struct HostQuestion: Hashable, Sendable {
        /// The name.
        public var host: String
        /// The family that is wanted.
        public var family: AddressFamily

        /// A question.
        public init(host: String, family: AddressFamily) {
            self.host = host
            self.family = family
        }
    }

    /// Why a file can't be read, in the system's words (`No such file or directory`).
    public struct FileError: Error, Hashable, Sendable {
        /// The words.
        public var reason: String

        /// An error with these words.
        public init(_ reason: String) {
            self.reason = reason
        }
    }

    /// The bytes of a file.
    public var readFile: @Sendable (String) -> Result<[UInt8], FileError>
    /// The files that a pattern with `*`, `?` and `[…]` names, sorted.
    public var expandPattern: @Sendable (String) -> [String]
    /// Answers questions for hosts all at once within a time; what has no answer is left out.
    public var resolve: @Sendable (Set<HostQuestion>, Duration) -> [HostQuestion: IPAddress]
    /// The number of a port that is named as in /etc/services.
    public var port: @Sendable (String, TransportProtocol) -> UInt16?
    /// Why a text is no Perl regular expression, and where, in bytes from its start; nil if it is one.
    public var patternError: @Sendable (String) -> (message: String, offset: Int)?
    /// What resolving names may take in all.
    public var resolutionTime: Duration
    /// This host's name, which stands in what some checks ask.
    public var hostName: String

    /// An environment; see the properties.
    public init(
        readFile: @escaping @Sendable (String) -> Result<[UInt8], FileError>,
        expandPattern: @escaping @Sendable (String) -> [String] = { _ in [] },
        resolve: @escaping @Sendable (Set<HostQuestion>, Duration) -> [HostQuestion: IPAddress] = { _, _ in [:]
        },
        port: @escaping @Sendable (String, TransportProtocol) -> UInt16? = { _, _ in nil },
        patternError: @escaping @Sendable (String) -> (message: String, offset: Int)? = { _ in nil },
        resolutionTime: Duration = .seconds(5), hostName: String = "localhost"
    ) {
        self.readFile = readFile
        self.expandPattern = expandPattern
        self.resolve = resolve
        self.port = port
        self.patternError = patternError
        self.resolutionTime = resolutionTime
        self.hostName = hostName
    }
}
