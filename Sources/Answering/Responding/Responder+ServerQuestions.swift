internal import Addresses
internal import DNSWire
internal import Telemetry

/// Questions about the server itself (class CH).
extension Responder {
    /// Answers TXT and ANY of the names that BIND, NSD and Knot know; all else of the class is refused, as NSD
    /// and Knot do. There is no zone, so there is no authority.
    mutating func answerServerQuestion(_ type: RecordType, from client: IPAddress, _ draft: inout Draft) {
        counters.add(.serverQuestions)
        draft.code = .refused
        guard table.access.allows(client, list: table.generalAccess) else {
            draft.extendedError = .prohibited
            return
        }
        draft.extendedError = .notSupported
        guard type == .txt || type == .any else { return }
        switch table.identity.answer(to: question) {
        case .unknown: return
        case .withheld: draft.extendedError = .prohibited
        case .record(let start, let count):
            draft.code = .noError
            draft.extendedError = nil
            guard draft.fits(2 &+ count) else { return }
            draft.output.store(big16: 0xC000 | UInt16(MessageSize.header), at: draft.position)
            draft.output.copy(table.identity.octets, from: start, count: count, to: draft.position &+ 2)
            draft.position &+= 2 &+ count
            draft.answers = 1
        }
    }
}
