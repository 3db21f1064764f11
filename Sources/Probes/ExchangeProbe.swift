internal import CLinux
internal import Health
internal import Patterns

extension Prober {
    /// Sends something, and wants to see what is expected in what comes back.
    func probeExchange(_ check: Check, _ exchange: ExchangeCheck) async throws(ProbeFailure) -> Outcome {
        let deadline = Deadline(check.timeout)
        let carrier: Carrier = exchange.isUDP ? .datagrams : exchange.isSecure ? .tls : .stream
        var pattern: Pattern?
        if case .pattern(let text) = exchange.expected { pattern = try compiled(text) }
        try await converse(check.target, carrier, until: deadline) { (wire) async throws(ProbeFailure) in
            try await hold(&wire, exchange, pattern)
        }
        return .success("\(exchange.isUDP ? "udp" : "tcp") answered \(deadline.elapsed)")
    }

    private func hold(
        _ wire: inout Wire, _ exchange: ExchangeCheck, _ pattern: Pattern?
    ) async throws(ProbeFailure) {
        wire.expect("what is expected")
        if !exchange.sent.isEmpty || exchange.isUDP { wire.send(exchange.sent, awaiting: "what is expected") }
        if exchange.expected == nil {
            if exchange.isUDP { _ = try await wire.part() }
            return
        }
        var judging = Judging(until: wire.deadline)
        func isThere(_ text: [UInt8]) async throws(ProbeFailure) -> Bool {
            if case .bytes(let bytes) = exchange.expected { return text.contains(sequence: bytes) }
            guard let pattern else { return false }
            return try await judging.finds(pattern, in: [text], "what came")
        }
        var text: [UInt8] = []
        // What comes in very many parts is looked at as it doubles, so that it costs little more than what comes whole.
        var looked = 0
        var next = 0
        while text.count < Wire.maximumText, let part = try await wire.part() {
            if exchange.isUDP { text = part } else { text += part }
            if looked > 2 * Wire.maximumText, text.count < next { continue }
            looked += text.count
            next = text.count * 2
            if try await isThere(text) { return }
        }
        if try await isThere(text) { return }
        throw ProbeFailure(text.isEmpty ? "closed without an answer" : "what is expected did not come")
    }
}

extension [UInt8] {
    /// Whether other bytes stand somewhere in these; the time is in proportion to the length of both together.
    func contains(sequence other: [UInt8]) -> Bool { memmem(self, count, other, other.count) != nil }
}
