import DNSWire

/// A query.
struct Query: CustomStringConvertible {
    var name: DomainName
    var type: RecordType
    var recordClass: UInt16 = 1
    var isOverTCP = false
    var wantsRecursion = false
    var authenticData = false
    var checkingDisabled = false
    /// The UDP size offered by EDNS; nil: no EDNS.
    var size: UInt16?
    var wantsDNSSEC = false

    /// The message.
    func message(id: UInt16) -> [UInt8] {
        let flags: UInt16 =
            (wantsRecursion ? 0x100 : 0) | (authenticData ? 0x20 : 0) | (checkingDisabled ? 0x10 : 0)
        var bytes = big(id) + big(flags) + [0, 1, 0, 0, 0, 0, 0, size == nil ? 0 : 1]
        bytes += name.wire + big(type.rawValue) + big(recordClass)
        if let size { bytes += [0, 0, 41] + big(size) + [0, 0, wantsDNSSEC ? 0x80 : 0, 0, 0, 0] }
        return bytes
    }

    private func big(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 255)] }

    /// The most octets that an answer over UDP may have, with 1232 as the servers' own limit.
    var limit: Int { isOverTCP ? 65535 : max(512, min(Int(size ?? 512), 1232)) }

    /// As dig's command line has it.
    var description: String {
        var words = ["\(name)", "\(type)"]
        if recordClass != 1 { words.append("CLASS\(recordClass)") }
        if isOverTCP { words.append("+tcp") }
        if wantsRecursion { words.append("+rd") }
        if authenticData { words.append("+ad") }
        if checkingDisabled { words.append("+cd") }
        if let size { words.append("+bufsize=\(size)") }
        if wantsDNSSEC { words.append("+do") }
        return words.joined(separator: " ")
    }

    /// What is wrong with a query's text.
    struct Mistake: Error { let text: String }

    /// Reads what ``description`` writes; names are relative to the root.
    init(_ text: String) throws {
        var words = text.split(separator: " ").map(String.init)[...]
        guard let name = words.popFirst(), let word = words.popFirst(), let type = RecordType(word) else {
            throw Mistake(text: text)
        }
        self.init(name: try DomainName(name), type: type)
        for word in words {
            switch word {
            case "+tcp": isOverTCP = true
            case "+rd": wantsRecursion = true
            case "+ad": authenticData = true
            case "+cd": checkingDisabled = true
            case "+do": wantsDNSSEC = true
            default:
                if word.hasPrefix("CLASS"), let number = UInt16(word.dropFirst(5)) {
                    recordClass = number
                } else if word.hasPrefix("+bufsize="), let number = UInt16(word.dropFirst(9)) {
                    size = number
                } else {
                    throw Mistake(text: text)
                }
            }
        }
    }

    init(name: DomainName, type: RecordType) {
        self.name = name
        self.type = type
    }
}
