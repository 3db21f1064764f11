internal import Glibc
internal import Health
internal import Patterns

extension Prober {
    /// Holds a conversation in the service's own protocol.
    func probeService(_ check: Check, _ service: ServiceCheck) async throws(ProbeFailure) -> Outcome {
        let deadline = Deadline(check.timeout)
        switch service.service {
        case .ftp: try await probeFTP(check, service, deadline)
        case .dns: try await probeDNS(check, service, deadline)
        default:
            let carrier: Carrier =
                service.service == .radius || service.isUDP ? .datagrams : service.isSecure ? .tls : .stream
            try await converse(check.target, carrier, until: deadline) { (wire) async throws(ProbeFailure) in
                try await hold(&wire, service)
            }
        }
        return .success("\(service.service.rawValue) answered \(deadline.elapsed)")
    }

    private func hold(_ wire: inout Wire, _ service: ServiceCheck) async throws(ProbeFailure) {
        switch service.service {
        case .smtp: try await SMTPDialogue.hold(&wire, service, name: Self.hostName)
        case .pop: try await POPDialogue.hold(&wire, service)
        case .imap: try await IMAPDialogue.hold(&wire, service)
        case .nntp: try await NNTPDialogue.hold(&wire)
        case .redis: try await RedisDialogue.hold(&wire, service)
        case .radius: try await RADIUSDialogue.hold(&wire, service)
        case .sip: try await SIPDialogue.hold(&wire, service)
        case .ldap:
            let name = try await LDAPDialogue.hold(&wire, service)
            try await demand(service.receive, of: name, "the entry")
        case .mysql:
            var dialogue = MySQLDialogue(service)
            try await dialogue.hold(&wire, tlsContext)
        case .pgsql: try await PostgreSQLDialogue(service).hold(&wire, tlsContext)
        case .simpletcp:
            let pattern = try compiled(service.receive)
            var judging = Judging(until: wire.deadline)
            try await SimpleTCPDialogue.hold(&wire, service) { (lines) async throws(ProbeFailure) in
                guard let pattern else { return true }
                return try await judging.finds(pattern, in: lines, "a line")
            }
        case .ftp, .dns: preconditionFailure("these open their connections themselves")
        }
    }

    private func probeDNS(_ check: Check, _ service: ServiceCheck, _ deadline: Deadline)
        async throws(ProbeFailure)
    {
        let dialogue = try DNSDialogue(service)
        let pattern = try compiled(service.receive)
        func judge(_ records: [String]) async throws(ProbeFailure) {
            guard let pattern else { return }
            var judging = Judging(until: deadline)
            let texts = records.map { Array($0.utf8) }
            if try await !judging.finds(pattern, in: texts, "the answer") {
                throw ProbeFailure("no address or name in the answer matches /\(pattern.text.quotable)/")
            }
        }
        if service.isUDP {
            let isCut = try await converse(check.target, .datagrams, until: deadline) {
                (wire) async throws(ProbeFailure) in
                try await dialogue.hold(datagrams: &wire, judge)
            }
            if !isCut { return }
        }
        try await converse(check.target, .stream, until: deadline) { (wire) async throws(ProbeFailure) in
            try await dialogue.hold(stream: &wire, judge)
        }
    }

    /// Demands that a pattern, where there is one, matches somewhere in a text.
    func demand(_ pattern: String?, of text: [UInt8], _ what: String) async throws(ProbeFailure) {
        guard let pattern = try compiled(pattern) else { return }
        var judging = Judging()
        if try await judging.finds(pattern, in: [text], what) { return }
        throw ProbeFailure("\(what) does not match /\(pattern.text.quotable)/")
    }

    /// This host's name, for servers that want to know who asks.
    static let hostName: String = {
        var buffer = [CChar](repeating: 0, count: 256)
        gethostname(&buffer, buffer.count - 1)
        let name = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return name.isEmpty ? "localhost" : name
    }()
}
