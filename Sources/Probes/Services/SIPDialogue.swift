internal import Health
internal import NIOCore

/// SIP (RFC 3261): asks for options, which must be answered with 200.
enum SIPDialogue {
    static func hold(_ wire: inout Wire, _ check: ServiceCheck) async throws(ProbeFailure) {
        let callID = String(decoding: [UInt8].random(8).hexadecimal, as: UTF8.self)
        let source = wire.localAddress.flatMap { address in
            address.ipAddress.map { ip in
                (ip.contains(":") ? "[\(ip)]" : ip) + ":\(address.port ?? 5060)"
            }
        }
        let lines = [
            "OPTIONS sip:\(check.login) SIP/2.0",
            "Via: SIP/2.0/\(check.isUDP ? "UDP" : "TCP") \(source ?? "localhost");branch=z9hG4bK\(callID);rport",
            "Max-Forwards: 70", "To: <sip:\(check.login)>",
            "From: <sip:\(check.login)>;tag=\(callID.suffix(8))",
            "Call-ID: \(callID)", "CSeq: 1 OPTIONS", "Contact: <sip:\(check.login)>", "Accept: application/sdp",
            "Content-Length: 0", "", "",
        ]
        wire.send(Array(lines.joined(separator: "\r\n").utf8), awaiting: "the answer")
        while true {
            let line = try await wire.line()
            // Others are the rest of a provisional answer.
            guard line.starts(with: "SIP/2.0 ".utf8) else { continue }
            if line.starts(with: "SIP/2.0 1".utf8) { continue }
            if line.starts(with: "SIP/2.0 200".utf8) {
                wire.expect("the rest of the answer")
                while try await !wire.line().isEmpty {}
                return
            }
            throw ProbeFailure("answered '\(line.quotable)'")
        }
    }
}
