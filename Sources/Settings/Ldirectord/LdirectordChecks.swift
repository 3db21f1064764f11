import Addresses
import Director
import Health

/// Makes a check of what an ldirectord.cf says about one virtual server.
struct LdirectordChecks {
    let virtual: LdirectordFile.Virtual
    let file: LdirectordFile
    let reading: Reading
    /// The virtual server's address, nil for a firewall mark.
    private let address: IPAddress?
    /// Its port, 0 for a firewall mark.
    private let port: UInt16

    init(_ virtual: LdirectordFile.Virtual, _ file: LdirectordFile, reading: Reading, key: VirtualServerKey) {
        self.virtual = virtual
        self.file = file
        self.reading = reading
        address = key.vip
        port = key.port
    }

    var service: String {
        if let service = virtual.service { return service.value }
        if case .mark = virtual.target { return "none" }
        return LdirectordService.service(ofPort: port)
    }

    var isUDP: Bool {
        if let transport = virtual.transport { return transport.value == .udp }
        if case .endpoint(_, let port) = virtual.target { return ["53", "domain"].contains(port.value) }
        return false
    }

    /// The check of all real servers; nil after it was told why there is none.
    func check() -> CheckDraft? {
        let place = virtual.checkType?.place ?? virtual.place
        switch virtual.checkType?.value ?? .negotiate {
        case .on: return constant(.on, place)
        case .off: return constant(.off, place)
        case .connect:
            return isUDP ? ping(place) : timed(CheckDraft(kind: .connect, place: place), checkTimeout)
        case .negotiate: return negotiate(place)
        case .ping: return ping(place)
        case .external: return external([], place)
        case .externalPerl: return external(["perl"], place)
        case .combined(let count):
            guard var draft = negotiate(place) else { return nil }
            if draft.kind.isProbe, !isUDP { draft.connections = (count, .seconds(checkTimeout)) }
            return draft
        }
    }

    private func constant(_ kind: CheckKind, _ place: Place) -> CheckDraft {
        timed(CheckDraft(kind: kind, place: place), checkTimeout)
    }

    /// Each request may take `checktimeout`.
    private func ping(_ place: Place) -> CheckDraft {
        var draft = CheckDraft(kind: .ping, place: place)
        draft.attempts = min((virtual.common.checkCount ?? file.common.checkCount)?.value ?? 1, 100)
        return timed(draft, checkTimeout * draft.attempts)
    }

    /// A program is told the virtual server's address and port (or firewall mark and 0), then the real server's.
    private func external(_ interpreter: [String], _ place: Place) -> CheckDraft {
        let command = virtual.checkCommand?.value ?? "/bin/true"
        if virtual.checkCommand == nil {
            reading.warning(
                "without 'checkcommand' every real server is up", at: place, hint: "checktype=on says the same")
        }
        var draft = CheckDraft(kind: .external, place: place)
        draft.command = interpreter + [command] + target
        return timed(draft, checkTimeout)
    }

    private func negotiate(_ place: Place) -> CheckDraft? {
        let servicePlace = virtual.service?.place ?? place
        switch service {
        case "none":
            if virtual.service == nil {
                reading.warning(
                    "no service is known for this virtual server: every real server is up, without a check",
                    at: place, hint: "write a service, or checktype=connect; service=none says that it is meant"
                )
            }
            return constant(.on, servicePlace)
        case "oracle":
            reading.warning(
                "no session is opened with Oracle: that it takes connections is what is checked",
                at: servicePlace)
            return timed(CheckDraft(kind: .connect, place: place), negotiateTimeout)
        case "http", "https": return timed(page(service == "http" ? .http : .https, place), negotiateTimeout)
        case "http_proxy":
            var draft = page(.httpProxy, place)
            guard let request = virtual.request else {
                // Those of real servers may say it.
                if virtual.reals.contains(where: { $0.request == nil }) {
                    reading.error("a proxy needs a 'request': the whole URL of a page", at: servicePlace)
                }
                return timed(draft, negotiateTimeout)
            }
            draft.conversation.request = Self.url(request, reading) ?? ""
            return timed(draft, negotiateTimeout)
        default: return conversation(servicePlace)
        }
    }

