/// A type of resource records (RFC 1035 §3.2.2), by its number.
public struct RecordType: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The number, 0 to 65535.
    public var rawValue: UInt16

    /// The type with this number, known or not.
    @inlinable public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// The type of this number, known or not.
    @inlinable public init(_ number: UInt16) {
        rawValue = number
    }

    /// Reads a mnemonic in any case, or `TYPE123` (RFC 3597 §5).
    public init?(_ text: some StringProtocol) {
        // Letters outside ASCII may have capitals inside it.
        if !text.utf8.allSatisfy({ $0 < 128 }) { return nil }
        let upper = text.uppercased()
        if let number = Self.numbers[upper] {
            rawValue = number
        } else if upper.hasPrefix("TYPE"), upper.utf8.dropFirst(4).allSatisfy({ (48...57).contains($0) }),
            let number = UInt16(upper.dropFirst(4))
        {
            rawValue = number
        } else {
            return nil
        }
    }

    /// Whether the number is one of those that only a question may have, or OPT: RFC 6895 §3.1.
    @inlinable public var isMeta: Bool { rawValue &- 128 < 128 || rawValue == 41 || rawValue == 0 }

    static let mnemonics: [UInt16: String] = [
        1: "A", 2: "NS", 3: "MD", 4: "MF", 5: "CNAME", 6: "SOA", 7: "MB", 8: "MG", 9: "MR", 10: "NULL",
        11: "WKS",
        12: "PTR", 13: "HINFO", 14: "MINFO", 15: "MX", 16: "TXT", 17: "RP", 18: "AFSDB", 19: "X25", 20: "ISDN",
        21: "RT", 22: "NSAP", 23: "NSAP-PTR", 24: "SIG", 25: "KEY", 26: "PX", 27: "GPOS", 28: "AAAA", 29: "LOC",
        30: "NXT", 31: "EID", 32: "NIMLOC", 33: "SRV", 34: "ATMA", 35: "NAPTR", 36: "KX", 37: "CERT", 38: "A6",
        39: "DNAME", 40: "SINK", 41: "OPT", 42: "APL", 43: "DS", 44: "SSHFP", 45: "IPSECKEY", 46: "RRSIG",
        47: "NSEC", 48: "DNSKEY", 49: "DHCID", 50: "NSEC3", 51: "NSEC3PARAM", 52: "TLSA", 53: "SMIMEA",
        55: "HIP",
        56: "NINFO", 57: "RKEY", 58: "TALINK", 59: "CDS", 60: "CDNSKEY", 61: "OPENPGPKEY", 62: "CSYNC",
        63: "ZONEMD", 64: "SVCB", 65: "HTTPS", 66: "DSYNC", 99: "SPF", 104: "NID", 105: "L32", 106: "L64",
        107: "LP", 108: "EUI48", 109: "EUI64", 128: "NXNAME", 249: "TKEY", 250: "TSIG", 251: "IXFR",
        252: "AXFR",
        253: "MAILB", 254: "MAILA", 255: "ANY", 256: "URI", 257: "CAA", 258: "AVC", 259: "DOA", 260: "AMTRELAY",
        261: "RESINFO", 262: "WALLET", 32768: "TA", 32769: "DLV",
    ]

    private static let numbers = Dictionary(uniqueKeysWithValues: mnemonics.map { ($1, $0) })
}

extension RecordType: CustomStringConvertible {
    /// The mnemonic, or `TYPE123`.
    public var description: String { Self.mnemonics[rawValue] ?? "TYPE\(rawValue)" }
}

extension RecordType: Comparable {
    /// By number.
    @inlinable public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

// The types that some code treats in a way of its own.
extension RecordType {
    /// An IPv4 address.
    @inlinable public static var a: Self { Self(1) }
    /// A name server.
    @inlinable public static var ns: Self { Self(2) }
    /// An alias.
    @inlinable public static var cname: Self { Self(5) }
    /// The start of a zone.
    @inlinable public static var soa: Self { Self(6) }
    /// A pointer.
    @inlinable public static var ptr: Self { Self(12) }
    /// A mail exchanger.
    @inlinable public static var mx: Self { Self(15) }
    /// Text.
    @inlinable public static var txt: Self { Self(16) }
    /// An IPv6 address.
    @inlinable public static var aaaa: Self { Self(28) }
    /// A service's place.
    @inlinable public static var srv: Self { Self(33) }
    /// A rewriting rule.
    @inlinable public static var naptr: Self { Self(35) }
    /// An alias of a subtree.
    @inlinable public static var dname: Self { Self(39) }
    /// The pseudo-record of EDNS.
    @inlinable public static var opt: Self { Self(41) }
    /// A signer of a child zone.
    @inlinable public static var ds: Self { Self(43) }
    /// A signature.
    @inlinable public static var rrsig: Self { Self(46) }
    /// A proof of absence.
    @inlinable public static var nsec: Self { Self(47) }
    /// A key.
    @inlinable public static var dnskey: Self { Self(48) }
    /// A hashed proof of absence.
    @inlinable public static var nsec3: Self { Self(50) }
    /// The parameters of hashed proofs.
    @inlinable public static var nsec3param: Self { Self(51) }
    /// A service binding.
    @inlinable public static var svcb: Self { Self(64) }
    /// A service binding of HTTPS.
    @inlinable public static var https: Self { Self(65) }
    /// An incremental transfer.
    @inlinable public static var ixfr: Self { Self(251) }
    /// A transfer.
    @inlinable public static var axfr: Self { Self(252) }
    /// Any type.
    @inlinable public static var any: Self { Self(255) }
}
