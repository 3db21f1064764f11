internal import Health

extension Prober {
    /// Asks gRPC's health service, which must say that it serves.
    func probeGRPC(_ check: Check, _ grpc: GRPCCheck) async throws(ProbeFailure) -> Outcome {
        let deadline = Deadline(check.timeout)
        let dialogue = GRPCDialogue(grpc, authority: "\(check.target)")
        try await converse(check.target, grpc.isSecure ? .http2 : .stream, until: deadline) {
            (wire) async throws(ProbeFailure) in
            try await dialogue.hold(&wire)
        }
        return .success("serving \(deadline.elapsed)")
    }
}

/// One call over HTTP/2 (RFC 9113) with what it takes of it: the request's header is written without compression, and
/// of the answer the data alone is read, which says all there is to know.
struct GRPCDialogue {
    private let message: [UInt8]
    private let header: [UInt8]

    init(_ check: GRPCCheck, authority: String) {
        let name = Array(check.service.utf8)
        // HealthCheckRequest: field 1, a string.
        let request = name.isEmpty ? [] : [0x0A] + Self.variable(name.count) + name
        message = [0] + Self.number(request.count, 4) + request
        let fields = [
            (":method", "POST"), (":scheme", check.isSecure ? "https" : "http"),
            (":path", "/grpc.health.v1.Health/Check"), (":authority", authority),
            ("content-type", "application/grpc"), ("te", "trailers"), ("user-agent", "swerve"),
        ]
        // Literal fields that are not indexed, names and values as they are (RFC 7541 §6.2.2).
        header = fields.flatMap { name, value in [0] + Self.string(name) + Self.string(value) }
    }

    func hold(_ wire: inout Wire) async throws(ProbeFailure) {
        let opening =
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + Self.frame(4, 0, 0, [])
            // END_HEADERS, then END_STREAM.
            + Self.frame(1, 4, 1, header) + Self.frame(0, 1, 1, message)
        wire.send(opening, awaiting: "the answer")
        var data: [UInt8] = []
        while true {
            let head = try await wire.bytes(9)
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            guard length <= 1 << 14 else { throw ProbeFailure("the answer is no HTTP/2") }
            let content = try await wire.bytes(length)
            let isOurs = Array(head[5...8]) == [0, 0, 0, 1]
            switch head[3] {
            case 0 where isOurs:
                let padding = head[4] & 8 == 0 ? 0 : Int(content.first ?? 0) + 1
                data += content.dropFirst(padding == 0 ? 0 : 1).dropLast(max(padding - 1, 0))
                if let status = try status(data) { return try judge(status) }
            case 1 where isOurs && head[4] & 1 != 0 && data.isEmpty:
                throw ProbeFailure("the health service gives no answer: it or what is asked about is not known")
            case 3 where isOurs: throw ProbeFailure("the call was reset")
            case 4 where head[4] & 1 == 0: wire.send(Self.frame(4, 1, 0, []), awaiting: "the answer")
            case 6 where head[4] & 1 == 0: wire.send(Self.frame(6, 1, 0, content), awaiting: "the answer")
            case 7: throw ProbeFailure("the connection is going away")
            default: break
            }
            if isOurs, head[4] & 1 != 0, head[3] < 2 { throw ProbeFailure("the answer has no status") }
        }
    }

    /// The status in a HealthCheckResponse; nil while it is not whole.
    private func status(_ data: [UInt8]) throws(ProbeFailure) -> Int? {
        guard data.count >= 5 else { return nil }
        if data[0] != 0 { throw ProbeFailure("the answer is compressed") }
        let length = data[1...4].reduce(0) { $0 << 8 | Int($1) }
        guard length < 1024 else { throw ProbeFailure("the answer is too large") }
        guard data.count >= 5 + length else { return nil }
        let message = Array(data[5..<(5 + length)])
        // Field 1, a number; where it is left out it is 0, unknown.
        guard message.count >= 2, message[0] == 8 else { return 0 }
        return Int(message[1])
    }

    private func judge(_ status: Int) throws(ProbeFailure) {
        switch status {
        case 1: return
        case 0: throw ProbeFailure("its health is unknown")
        case 2: throw ProbeFailure("it is not serving")
        case 3: throw ProbeFailure("the service is unknown")
        default: throw ProbeFailure("its health is \(status)")
        }
    }

    private static func frame(_ type: UInt8, _ flags: UInt8, _ stream: Int, _ content: [UInt8]) -> [UInt8] {
        number(content.count, 3) + [type, flags] + number(stream, 4) + content
    }

    private static func number(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }

    /// A number as Protocol Buffers have it.
    private static func variable(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F | 0x80)] + variable(value >> 7)
    }

    /// A string with its length as HPACK has it (RFC 7541 §5.1): up to 126 octets in one.
    private static func string(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        if bytes.count < 127 { return [UInt8(bytes.count)] + bytes }
        return [127] + variable(bytes.count - 127) + bytes
    }
}
