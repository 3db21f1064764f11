internal import Glibc

extension Lexer {
    /// Reads a host identity (RFC 8005 §6): algorithm, tag in hexadecimal, key in base64, each one word, and
    /// the names of rendezvous servers. The wire has the lengths first.
    mutating func hostIdentity(into buffer: inout WireBuffer, origin: borrowing WireBuffer) throws(Mistake) {
        let algorithm = try number("algorithm", upTo: 255)
        skipBlanks()
        let tagRange = try word("tag")
        var tag = WireBuffer(capacity: 255)
        if !dottedHex(tagRange, into: &tag) || tag.count == 0 || tag.isOverfull {
            throw Mistake("the tag is not of 1 to 255 pairs of hexadecimal digits", at: tagRange)
        }
        skipBlanks()
        let keyRange = try word("key")
        var key = WireBuffer(capacity: 65535)
        var decoder = Base64Decoder()
        for index in keyRange where !decoder.take(bytes[index], into: &key) {
            throw Mistake(
                "invalid base64 digit '\(string(index..<(index + 1)))' in the key", at: index..<(index + 1))
        }
        if !decoder.isWhole || key.count == 0 || key.isOverfull {
            throw Mistake("base64 of the key ends early", at: keyRange, hint: "the key is one word")
        }
        buffer.append(UInt8(truncatingIfNeeded: tag.count))
        buffer.append(UInt8(truncatingIfNeeded: algorithm))
        buffer.append(UInt16(truncatingIfNeeded: key.count))
        buffer.append(contentsOf: tag.octets)
        buffer.append(contentsOf: key.octets)
        while true {
            skipBlanks()
            if isAtEntryEnd { return }
            try name("rendezvous server", into: &buffer, origin: origin)
        }
    }

    /// Reads a protocol and ports (RFC 1035 §3.4.2), as numbers or by the names that this host knows.
    mutating func services(into buffer: inout WireBuffer) throws(Mistake) {
        let (protocolNumber, protocolName) = try protocolNumber()
        buffer.append(protocolNumber)
        var bits: [UInt8] = []
        while true {
            skipBlanks()
            if isAtEntryEnd { break }
            let port = try port(of: protocolName)
            while bits.count <= port / 8 { bits.append(0) }
            bits[port / 8] |= 0x80 >> UInt8(port % 8)
        }
        buffer.append(contentsOf: bits)
    }

    private mutating func protocolNumber() throws(Mistake) -> (UInt8, String) {
        if next &- 48 < 10 {
            let number = UInt8(try number("protocol", upTo: 255))
            return (number, number == 17 ? "udp" : "tcp")
        }
        let range = try word("protocol")
        let name = string(range).lowercased()
        if name == "tcp" { return (6, name) }
        if name == "udp" { return (17, name) }
        guard let number = HostNames.protocolNumber(name), let octet = UInt8(exactly: number) else {
            throw Mistake("unknown protocol '\(string(range))'", at: range)
        }
        return (octet, name)
    }

    private mutating func port(of protocolName: String) throws(Mistake) -> Int {
        if next &- 48 < 10 { return Int(try number("port", upTo: 65535)) }
        let range = try word("port")
        guard let port = HostNames.port(string(range).lowercased(), protocolName) else {
            throw Mistake(
                "unknown service '\(string(range))' of protocol \(protocolName)", at: range,
                hint: "a port is a number, or a name of /etc/services")
        }
        return port
    }

    /// Reads a prefix length, the rest of an address and the prefix's name (RFC 2874 §3.2): the address is
    /// missing from 128 bits, the name at 0.
    mutating func addressChain(into buffer: inout WireBuffer, origin: borrowing WireBuffer) throws(Mistake) {
        let prefix = Int(try number("prefix length", upTo: 128))
        buffer.append(UInt8(prefix))
        if prefix < 128 {
            skipBlanks()
            var address = WireBuffer(capacity: 16)
            try ipv6("address", into: &address)
            // The prefix's bits are zero (RFC 2874 §3.1).
            for index in prefix / 8..<16 {
                let isShared = index == prefix / 8 && prefix % 8 != 0
                buffer.append(isShared ? address[index] & 0xFF >> UInt8(prefix % 8) : address[index])
            }
        }
        if prefix > 0 {
            skipBlanks()
            try name("prefix name", into: &buffer, origin: origin)
        }
    }
}

/// The names of protocols and services that this host knows.
private enum HostNames {
    static func protocolNumber(_ name: String) -> Int? {
        var entry = unsafe protoent()
        var found: UnsafeMutablePointer<protoent>?
        var memory = [CChar](repeating: 0, count: 4096)
        let status = unsafe getprotobyname_r(name, &entry, &memory, memory.count, &found)
        return unsafe status == 0 && found != nil ? Int(entry.p_proto) : nil
    }

    static func port(_ name: String, _ protocolName: String) -> Int? {
        var entry = unsafe servent()
        var found: UnsafeMutablePointer<servent>?
        var memory = [CChar](repeating: 0, count: 4096)
        let status = unsafe getservbyname_r(name, protocolName, &entry, &memory, memory.count, &found)
        return unsafe status == 0 && found != nil
            ? Int(UInt16(truncatingIfNeeded: entry.s_port).byteSwapped) : nil
    }
}
