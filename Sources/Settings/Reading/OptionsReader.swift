import Addresses
import Diagnostics

/// Reads the `options` block.
struct OptionsReader {
    private let reading: Reading
    private var port: UInt16?
    private var listeners: [(family: AddressFamily, port: UInt16?, block: Block, place: Place)] = []
    private var edns: UInt16?
    private var message: UInt16?
    private var required: Place?
    private var keepalive: Duration?
    private var advertised: (time: Duration, place: Place)?
    /// The `allow-transfer` of all zones, if it allows anything.
    private(set) var allowTransfer: Place?

    init(_ reading: Reading) {
        self.reading = reading
    }

    static let ours = [
        "directory", "listen-on", "listen-on-v6", "allow-query", "minimal-responses", "minimal-any",
        "rate-limit",
        "tcp-initial-timeout",
        "edns-udp-size",
        "max-udp-size", "tcp-clients", "tcp-clients-per-address", "tcp-idle-timeout", "tcp-listen-queue",
        "tcp-keepalive-timeout", "tcp-advertised-timeout", "answer-cookie", "require-server-cookie",
        "cookie-algorithm", "cookie-secret", "version", "hostname", "server-id", "port", "recursion",
        "autoreload", "state-directory", "max-records", "max-records-per-type", "max-types-per-name",
        "max-name-depth",
    ]
    static let refused = [
        "allow-query-on", "allow-update", "auto-dnssec", "blackhole", "catalog-zones", "dnssec-policy",
        "masterfile-format",
    ]

    static func isKnown(_ name: String) -> Bool {
        ours.contains(name) || refused.contains(name) || IgnoredStatement.options[name] != nil
    }

    static let elsewhere = [
        "zone": "outside of 'options': a '}' may be missing",
        "acl": "outside of 'options': a '}' may be missing",
        "logging": "outside of 'options'", "controls": "outside of 'options'",
        "director": "outside of 'options'",
        "steering": "outside of 'options'", "file": "in 'zone'", "type": "in 'zone'",
        "key": "outside of 'options'",
    ]

    /// Reads the block into settings.
    mutating func read(
        _ block: Block, into settings: inout Settings, lists: inout AccessListReader, document: Document
    ) {
        var blockReader = BlockReader(reading)
        blockReader.read(block.statements) { cursor, blockReader in
            let keyword = cursor.name.keyword
            if let ignored = IgnoredStatement.options[keyword] {
                let start = cursor.index
                cursor.ignore(ignored, isStatement: Self.isKnown)
                if keyword == "allow-transfer", !cursor.isOff(cursor.statement.elements[start..<cursor.index]) {
                    allowTransfer = cursor.name.place
                }
                return
            }
            if !["listen-on", "listen-on-v6", "cookie-secret"].contains(keyword) { blockReader.once(&cursor) }
            read(keyword, &cursor, into: &settings, lists: &lists, document: document)
        }
        settings.maximumUDPSize = min(edns ?? message ?? 1232, message ?? edns ?? 1232)
        settings.maximumTCPClientsPerAddress = min(
            settings.maximumTCPClientsPerAddress, settings.maximumTCPClients)
        if let required, settings.requiresServerCookie, !settings.answersCookies {
            reading.warning(
                "no cookie is required while 'answer-cookie' is no: nobody could have one", at: required)
        }
        settings.tcpKeepaliveTimeout = keepalive ?? settings.tcpIdleTimeout
        settings.tcpAdvertisedTimeout = advertisedTimeout(settings)
        addListeners(to: &settings, lists: &lists)
    }

    private mutating func read(
        _ keyword: String, _ cursor: inout StatementCursor, into settings: inout Settings,
        lists: inout AccessListReader, document: Document
    ) {
        switch keyword {
        case "directory":
            guard let (path, word) = cursor.path() else { return }
            settings.directory = join(folder(of: word.place.source.file), path)
        case "state-directory":
            guard let (path, word) = cursor.path() else { return }
            settings.stateDirectory = document.resolve(path, writtenAt: word.place)
        case "port": port = cursor.port() ?? port
        case "listen-on": listener(.v4, &cursor)
        case "listen-on-v6": listener(.v6, &cursor)
        case "allow-query":
            if let block = cursor.block() { settings.allowQuery = lists.read(block) }
        case "minimal-responses": minimalResponses(&cursor, &settings)
        case "minimal-any": settings.minimalAny = cursor.boolean() ?? true
        case "rate-limit":
            if let block = cursor.block() {
                settings.rateLimit = RateLimitReader.read(block, lists: &lists, reading: reading)
            }
        case "edns-udp-size": edns = udpSize(&cursor)
        case "max-udp-size": message = udpSize(&cursor)
        case "tcp-clients":
            settings.maximumTCPClients = cursor.number("a number of connections", 1...1_000_000) ?? 150
        case "tcp-clients-per-address":
            settings.maximumTCPClientsPerAddress = cursor.number("a number of connections", 1...1_000_000) ?? 20
        case "tcp-initial-timeout":
            settings.tcpInitialTimeout = timeout(&cursor, 25...1200) ?? settings.tcpInitialTimeout
        case "tcp-idle-timeout":
            settings.tcpIdleTimeout = timeout(&cursor, 1...1200) ?? settings.tcpIdleTimeout
        case "tcp-keepalive-timeout": keepalive = timeout(&cursor, 1...65_535)
        case "tcp-advertised-timeout":
            guard let word = cursor.nextWord, let time = timeout(&cursor, 0...65_535) else { return }
            advertised = (time, word.place)
        case "tcp-listen-queue":
            settings.tcpListenQueue = cursor.number("a length of a queue", 1...65_535) ?? 10
            reading.ignore(keyword, .interfaces, at: cursor.name.place)
        case "answer-cookie": settings.answersCookies = cursor.boolean() ?? true
        case "require-server-cookie":
            settings.requiresServerCookie = cursor.boolean() ?? false
            required = cursor.name.place
        case "cookie-algorithm": CookieReader.algorithm(&cursor)
        case "cookie-secret": CookieReader.secret(&cursor, &settings)
        case "version": serverText(&cursor, &settings.version)
        case "hostname": serverText(&cursor, &settings.hostname)
        case "server-id": serverText(&cursor, &settings.serverID)
        case _ where ZoneLimitSettings.statements.contains(keyword):
            settings.zoneLimits.read(keyword, &cursor)
        case "autoreload": settings.autoreload = cursor.boolean() ?? false
        case "recursion":
            if cursor.boolean() == true { reading.ignore("recursion", .recursion, at: cursor.name.place) }
        default:
            if RefusedStatement.read(keyword, &cursor) { return }
            let known = Self.ours + Self.refused + IgnoredStatement.options.keys.sorted()
            cursor.unknown(in: "'options'", known: known, elsewhere: Self.elsewhere)
        }
    }

