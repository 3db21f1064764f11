internal import Health
internal import NIOHTTP1

extension Prober {
    /// Asks gRPC's health service, which must say that it serves.
    func probeGRPC(_ check: Check, _ grpc: GRPCCheck) async throws(ProbeFailure) -> Outcome {
        let deadline = Deadline(check.timeout)
        let call = GRPCHealthCall(grpc)
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: "/grpc.health.v1.Health/Check",
            headers: [
                "host": "\(check.target)", "content-type": "application/grpc", "te": "trailers",
                "user-agent": "swerve",
            ])
        let answer = try await fetch(
            HTTPExchange(
                head: head, body: call.request, hasBody: { $0 == 200 },
                context: grpc.isSecure ? try tlsContext(TLSCheck(), isHTTP2: true) : nil, isHTTP2: true),
            of: check.target, deadline)
        try call.judge(answer)
        return .success("serving \(deadline.elapsed)")
    }
}

/// One call of `grpc.health.v1.Health/Check`.
struct GRPCHealthCall {
    /// What is sent: a message of gRPC, whose content is HealthCheckRequest with field 1, a string.
    let request: [UInt8]

    init(_ check: GRPCCheck) {
        let name = Array(check.service.utf8)
        let message = name.isEmpty ? [] : [0x0A] + Self.variable(name.count) + name
        request = [0] + (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (8 * (3 - $0))) } + message
    }

    func judge(_ answer: HTTPAnswer) throws(ProbeFailure) {
        guard answer.status == 200 else { throw ProbeFailure("HTTP \(answer.status)") }
        // Where nothing is answered, the header is all there is.
        switch (answer.trailers.first(name: "grpc-status") ?? answer.headers.first(name: "grpc-status")) {
        case nil, "0"?: break
        case "5"?: throw ProbeFailure("the service is unknown")
        case "12"?: throw ProbeFailure("it has no health service")
        case let code?: throw ProbeFailure("the call failed with status \(code.quotable)")
        }
        let data = answer.body
        guard data.count >= 5 else { throw ProbeFailure("the answer has no status") }
        if data[0] != 0 { throw ProbeFailure("the answer is compressed") }
        let length = data[1...4].reduce(0) { $0 << 8 | Int($1) }
        guard data.count - 5 == length else { throw ProbeFailure("the answer has no status") }
        // HealthCheckResponse: field 1, a number; where it is left out it is 0, unknown.
        switch length >= 2 && data[5] == 8 ? Int(data[6]) : 0 {
        case 1: return
        case 0: throw ProbeFailure("its health is unknown")
        case 2: throw ProbeFailure("it is not serving")
        case 3: throw ProbeFailure("the service is unknown")
        case let status: throw ProbeFailure("its health is \(status)")
        }
    }

    /// A number as Protocol Buffers have it.
    private static func variable(_ value: Int) -> [UInt8] {
        value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F | 0x80)] + variable(value >> 7)
    }
}
