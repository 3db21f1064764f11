internal import Addresses
internal import DNSWire

/// Queries signed by a key: there are no keys here, so none is known.
extension Responder {
    /// Makes of a draft NOTAUTH with a TSIG record that says BADKEY, without a signature (RFC 8945 §5.2.1).
    @inline(never)
    mutating func refuseSignature(
        _ query: RawSpan, _ extras: QueryExtras, _ reply: EDNSReply, _ client: IPAddress, _ draft: inout Draft
    ) {
        var reply = reply
        // The name would come on top of what the query had, and the signature is not even known.
        reply.hasServerID = false
        let limit = draft.limit &+ reply.reserved
        let signature = unknownSignature(query, at: extras.signature)
        draft.code = signature == nil ? .formatError : .notAuthorized
        if extras.hasEDNS { appendOPT(reply, for: query, client, &draft) }
        guard let signature, draft.position + signature.kept + 8 <= limit else { return }
        // Owner, type, class and TTL, then the algorithm, the time and the fudge as they came; no MAC; the
        // original identifier, BADKEY, nothing more.
        let output = draft.output
        let position = draft.position
        let kept = signature.kept
        output.copy(query, from: extras.signature, count: kept, to: position)
        output.store(big16: UInt16(signature.length), at: position + signature.data - 2)
        output.store(big16: 0, at: position + kept)
        output.store(big16: query.big16(at: signature.identifier), at: position + kept + 2)
        output.store(big16: 17, at: position + kept + 4)
        output.store(big16: 0, at: position + kept + 6)
        draft.position = position + kept + 8
        draft.additionals &+= 1
    }

    /// What is given back of a TSIG record: its octets up to the MAC's length, where its data begins among them,
    /// the octets that its data will have, and where the query has the original identifier. Nil if it is
    /// malformed.
    private mutating func unknownSignature(
        _ query: RawSpan, at start: Int
    ) -> (kept: Int, data: Int, length: Int, identifier: Int)? {
        guard spare.read(query, at: start) else { return nil }
        let data = start + spare.length + 10
        let dataEnd = data + Int(query.big16(at: data - 2))
        // Class ANY and TTL 0 (§4.2), which go back as they are.
        guard query.big16(at: data - 8) == 255, query.big32(at: data - 6) == 0 else { return nil }
        guard spare.read(query, at: data), data + spare.length + 10 <= dataEnd else { return nil }
        let times = data + spare.length
        let mac = Int(query.big16(at: times + 8))
        guard times + 10 + mac + 6 <= dataEnd else { return nil }
        return (times + 8 - start, data - start, spare.length + 16, times + 10 + mac)
    }
}