    private mutating func listener(_ family: AddressFamily, _ cursor: inout StatementCursor) {
        let port = cursor.optionalPort()
        for other in ["tls", "http"] where !cursor.hasFailed && cursor.skip(other) {
            cursor.fail("DNS over \(other == "tls" ? "TLS" : "HTTPS") is not served yet", at: cursor.name.place)
        }
        guard let block = cursor.block() else { return }
        listeners.append((family, port, block, cursor.name.place))
    }

    private func addListeners(to settings: inout Settings, lists: inout AccessListReader) {
        settings.listeners = [AddressFamily.v4, .v6].filter { family in
            !listeners.contains { $0.family == family }
        }
        .map { Listener(family: $0, port: port ?? 53, addresses: .any, position: nil) }
        for listener in listeners {
            settings.listeners.append(
                Listener(
                    family: listener.family, port: listener.port ?? port ?? 53,
                    addresses: lists.read(listener.block), position: listener.place.position))
        }
    }

    private func minimalResponses(_ cursor: inout StatementCursor, _ settings: inout Settings) {
        if cursor.skip("no-auth") {
            settings.minimalResponses = .noAuth
        } else if cursor.skip("no-auth-recursive") {
            settings.minimalResponses = .noAuthRecursive
        } else if let value = cursor.boolean() {
            settings.minimalResponses = value ? .yes : .no
        }
    }

    /// A time in tenths of a second; what BIND does not take is brought into its range, as BIND does.
    private func timeout(_ cursor: inout StatementCursor, _ range: ClosedRange<Int>) -> Duration? {
        guard let word = cursor.nextWord,
            let tenths = cursor.number("a number of tenths of a second", 0...65_535)
        else { return nil }
        let bounded = min(max(tenths, range.lowerBound), range.upperBound)
        if bounded != tenths {
            reading.warning(
                "a timeout is from \(range.lowerBound) to \(range.upperBound) tenths of a second: \(bounded) is taken",
                at: word.place)
        }
        return .milliseconds(bounded * 100)
    }

    /// Sizes outside of what BIND takes are brought into it, as BIND does.
    private func udpSize(_ cursor: inout StatementCursor) -> UInt16? {
        guard let word = cursor.nextWord, let size = cursor.number("a size in octets", 0...65_535) else {
            return nil
        }
        let bounded = min(max(size, 512), 4096)
        if bounded != size {
            reading.warning("a size is from 512 to 4096: \(bounded) is taken", at: word.place)
        }
        return UInt16(bounded)
    }

    /// A client must not be promised more than it gets.
    private func advertisedTimeout(_ settings: Settings) -> Duration {
        guard let (time, place) = advertised else { return settings.tcpKeepaliveTimeout }
        if time > settings.tcpKeepaliveTimeout {
            let held = settings.tcpKeepaliveTimeout / .milliseconds(100)
            reading.warning(
                "connections are closed after \(Int(held)) tenths of a second: no more is told to clients",
                at: place, hint: "write 'tcp-keepalive-timeout' too")
        }
        return min(time, settings.tcpKeepaliveTimeout)
    }

    private func serverText(_ cursor: inout StatementCursor, _ text: inout ServerText) {
        guard let word = cursor.word("a text in quotes") else { return }
        switch word.keyword {
        case "none" where !word.isQuoted: text = .none
        case "hostname" where !word.isQuoted: text = .standard
        default:
            if word.text.utf8.count > 255 {
                cursor.fail("a text has at most 255 octets", at: word.place)
            } else {
                text = .text(word.text)
            }
        }
    }
}
