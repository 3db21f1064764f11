import Addresses
import Director

/// The hosts and ports that an ldirectord.cf names, all hosts resolved at once within a bound on the time.
struct LdirectordNames {
    private typealias Question = ReaderEnvironment.HostQuestion

    private let reading: Reading
    private let resolved: [Question: IPAddress]

    init(_ file: LdirectordFile, reading: Reading) {
        self.reading = reading
        var questions: Set<Question> = []
        func ask(_ host: Located<String>?, _ family: AddressFamily) {
            guard let host, IPAddress(host.value) == nil, Self.isHostName(host.value) else { return }
            questions.insert(Question(host: host.value, family: family))
        }
        for virtual in file.virtuals {
            if case .endpoint(let host, _) = virtual.target { ask(host, virtual.family) }
            for real in virtual.reals {
                ask(real.host, virtual.family)
                ask(real.lastHost, virtual.family)
            }
            let global = virtual.family == .v4 ? file.common.fallback : file.common.fallback6
            ask((virtual.common.fallback ?? virtual.common.fallback6 ?? global)?.value.host, virtual.family)
        }
        let environment = reading.environment
        resolved = questions.isEmpty ? [:] : environment.resolve(questions, environment.resolutionTime)
    }

    /// The address of a host, by its numbers or by its name; nil after it was told why there is none.
    func address(_ host: Located<String>, _ family: AddressFamily) -> IPAddress? {
        if let address = IPAddress(host.value) {
            if address.family == family { return address }
            reading.error("'\(host.value)' is no IP\(family.rawValue) address", at: host.place)
            return nil
        }
        guard Self.isHostName(host.value) else {
            reading.error("invalid address '\(host.value)'", at: host.place)
            return nil
        }
        if let address = resolved[Question(host: host.value, family: family)] { return address }
        reading.error(
            "no IP\(family.rawValue) address was found for '\(host.value)'", at: host.place,
            hint:
                "names are resolved when the file is read, within \(DurationText.text(reading.environment.resolutionTime)); "
                + "an address needs no resolver")
        return nil
    }

    /// The number of a port; nil after it was told why there is none.
    func port(_ port: Located<String>, _ transport: TransportProtocol) -> UInt16? {
        if let number = decimal(port.value) {
            if let port = UInt16(exactly: number) { return port }
            reading.error("a port is from 0 to 65535, not \(port.value)", at: port.place)
            return nil
        }
        if let number = reading.environment.port(port.value, transport) { return number }
        reading.error("no port is named '\(port.value)'", at: port.place)
        return nil
    }

    /// Whether a text that is no address may be a host's name; `1.2.3` and `10.0.0.300` are mistakes.
    private static func isHostName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 253
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"),
                    UInt8(ascii: "+"):
                    true
                default: false
                }
            } && text.contains { $0.isLetter }
    }
}
