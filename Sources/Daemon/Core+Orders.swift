internal import Control
internal import ControlProtocol
internal import Director

extension Core {
    /// How long a drain waits for connections unless something is said.
    private static let drainPatience = Duration.seconds(15 * 60)

    /// Carries out an admin's order.
    func order(_ request: OrderRequest) async throws(Failure) -> OrderReport {
        if let seconds = request.seconds, !(0...3_155_760_000).contains(seconds) {
            throw Failure("a time is from 0 s to a hundred years, not \(seconds) s")
        }
        if request.seconds != nil, [.enable, .weight].contains(request.action) {
            throw Failure("'\(request.action)' holds until another order, not for a time")
        }
        if let weight = request.weight, !(0...65_535).contains(weight) {
            throw Failure("a weight is from 0 to 65535, not \(weight)")
        }
        let span = request.seconds.map { Duration.seconds($0) }
        let command: OrderCommand =
            switch request.action {
            case .enable: .enable
            case .disable: .disable
            case .drain: .drain(patience: span ?? Self.drainPatience)
            case .up: .up
            case .down: .down
            case .weight: .weight(request.weight.map { Int32($0) })
            }
        // It stands in logs of a line each.
        let reason = request.reason?.split(whereSeparator: \.isNewline).joined(separator: " ")
        do {
            let outcomes = try await controller.order(
                command, SubjectPattern(request.subject), for: span, because: reason)
            return OrderReport(
                subjects: outcomes.map {
                    .init(kind: $0.subject.kind.rawValue, name: "\($0.subject)", words: $0.words)
                },
                warning: await controller.orderTrouble.map { "\($0); a restart will forget what was ordered" })
        } catch {
            throw Failure(error.text, hint: error.hint)
        }
    }
}
