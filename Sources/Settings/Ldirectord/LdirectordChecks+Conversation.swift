import Health

extension LdirectordChecks {
    /// The kind of check that a service stands for.
    private var kind: CheckKind? {
        service == "submission" ? .smtp : CheckKind(rawValue: service)
    }

    /// The check that holds a conversation in the service's protocol.
    func conversation(_ place: Place) -> CheckDraft? {
        guard let kind else { return nil }
        var draft = CheckDraft(kind: kind, place: place)
        var texts = draft.conversation
        texts.isUDP = isUDP
        texts.request = Self.request(virtual.request?.value ?? "", for: kind)
        texts.login = virtual.login?.value ?? ""
        texts.password = virtual.password?.value ?? ""
        texts.database = virtual.database?.value ?? ""
        texts.secret = virtual.secret?.value ?? ""
        if let receive = virtual.receive { draft.match = Self.pattern(receive, reading) }
        let requestsOfReals = virtual.reals.compactMap(\.request).count
        let isRequestMissing = texts.request.isEmpty && requestsOfReals < virtual.reals.count
        switch kind {
        case .ftp:
            if virtual.login == nil { texts.login = "anonymous" }
            if virtual.password == nil { texts.password = "ldirectord@\(reading.environment.hostName)" }
        case .sip:
            if virtual.login == nil { texts.login = "ldirectord@\(reading.environment.hostName)" }
        case .mysql, .pgsql:
            if texts.login.isEmpty || isRequestMissing {
                reading.warning(
                    "ldirectord takes real servers as down without 'login' and 'request'; here a server that "
                        + (texts.login.isEmpty ? "greets is up" : "takes the login is up"), at: place)
            }
        case .dns:
            if isRequestMissing {
                reading.error("service=dns needs a 'request': the name to ask for", at: place)
            } else if draft.match == nil {
                reading.warning(
                    "ldirectord takes every real server as down without 'receive'; here any answer will do",
                    at: place)
            }
        case .radius:
            if texts.secret.isEmpty {
                reading.warning("without a 'secret' no server answers", at: place)
            }
        default: break
        }
        draft.conversation = texts
        // Of these ldirectord ends the wait by the other one.
        let isShort = [.ldap, .ldaps, .radius].contains(kind)
        return timed(draft, isShort ? checkTimeout : negotiateTimeout)
    }

    /// What is asked for, of which the services want one `/` in front, or none.
    static func request(_ text: String, for kind: CheckKind) -> String {
        let bare = text.hasPrefix("/") ? String(text.dropFirst()) : text
        return kind == .ftp && !bare.isEmpty ? "/" + bare : bare
    }

    /// The URL of a page that a proxy is to fetch.
    static func url(_ request: Located<String>, _ reading: Reading) -> String? {
        let text = String(request.value.drop { $0 == "/" })
        if text.lowercased().hasPrefix("http://"), text.utf8.count > 7, CheckReader.isVisible(text) {
            return text
        }
        reading.error(
            "a proxy needs the whole URL of a page (http://HOST/PATH), not '\(request.value)'",
            at: request.place)
        return nil
    }
}
