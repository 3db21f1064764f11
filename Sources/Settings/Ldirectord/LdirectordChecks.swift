import Addresses
import Health

/// Makes a check of what an ldirectord.cf says about one virtual server. What has no probe yet is an error at its
/// line, never a check that is always up.
struct LdirectordChecks {
    private let virtual: LdirectordFile.Virtual
    private let file: LdirectordFile
    private let reading: Reading
    /// The virtual server's port, 0 for a firewall mark.
    private let port: UInt16

    init(_ virtual: LdirectordFile.Virtual, _ file: LdirectordFile, reading: Reading, port: UInt16) {
        self.virtual = virtual
        self.file = file
        self.reading = reading
        self.port = port
    }

    private var service: String {
        if let service = virtual.service { return service.value }
        if case .mark = virtual.target { return "none" }
        return LdirectordService.service(ofPort: port)
    }

    private var isUDP: Bool {
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
            if isUDP {
                reading.error(
                    "no check 'connect' for UDP yet, which would be a ping", at: place, hint: Self.hint)
                return nil
            }
            return timed(CheckDraft(kind: .connect, place: place), timeout: checkTimeout)
        case .negotiate: return negotiate(place)
        case .ping: reading.error("no check 'ping' yet", at: place, hint: Self.hint)
        case .external: reading.error("no check 'external' yet", at: place, hint: Self.hint)
        case .externalPerl: reading.error("no check 'external-perl' yet", at: place, hint: Self.hint)
        case .combined:
            reading.error("no check of connections and negotiations in turn yet", at: place, hint: Self.hint)
        }
        return nil
    }

    private static let hint = "there are checktype=connect, on and off, and negotiate for http and https"

    private func constant(_ kind: CheckDraft.Kind, _ place: Place) -> CheckDraft {
        timed(CheckDraft(kind: kind, place: place), timeout: checkTimeout)
    }

    private func negotiate(_ place: Place) -> CheckDraft? {
        switch service {
        case "http", "https":
            var draft = CheckDraft(kind: service == "http" ? .http : .https, place: place)
            if let request = virtual.request { draft.path = Self.path(request, reading) ?? "/" }
            if let receive = virtual.receive { draft.match = Self.pattern(receive, reading) }
            draft.host = host()
            draft.method = virtual.httpMethod?.value == "HEAD" ? .head : .get
            if draft.method == .head, draft.match != nil {
                reading.warning(
                    "an answer to HEAD has no body: 'receive' never matches",
                    at: virtual.httpMethod?.place ?? place)
            }
            return timed(draft, timeout: negotiateTimeout)
        case "none":
            // What was written out is what ldirectord does, too: every real server is up.
            if let written = virtual.service { return constant(.on, written.place) }
            reading.error(
                "there is nothing to negotiate: no service is known for this virtual server", at: place,
                hint: "write service=http or another service, checktype=connect, or checktype=on")
            return nil
        case let service:
            reading.error(
                "no check for service '\(service)' yet", at: virtual.service?.place ?? place,
                hint: virtual.service == nil
                    ? "the service follows from port \(port); " + Self.hint : Self.hint)
            return nil
        }
    }

    private func host() -> String? {
        guard let host = virtual.virtualHost, !host.value.isEmpty else { return nil }
        if CheckReader.isVisible(host.value) { return host.value }
        reading.error("a virtual host holds no blanks, not '\(host.value)'", at: host.place)
        return nil
    }

    // MARK: Times

    private func timed(_ draft: CheckDraft, timeout: Int) -> CheckDraft {
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
        if isUDP { return nil }
        var draft = timed(CheckDraft(kind: .connect), timeout: checkTimeout)
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
    private var checkTimeout: Int {
        let (own, global) = (virtual.common, file.common)
        return (own.checkTimeout ?? own.negotiateTimeout ?? global.checkTimeout ?? global.negotiateTimeout)?
            .value ?? 5
    }

    /// Seconds that a request may take in all.
    private var negotiateTimeout: Int {
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
