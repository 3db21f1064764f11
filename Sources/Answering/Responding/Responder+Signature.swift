internal import DNSWire

/// Queries signed by a key: there are no keys here, so none is known.
extension Responder {
    /// Answers NOTAUTH with a TSIG record that says BADKEY, without a signature (RFC 8945 §5.2.1).
    @inline(never)
    mutating func refuseSignature(
        _ query: RawSpan, _ extras: QueryExtras, _ header: QueryHeader, _ draft: inout Draft
    ) -> Int {
        let start = extras.signature
        draft.code = .formatError
        guard spare.read(query, at: start) else { return finish(&draft, header, questions: 1) }
        let data = start + spare.length + 10
        let dataEnd = data + Int(query.big16(at: data - 2))
        guard spare.read(query, at: data), data + spare.length + 10 <= dataEnd else {
            return finish(&draft, header, questions: 1)
        }
        let times = data + spare.length
        let mac = Int(query.big16(at: times + 8))
        guard times + 10 + mac + 6 <= dataEnd else { return finish(&draft, header, questions: 1) }

        draft.code = .notAuthorized
        let output = draft.output
        let position = draft.position
        // Owner, type, class and TTL, then the algorithm, the time and the fudge as they came; no MAC; the
        // original identifier, BADKEY, nothing more.
        let kept = times + 8 - start
        guard position + kept + 8 <= draft.limit else { return finish(&draft, header, questions: 1) }
        output.copy(query, from: start, count: kept, to: position)
        output.store(big16: UInt16(spare.length + 16), at: position + data - 2 - start)
        output.store(big16: 0, at: position + kept)
        output.store(big16: query.big16(at: times + 10 + mac), at: position + kept + 2)
        output.store(big16: 17, at: position + kept + 4)
        output.store(big16: 0, at: position + kept + 6)
        draft.position = position + kept + 8
        draft.additionals = 1
        return finish(&draft, header, questions: 1)
    }
}
