internal import Health

extension Prober {
    /// Bytes of an agent's line, far above what agents say.
    private static let maximumAgentLine = 1024

    /// Asks an agent; the line that it says is the success.
    func probeAgent(_ check: Check, sending text: [UInt8]) async throws(ProbeFailure) -> Outcome {
        let line = try await converse(check.target, .stream, until: Deadline(check.timeout)) {
            (wire) async throws(ProbeFailure) in
            wire.expect("the agent's line")
            if !text.isEmpty { wire.send(text, awaiting: "the agent's line") }
            var line: [UInt8] = []
            // A line ends at its end, or with the connection.
            while let part = try await wire.part() {
                if let end = part.firstIndex(of: 10) { return line + part[..<end] }
                line += part
                if line.count > Self.maximumAgentLine { break }
            }
            return line
        }
        if line.count > Self.maximumAgentLine { throw ProbeFailure("the agent's line has no end in 1 KB") }
        let printable = line.map { (0x20...0x7E).contains($0) || $0 == 9 ? $0 : UInt8(ascii: " ") }
        let words = printable.split(separator: UInt8(ascii: " "))
        if words.isEmpty { throw ProbeFailure("the agent said nothing") }
        return .success(words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: " "))
    }
}
