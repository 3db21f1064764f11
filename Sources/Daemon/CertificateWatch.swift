internal import Control
internal import Director
internal import Health
internal import Synchronization

/// When the certificates end that real servers show to their checks. It says so, and decides nothing.
final class CertificateWatch: Sendable {
    private static let day: Int64 = 86_400

    private struct State {
        /// What each check is made for: `tcp 192.0.2.1:443 → 10.0.0.1:443`.
        var subjects: [Check: String] = [:]
        /// When the certificate ends that it was shown last, in seconds since 1970.
        var ends: [Check: Int64] = [:]
        /// Those of which it has been said that they end soon.
        var ending: Set<Check> = []
    }
    private let state = Mutex(State())

    /// When the certificates end, in seconds since 1970, by the checks that they were shown to.
    var ends: [Check: Int64] { state.withLock { $0.ends } }

    /// Follows another plan; of checks that both have all stays known.
    func follow(_ plan: ControlPlan) {
        var subjects: [Check: String] = [:]
        for service in plan.services {
            for member in service.members + (service.fallback.map { [$0] } ?? [])
            where subjects[member.check] == nil {
                subjects[member.check] = "\(service.key) → \(member.destination.endpoint)"
            }
        }
        state.withLock { state in
            state.subjects = subjects
            state.ends = state.ends.filter { subjects[$0.key] != nil }
            state.ending.formIntersection(subjects.keys)
        }
    }

    /// Takes note of a certificate that ends at a time; what is to be said about it: once when its end has come
    /// near, once when another has taken its place.
    func note(_ shown: Check, end: Int64, at now: Int64) -> Occurrence? {
        var check = shown
        // The mark is the probe's own.
        check.path?.mark = nil
        return state.withLock { state in
            guard let subject = state.subjects[check] else { return nil }
            state.ends[check] = end
            if check.isNear(end, at: now) {
                guard state.ending.insert(check).inserted else { return nil }
                return Occurrence(.warning, subject, "its certificate \(Self.words(end, at: now))")
            }
            guard state.ending.remove(check) != nil else { return nil }
            return Occurrence(.info, subject, "its certificate \(Self.words(end, at: now))")
        }
    }

    /// `ends in 9 days`, `ended 2 days ago`.
    static func words(_ end: Int64, at now: Int64) -> String {
        let left = end - now
        let days = abs(left) / day
        let span = days == 0 ? "less than a day" : "\(days) day\(days == 1 ? "" : "s")"
        return left < 0 ? "ended \(span) ago" : "ends in \(span)"
    }
}

extension Check {
    /// Whether a certificate ends so soon that it is to be said.
    func isNear(_ end: Int64, at now: Int64) -> Bool {
        let notice = certificateNotice.components.seconds
        return notice > 0 && end - now < notice
    }
}
