internal import Addresses
internal import Health

/// FTP (RFC 959): the login and, where a file is named, its contents by a passive connection.
///
/// Of where that connection is to go, the port alone is heeded: it goes to the real server.
extension Prober {
    func probeFTP(_ check: Check, _ service: ServiceCheck, _ deadline: Deadline) async throws(ProbeFailure) {
        try await converse(check.target, .stream, until: deadline) { wire throws(ProbeFailure) in
            try await logIn(&wire, service)
            if service.request.isEmpty || service.request == "/" {
                wire.send(line: "QUIT", awaiting: "the farewell")
                return
            }
            wire.send(line: "CWD /", awaiting: "the answer to CWD")
            try await wire.reply(2)
            wire.send(line: "TYPE I", awaiting: "the answer to TYPE")
            try await wire.reply(2)
            let place = Endpoint(
                check.target.address,
                port: try await passivePort(&wire, isIPv6: check.target.address.family == .v6))
            let file = try await converse(place, .stream, until: deadline) { data throws(ProbeFailure) in
                wire.send(line: "RETR \(service.request)", awaiting: "the answer to RETR")
                try await wire.reply(1)
                data.expect("the end of the file")
                return try await data.rest()
            }
            wire.expect("the end of the transfer")
            if file.count < Wire.maximumText { try await wire.reply(2) }
            wire.send(line: "QUIT", awaiting: "the farewell")
            try await demand(service.receive, of: file, "the file")
        }
    }

    private func logIn(_ wire: inout Wire, _ service: ServiceCheck) async throws(ProbeFailure) {
        wire.expect("the greeting")
        // 120: ready in some minutes, which is not ready.
        try await wire.reply(2)
        if service.login.isEmpty { return }
        wire.send(line: "USER \(service.login)", awaiting: "the answer to USER")
        if try await wire.reply({ $0 / 100 == 2 || $0 / 100 == 3 }).code / 100 == 3 {
            wire.send(line: "PASS \(service.password)", awaiting: "the answer to PASS")
            try await wire.reply(2)
        }
    }

    /// Asks for a port to fetch from (RFC 959 §4.1.2, RFC 2428 §3).
    private func passivePort(_ wire: inout Wire, isIPv6: Bool) async throws(ProbeFailure) -> UInt16 {
        let command = isIPv6 ? "EPSV" : "PASV"
        wire.send(line: command, awaiting: "the answer to \(command)")
        let text = try await wire.reply(2).text
        let inner = text.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
        let port: UInt16?
        if isIPv6 {
            // (|||6446|)
            port = inner.split(separator: "|").first.flatMap { UInt16($0) }
        } else {
            // (192,0,2,1,25,46); some leave the parentheses out.
            let numbers = (inner.isEmpty ? text.drop { !("0"..."9").contains($0) } : inner)
                .split(whereSeparator: { !("0"..."9").contains($0) }).compactMap { UInt8($0) }
            port = numbers.count >= 6 ? UInt16(numbers[4]) << 8 | UInt16(numbers[5]) : nil
        }
        guard let port, port != 0 else { throw ProbeFailure("'\(text.quotable)' names no port") }
        return port
    }
}
