import Addresses
import Health

/// A check as it is written, before it is known where it goes.
struct CheckDraft {
    enum Kind: String, CaseIterable {
        case connect, http, https, on, off
    }

    var kind: Kind
    var path = "/"
    var match: String?
    var host: String?
    var method = HTTPCheck.RequestMethod.get
    var interval: Duration = .seconds(10)
    var timeout: Duration = .seconds(5)
    var rise = 1
    var fall = 1
    /// Whether `fall` is written.
    var hasFall = false
    var judgement = Judgement()
    /// The port to check, where it is another than the real server's.
    var port: UInt16?
    /// Where `through vip` is written, which makes probes take the way of clients.
    var throughVIP: Place?
    /// Where it is written; nil for a default.
    var place: Place?

    /// The check of an address; `port` is used where the draft has none.
    func check(_ address: IPAddress, port: UInt16) -> Check {
        let method: Check.Method =
            switch kind {
            case .connect: .connect
            case .http, .https:
                .http(
                    HTTPCheck(
                        isSecure: kind == .https, requestMethod: self.method, path: path, virtualHost: host,
                        receive: match))
            case .on: .constant(true)
            case .off: .constant(false)
            }
        return Check(
            method, target: Endpoint(address, port: self.port ?? port), interval: interval, timeout: timeout,
            rise: rise, fall: fall, judgement: judgement)
    }

    /// Whether a probe goes anywhere.
    var isProbe: Bool { kind != .on && kind != .off }
}
