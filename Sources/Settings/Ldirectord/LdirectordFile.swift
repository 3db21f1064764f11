import Addresses
import Director

/// A value of ldirectord.cf and where it is written.
struct Located<Value> {
    let value: Value
    let place: Place

    init(_ value: Value, _ place: Place) {
        self.value = value
        self.place = place
    }
}

/// What an ldirectord.cf says: every directive of its grammar, those without effect here too.
struct LdirectordFile {
    /// What can be said for all virtual servers, and for one.
    struct Common {
        var checkTimeout: Located<Int>?
        var negotiateTimeout: Located<Int>?
        var checkInterval: Located<Int>?
        var checkCount: Located<Int>?
        var failureCount: Located<Int>?
        var fallback: Located<Fallback>?
        var fallback6: Located<Fallback>?
        var fallbackCommand: Located<String>?
        var isQuiescent: Located<Bool>?
        var cleanstop: Located<Bool>?
        var emailAlert: Located<String>?
        var emailAlertFrequency: Located<Int>?
        var emailAlertStatus: Located<[String]>?
        var smtp: Located<String>?
    }

    /// `ip|host[:port] [gate|masq|ipip]`
    struct Fallback {
        var host: Located<String>
        var port: Located<String>?
        /// gate where nothing is written.
        var forwarding: Forwarding
    }

    /// `ip|host[->ip|host][:port] gate|masq|ipip [weight] ["request", "receive"] [l:N] [u:N]`
    struct Real {
        var host: Located<String>
        var lastHost: Located<String>?
        var port: Located<String>?
        var forwarding: Forwarding
        var weight = 1
        var request: Located<String>?
        var receive: Located<String>?
        var lowerThreshold = 0
        var upperThreshold = 0
        var place: Place
    }

    /// What a virtual server is reached by.
    enum Target {
        case endpoint(host: Located<String>, port: Located<String>)
        case mark(UInt32)
    }

    enum CheckType: Equatable {
        case connect, negotiate, ping, off, on, external, externalPerl
        /// So many connections, then one negotiation.
        case combined(Int)

        static let names: [String: CheckType] = [
            "connect": .connect, "negotiate": .negotiate, "ping": .ping, "off": .off, "on": .on,
            "external": .external, "external-perl": .externalPerl,
        ]
    }

    enum TransportName: String, CaseIterable {
        case tcp, udp, fwm
    }

    struct Virtual {
        var target: Target
        var family: AddressFamily
        var place: Place
        var common = Common()
        var reals: [Real] = []
        var checkType: Located<CheckType>?
        var service: Located<String>?
        var checkCommand: Located<String>?
        var checkPort: Located<UInt16>?
        var request: Located<String>?
        var receive: Located<String>?
        var httpMethod: Located<String>?
        var virtualHost: Located<String>?
        var login: Located<String>?
        var password: Located<String>?
        var database: Located<String>?
        var secret: Located<String>?
        var load: Located<String>?
        var scheduler: Located<String>?
        var schedulerFlags: Located<[Located<String>]>?
        var persistent: Located<Int>?
        var netmask: Located<String>?
        var transport: Located<TransportName>?
        var onePacket: Located<Bool>?
        var monitorFile: Located<String>?
        var serviceName: Located<String>?
        var comment: Located<String>?
    }

    var common = Common()
    var autoreload: Located<Bool>?
    var callback: Located<String>?
    var log: LogPlace?
    var execute: [Located<String>] = []
    var isSupervised: Located<Bool>?
    var forks: Located<Bool>?
    var readdQuiescent: Located<Bool>?
    var maintenanceDirectory: Located<String>?
    var emailAlertFrom: Located<String>?
    var virtuals: [Virtual] = []
}
