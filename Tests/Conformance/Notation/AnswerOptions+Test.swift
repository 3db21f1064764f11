import Answering

extension AnswerOptions {
    /// Nothing but what an answer needs.
    static let minimal = AnswerOptions()
    /// With the zone's servers, and the addresses of whatever name is in the answer.
    static let full = AnswerOptions(minimalResponses: .no)
    /// With those addresses alone.
    static let withoutAuthority = AnswerOptions(minimalResponses: .noAuth)
}
