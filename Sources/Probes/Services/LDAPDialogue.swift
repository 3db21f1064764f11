internal import Health

/// LDAP (RFC 4511): binds, with a name and a password where they are given, and reads the one entry that is named;
/// the empty name is the server's own entry.
enum LDAPDialogue {
    /// The name of the entry.
    static func hold(_ wire: inout Wire, _ check: ServiceCheck) async throws(ProbeFailure) -> [UInt8] {
        let isNamed = !check.login.isEmpty && !check.password.isEmpty
        let bind =
            BER.integer(3) + BER.element(0x04, isNamed ? Array(check.login.utf8) : [])
            + BER.element(0x80, isNamed ? Array(check.password.utf8) : [])
        wire.send(message(1, BER.element(0x60, bind)), awaiting: "the answer to the bind")
        let bound = try await response(&wire)
        guard bound.tag == 0x61 else { throw ProbeFailure("the answer to the bind is another message") }
        try demandSuccess(bound.content, "bind refused")

        // Scope base, aliases as they are, no limits, (objectClass=*), no attributes.
        let search =
            BER.element(0x04, Array(check.request.utf8)) + BER.element(0x0A, [0]) + BER.element(0x0A, [0])
            + BER.integer(0) + BER.integer(0) + BER.element(0x01, [0])
            + BER.element(0x87, Array("objectClass".utf8))
            + BER.element(0x30, BER.element(0x04, Array("1.1".utf8)))
        wire.send(message(2, BER.element(0x63, search)), awaiting: "the entry")
        var name: [UInt8]?
        while true {
            let answer = try await response(&wire)
            switch answer.tag {
            case 0x64:
                if name != nil { throw ProbeFailure("more than one entry came") }
                var reader = BER(answer.content)
                guard let found = reader.element(), found.tag == 0x04 else { throw BER.malformed }
                name = Array(found.content)
            case 0x73: continue
            case 0x65:
                try demandSuccess(answer.content, "search failed")
                guard let name else { throw ProbeFailure("no entry came") }
                wire.send(message(3, BER.element(0x42, [])), awaiting: "nothing")
                return name
            default: throw ProbeFailure("the answer to the search is another message")
            }
        }
    }

    private static func message(_ number: UInt8, _ operation: [UInt8]) -> [UInt8] {
        BER.element(0x30, BER.integer(number) + operation)
    }

    /// Reads one message; its operation.
    private static func response(
        _ wire: inout Wire
    ) async throws(ProbeFailure) -> (tag: UInt8, content: ArraySlice<UInt8>) {
        let head = try await wire.bytes(2)
        guard head[0] == 0x30 else { throw ProbeFailure("the answer is no LDAP") }
        var length = Int(head[1])
        if length >= 0x80 {
            let count = length - 0x80
            guard (1...4).contains(count) else { throw BER.malformed }
            length = try await wire.bytes(count).reduce(0) { $0 << 8 | Int($1) }
        }
        guard length <= Wire.maximumText else {
            throw ProbeFailure("a message of \(length) bytes is too large")
        }
        var reader = BER(try await wire.bytes(length)[...])
        guard let number = reader.element(), number.tag == 0x02, let operation = reader.element() else {
            throw BER.malformed
        }
        // A notice of disconnection (§4.4.1).
        if operation.tag == 0x78 { try demandSuccess(operation.content, "disconnected") }
        return operation
    }

    private static func demandSuccess(_ result: ArraySlice<UInt8>, _ words: String) throws(ProbeFailure) {
        var reader = BER(result)
        guard let code = reader.element(), code.tag == 0x0A, let number = code.content.first else {
            throw BER.malformed
        }
        if number == 0 { return }
        _ = reader.element()
        let text = reader.element().map { Array($0.content).quotable } ?? ""
        throw ProbeFailure("\(words): LDAP result \(number)" + (text.isEmpty ? "" : " (\(text))"))
    }
}

/// The part of BER (X.690) that LDAP uses: definite lengths.
struct BER {
    static let malformed = ProbeFailure("the answer is no LDAP")

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The next element; nil at the end, and where there is none.
    mutating func element() -> (tag: UInt8, content: ArraySlice<UInt8>)? {
        guard let tag = rest.popFirst(), let first = rest.popFirst() else { return nil }
        var length = Int(first)
        if first >= 0x80 {
            let count = length - 0x80
            guard (1...4).contains(count), rest.count >= count else { return nil }
            length = rest.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(count)
        }
        guard length <= rest.count else { return nil }
        defer { rest = rest.dropFirst(length) }
        return (tag, rest.prefix(length))
    }

    static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        if count < 0x80 { return [tag, UInt8(count)] + content }
        return [tag, 0x83, UInt8(count >> 16 & 0xFF), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)] + content
    }

    static func integer(_ value: UInt8) -> [UInt8] { [0x02, 0x01, value] }
}
