internal import DNSWire

/// What was signed elsewhere.
extension ZoneCompiler {
    /// Three days: a weekend is enough to mend what signs the zone.
    private static let soon: Int32 = 3 * 86400

    /// The type that an RRSIG record covers (RFC 4034 §3.1.1).
    func covered(by record: PendingRecord) -> RecordType {
        // Whoever adds records has seen to their form; a short one covers nothing.
        if record.dataLength < 2 { return RecordType(0) }
        return RecordType(zone.word16(0, of: record))
    }

    /// Says which signatures nobody will be answered with.
    mutating func reportUnused(_ signatures: Range<Int>, of node: Int) {
        for index in signatures {
            let record = record(index)
            report(.unusedSignature, isError: false, node: node, record: record) {
                """
                \($0.zone.name(of: node)): the RRSIG record covers \($0.covered(by: record)), which is not there; it \
                is not answered
                """
            }
        }
    }

    /// Says when signatures have run out, or will soon, or hold only later: validating resolvers then take the
    /// answers for bogus. One of them stands for all.
    mutating func checkSignatureTimes(at now: UInt32) {
        var first: (node: Int, record: PendingRecord, left: Int32)?
        var early: (node: Int, record: PendingRecord)?
        var expired = 0
        for node in zone.nodes.indices where places[node] != 0 {
            var next = zone.nodes[node].first
            while next != PendingNode.none {
                let record = zone.records[Int(next)]
                next = record.next
                guard record.type == .rrsig, record.dataLength >= 16 else { continue }
                // Serial arithmetic (RFC 4034 §3.1.5).
                let left = Int32(bitPattern: time(in: record, at: 8) &- now)
                if left <= 0 { expired += 1 }
                if left < first?.left ?? .max { first = (node, record, left) }
                if Int32(bitPattern: time(in: record, at: 12) &- now) > 0, early == nil {
                    early = (node, record)
                }
            }
        }
        if let first, first.left <= Self.soon {
            report(.signatureTime, isError: false, node: first.node, record: first.record) {
                let which = "of \($0.zone.name(of: first.node)) \($0.covered(by: first.record))"
                let moment = SignatureTime.text($0.time(in: first.record, at: 8))
                return expired > 0
                    ? "\(expired) signatures have expired, the first, \(which), at \(moment) (UTC)"
                    : "the signature \(which) expires at \(moment) (UTC); sign the zone again"
            }
        }
        if let early {
            report(.signatureTime, isError: false, node: early.node, record: early.record) {
                """
                the signature of \($0.zone.name(of: early.node)) \($0.covered(by: early.record)) holds only from \
                \(SignatureTime.text($0.time(in: early.record, at: 12))) (UTC) on
                """
            }
        }
    }

    private func time(in record: PendingRecord, at offset: Int) -> UInt32 { zone.word32(offset, of: record) }
}
