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
        func isThere(_ text: [UInt8]) -> Bool {
            if case .bytes(let bytes) = exchange.expected { return text.contains(sequence: bytes) }
            return pattern?.matches(text) == .matched
        }
        var text: [UInt8] = []
        // What comes in very many parts is looked at as it doubles, so that it costs no more than what comes whole.
        var looks = 0
        var next = 0
        while text.count < Wire.maximumText, let part = try await wire.part() {
            if exchange.isUDP { text = part } else { text += part }
            if looks >= 32 && text.count < next { continue }
            looks += 1
            next = text.count * 2
            if isThere(text) { return }
        }
        if isThere(text) { return }
        throw ProbeFailure(text.isEmpty ? "closed without an answer" : "what is expected did not come")
    }
}

extension [UInt8] {
    /// Whether other bytes stand somewhere in these.
    func contains(sequence other: [UInt8]) -> Bool {
        guard let first = other.first else { return true }
        guard count >= other.count else { return false }
        for start in 0...(count - other.count) where self[start] == first {
            if self[start..<(start + other.count)].elementsEqual(other) { return true }
        }
        return false
    }
}
