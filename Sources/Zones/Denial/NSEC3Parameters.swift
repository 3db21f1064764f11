internal import DNSWire

/// How a zone hashes its names (RFC 5155 §4): SHA-1, the only algorithm there is.
struct NSEC3Parameters: Sendable {
    /// Hashes after the first.
    var iterations: Int
    /// Where the salt is in the zone's heap.
    var saltStart: Int
    /// Octets of the salt, 0 to 255.
    var saltLength: Int

    /// For zones without NSEC3.
    static let none = NSEC3Parameters(iterations: 0, saltStart: 0, saltLength: 0)

    /// The hash of the name that the key's last labels make, or of the wildcard below it.
    func hash(
        _ key: borrowing NameKey, labels: Int, isWildcardBelow: Bool = false, saltIn heap: FlatView
    ) -> SHA1Digest {
        var sha = SHA1()
        // A wildcard that is too long for a name is no name, and nothing matches its hash but by chance.
        if isWildcardBelow {
            sha.append(1)
            sha.append(UInt8(ascii: "*"))
        }
        for offset in key.offset(labels: labels)..<key.length { sha.append(key.octet(at: offset)) }
        appendSalt(of: heap, to: &sha)
        var digest = sha.finish()
        for _ in 0..<iterations {
            sha.append(digest)
            appendSalt(of: heap, to: &sha)
            digest = sha.finish()
        }
        return digest
    }

    private func appendSalt(of heap: FlatView, to sha: inout SHA1) {
        for index in 0..<saltLength { sha.append(UInt8(heap.octet(at: saltStart &+ index))) }
    }
}

extension SHA1Digest {
    /// The digest that the first label of an NSEC3 record's owner stands for: 32 digits of base 32 with the
    /// extended hexadecimal alphabet (RFC 5155 §3), in lower case. Nil for anything else.
    init?(label: some Collection<UInt8>) {
        guard label.count == 32 else { return nil }
        var octets: [UInt8] = []
        var bits = 0
        var held: UInt32 = 0
        for digit in label {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "v"): value = digit - UInt8(ascii: "a") + 10
            default: return nil
            }
            held = held << 5 | UInt32(value)
            bits += 5
            if bits >= 8 {
                bits -= 8
                octets.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
            }
        }
        self.init(octets: octets)
    }

    /// The digest of these octets; nil unless there are twenty.
    init?(octets: some Collection<UInt8>) {
        guard octets.count == 20 else { return nil }
        func number(_ range: Range<Int>) -> UInt64 {
            octets.dropFirst(range.lowerBound).prefix(range.count).reduce(0) { $0 << 8 | UInt64($1) }
        }
        self.init(high: number(0..<8), middle: number(8..<16), low: UInt32(number(16..<20)))
    }
}
