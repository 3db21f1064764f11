import Addresses
import Answering
import DNSWire
import Testing

/// A question as dig's command line has it, and the message that it makes.
///
/// Unlike dig's, a question is bare unless it says otherwise: no RD, no AD, no EDNS, no cookie. Known are `-x`, `-c`,
/// `-b` and the options below, each with `no` in front of it too.
struct DigCommand {
    /// The words after `dig`.
    let text: String
    /// Where it comes from: `-b`.
    private(set) var client = "192.0.2.53"
    /// `+tcp`
    private(set) var transport = Transport.udp

    private var name: [UInt8]?
    private var type: UInt16 = 1
    private var recordClass: UInt16 = 1
    private var flags: UInt16 = 0
    private var opcode: UInt16 = 0
    private var hasQuestion = true
    // Version, size, flags and options of the OPT record; nil without one.
    private var version: UInt8?
    private var size: UInt16 = 1232
    private var ednsFlags: UInt16 = 0
    private var options: [UInt8] = []

    /// What is wrong with a command; a mistake in the test.
    struct Mistake: Error, CustomStringConvertible {
        let description: String
    }

    init(_ text: String) throws {
        self.text = text
        var words = text.split(whereSeparator: \.isWhitespace).map(String.init)[...]
        while let word = words.popFirst() {
            switch word {
            case "-b": client = words.popFirst() ?? ""
            case "-c": recordClass = try Self.recordClass(words.popFirst() ?? "")
            case "-x": try reverse(words.popFirst() ?? "")
            default:
                if word.hasPrefix("+") {
                    try take(option: String(word.dropFirst()))
                } else if let type = RecordType(word) {
                    self.type = type.rawValue
                } else if name == nil {
                    name = try DomainName(word).wire
                } else {
                    recordClass = try Self.recordClass(word)
                }
            }
        }
    }

    /// The identifier of every message.
    static let identifier: UInt16 = 0x1034

    /// The message.
    var message: [UInt8] {
        let counts: [UInt16] = [hasQuestion ? 1 : 0, 0, 0, version == nil ? 0 : 1]
        var message = ([Self.identifier, flags | opcode << 11] + counts).flatMap(big)
        if hasQuestion { message += (name ?? [0]) + big(type) + big(recordClass) }
        if let version {
            message += [0] + big(41) + big(size) + [0, version] + big(ednsFlags) + big(UInt16(options.count))
            message += options
        }
        return message
    }

    private mutating func take(option: String) throws {
        if option.hasPrefix("no") {
            // What isn't asked for is off here from the beginning.
            return
        }
        let parts = option.split(separator: "=", maxSplits: 1).map(String.init)
        let value = parts.count == 2 ? parts[1] : nil
        func number(_ standard: Int) -> Int { value.flatMap { Int($0) ?? hexadecimal($0) } ?? standard }
        switch parts[0] {
        case "tcp": transport = .tcp
        case "rec", "recurse", "rdflag": flags |= HeaderFlags.recursionDesired.rawValue
        case "ad", "adflag": flags |= HeaderFlags.authenticData.rawValue
        case "cd", "cdflag": flags |= HeaderFlags.checkingDisabled.rawValue
        case "aa", "aaflag": flags |= HeaderFlags.authoritative.rawValue
        case "tc", "tcflag": flags |= HeaderFlags.truncated.rawValue
        case "ra", "raflag": flags |= HeaderFlags.recursionAvailable.rawValue
        case "z", "zflag": flags |= 0x40
        case "ignore": break
        case "opcode": opcode = UInt16(number(0))
        case "header-only": hasQuestion = false
        case "edns": version = UInt8(number(0))
        case "bufsize":
            version = version ?? 0
            size = UInt16(number(1232))
        case "dnssec", "do":
            version = version ?? 0
            ednsFlags |= 0x8000
        case "ednsflags":
            version = version ?? 0
            ednsFlags |= UInt16(number(0))
        case "ednsopt":
            let option = (value ?? "").split(separator: ":").map(String.init)
            guard let code = UInt16(option[0]) else { throw Mistake(description: "+\(parts)") }
            add(option: code, try octets(option.count > 1 ? option[1] : ""))
        case "nsid": add(option: 3, [])
        case "subnet": add(option: 8, try Self.subnet(value ?? "0"))
        case "expire": add(option: 9, [])
        case "cookie": add(option: 10, try octets(value ?? "0102030405060708"))
        case "keepalive": add(option: 11, [])
        case "padding": add(option: 12, Array(repeating: 0, count: number(0)))
        default: throw Mistake(description: "+\(option)")
        }
    }

    private mutating func add(option code: UInt16, _ data: [UInt8]) {
        version = version ?? 0
        options += big(code) + big(UInt16(data.count)) + data
    }

    private mutating func reverse(_ address: String) throws {
        guard let address = IPAddress(address) else { throw Mistake(description: "-x \(address)") }
        switch address {
        case .v4:
            let labels = address.bytes.reversed().map { "\($0)" }
            name = try DomainName((labels + ["in-addr", "arpa"]).joined(separator: ".")).wire
        case .v6:
            let labels = address.bytes.reversed().flatMap {
                [String($0 & 15, radix: 16), String($0 >> 4, radix: 16)]
            }
            name = try DomainName((labels + ["ip6", "arpa"]).joined(separator: ".")).wire
        }
        type = RecordType.ptr.rawValue
    }

    private static func recordClass(_ text: String) throws -> UInt16 {
        let known: [String: UInt16] = ["IN": 1, "CH": 3, "HS": 4, "NONE": 254, "ANY": 255]
        if let number = known[text.uppercased()] { return number }
        guard text.uppercased().hasPrefix("CLASS"), let number = UInt16(text.dropFirst(5)) else {
            throw Mistake(description: "class \(text)")
        }
        return number
    }

    /// RFC 7871 §6: family, both prefix lengths, the address's octets as far as the prefix goes.
    private static func subnet(_ text: String) throws -> [UInt8] {
        if text == "0" { return [0, 0, 0, 0] }
        let parts = text.split(separator: "/")
        guard let address = IPAddress(parts[0]), let length = UInt8(parts.last ?? "") else {
            throw Mistake(description: "+subnet=\(text)")
        }
        let family: UInt16 = address.bytes.count == 4 ? 1 : 2
        return big(family) + [length, 0] + address.bytes.prefix((Int(length) + 7) / 8)
    }
}

extension DigCommand: CustomTestStringConvertible {
    var testDescription: String { "dig \(text)" }
}

/// Sixteen bits in network order.
func big(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }

private func hexadecimal(_ text: String) -> Int? {
    text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : nil
}

/// Octets written as pairs of digits.
func octets(_ hexadecimal: String) throws -> [UInt8] {
    let digits = Array(hexadecimal)
    return try stride(from: 0, to: digits.count, by: 2).map { start in
        guard let octet = UInt8(String(digits[start..<min(start + 2, digits.count)]), radix: 16) else {
            throw DigCommand.Mistake(description: hexadecimal)
        }
        return octet
    }
}