    private func page(_ kind: CheckKind, _ place: Place) -> CheckDraft {
        var draft = CheckDraft(kind: kind, place: place)
        if kind != .httpProxy {
            if let request = virtual.request { draft.path = Self.path(request, reading) ?? "/" }
            draft.host = host()
        }
        if let receive = virtual.receive { draft.match = Self.pattern(receive, reading) }
        draft.method = virtual.httpMethod?.value == "HEAD" ? .head : .get
        if draft.method == .head, draft.match != nil {
            reading.warning(
                "an answer to HEAD has no body: 'receive' never matches", at: virtual.httpMethod?.place ?? place
            )
        }
        return draft
    }

    /// The virtual server's address and port as a program is told them.
    private var target: [String] {
        switch virtual.target {
        case .mark(let mark): ["\(mark)", "0"]
        case .endpoint(let host, _): [address?.bracketed ?? host.value, "\(port)"]
        }
    }

    private func host() -> String? {
        guard let host = virtual.virtualHost, !host.value.isEmpty else { return nil }
        if CheckReader.isVisible(host.value) { return host.value }
        reading.error("a virtual host holds no blanks, not '\(host.value)'", at: host.place)
        return nil
    }

    // MARK: Times

    func timed(_ draft: CheckDraft, _ timeout: Int) -> CheckDraft {
        var draft = draft
        draft.timeout = .seconds(timeout)
        draft.fall = (virtual.common.failureCount ?? file.common.failureCount)?.value ?? 1
        draft.interval = .seconds(interval)
        draft.port = virtual.checkPort?.value
        return draft
    }

    /// The port to check at real servers that say none: that of the service; nil for the virtual server's.
    var servicePort: UInt16? { LdirectordService.port(of: service) }

    /// The check of the fallback: a connection, where one says something.
    func fallbackCheck(hasPort: Bool) -> CheckDraft? {
        var draft = timed(CheckDraft(kind: isUDP ? .ping : .connect), checkTimeout)
        draft.port = port == 0 && !hasPort ? virtual.checkPort?.value ?? servicePort : nil
        return draft
    }

    private var interval: Int {
        if let own = virtual.common.checkInterval {
            if file.forks?.value != true {
                reading.warning(
                    "ldirectord heeds a virtual server's own checkinterval with 'fork=yes' only; here it counts",
                    at: own.place)
            }
            return own.value
        }
        return file.common.checkInterval?.value ?? 10
    }

    /// Seconds that connecting may take.
    var checkTimeout: Int {
        let (own, global) = (virtual.common, file.common)
        return (own.checkTimeout ?? own.negotiateTimeout ?? global.checkTimeout ?? global.negotiateTimeout)?
            .value ?? 5
    }

    /// Seconds that a request may take in all.
    var negotiateTimeout: Int {
        let (own, global) = (virtual.common, file.common)
        return (own.negotiateTimeout ?? own.checkTimeout ?? global.negotiateTimeout ?? global.checkTimeout)?
            .value ?? 30
    }

    // MARK: Requests

    /// A path that begins with `/`, blanks and the like escaped as a browser does.
    static func path(_ request: Located<String>, _ reading: Reading) -> String? {
        let text = request.value
        let scheme = text.drop { $0 == "/" }.prefix { $0.isLetter }.lowercased()
        if ["http", "https"].contains(scheme),
            text.drop(while: { $0 == "/" }).dropFirst(scheme.count).hasPrefix("://")
        {
            reading.error(
                "a whole URL can't be requested: the check goes to the real server", at: request.place,
                hint: "write the path, and the host as 'virtualhost'")
            return nil
        }
        var path = text.hasPrefix("/") ? "" : "/"
        for byte in text.utf8 {
            if (0x21...0x7E).contains(byte) {
                path.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                path += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return path
    }

    /// A pattern that compiles; an empty one matches everything and so is none.
    static func pattern(_ receive: Located<String>, _ reading: Reading) -> String? {
        if receive.value.isEmpty { return nil }
        if let mistake = reading.environment.patternError(receive.value) {
            reading.error(
                "invalid regular expression: \(mistake.message)", at: receive.place.part(mistake.offset, 1))
            return nil
        }
        return receive.value
    }
}
