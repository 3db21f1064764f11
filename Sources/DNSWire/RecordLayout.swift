/// The fields of a type's record data: what stands on the wire, and how it is written in a zone file.
///
/// One table serves the strict validator, the presentation form and the reader of zone files, so that
/// the three can't disagree. Types without a layout are opaque (RFC 3597).
public struct RecordLayout: Sendable {
    /// One part of the data.
    public struct Field: Sendable {
        /// What it is made of.
        public let kind: Kind
        /// The RFC's word for it, as a summary has it: in brackets if it may be absent, with dots if it
        /// may be repeated.
        public let name: String
        /// The RFC's word for it.
        public let word: String
        /// The least number of octets, of those kinds that take the rest of the data.
        public let minimum: Int

        init(kind: Kind, name: String, minimum: Int) {
            self.kind = kind
            self.name = name
            self.minimum = minimum
            word = name.filter { $0 != "[" && $0 != "]" && $0 != "." }
        }
    }

    /// What a field is made of.
    public enum Kind: UInt8, Sendable {
        /// A domain name that a message may compress (the types of RFC 1035; RFC 3597 §4).
        case compressibleName
        /// A domain name that a message never compresses.
        case name
        /// An 8-bit number.
        case u8
        /// A 16-bit number.
        case u16
        /// A 32-bit number.
        case u32
        /// A 32-bit number of seconds, which units may follow: `1h30m`.
        case period
        /// A 32-bit time, written as `YYYYMMDDHHmmSS` or as seconds since 1970 (RFC 4034 §3.2).
        case time
        /// A 16-bit record type, written as its mnemonic.
        case type
        /// An 8-bit DNSSEC algorithm, written as its number or mnemonic.
        case algorithm
        /// An 8-bit type of a digest of a key, written as its number or mnemonic.
        case digestType
        /// The 16-bit type of a certificate (RFC 4398 §2.1), written as its number or mnemonic.
        case certificateType
        /// The 8-bit scheme of a notification (RFC 9859 §2.1), written as its number or mnemonic.
        case scheme
        /// An IPv4 address.
        case ipv4
        /// An IPv6 address.
        case ipv6
        /// A character-string: a length of 8 bits and as many octets.
        case string
        /// A character-string or nothing.
        case optionalString
        /// Character-strings up to the end, at least one.
        case strings
        /// A property's tag: a length and that many letters and digits (RFC 8659 §4.1).
        case tag
        /// The rest as one text without a length in front.
        case text
        /// The rest, written in hexadecimal.
        case hex
        /// The rest, written in base64.
        case base64
        /// A length of 8 bits and that many octets, written in hexadecimal, `-` for none (RFC 5155 §3.3).
        case salt
        /// A length of 8 bits and that many octets, written in base32hex (RFC 5155 §3.3).
        case hashedOwner
        /// Windows of bits, one bit a type (RFC 4034 §4.1.2), up to the end.
        case typeBitmap
        /// 64 bits, written as four groups of hexadecimal digits (RFC 6742 §2.1.1).
        case locator
        /// Six octets, written as pairs of digits with hyphens (RFC 7043 §3).
        case eui48
        /// Eight octets, written as pairs of digits with hyphens (RFC 7043 §4).
        case eui64
        /// Parameters of a service binding (RFC 9460 §2.2), up to the end.
        case serviceParameters
        /// A place on the globe (RFC 1876): 16 octets.
        case location
        /// The kind, algorithm and address of a gateway (RFC 4025 §2).
        case gateway
        /// The discovery bit, kind and address of a relay (RFC 8777 §4).
        case relay
        /// The rest as an NSAP address: `0x` and hexadecimal digits, dots among them (RFC 1706 §6).
        case nsap
        /// Address prefixes (RFC 3123 §4), up to the end.
        case addressPrefixes
        /// A host identity with its rendezvous servers (RFC 8005 §5).
        case hostIdentity
        /// A protocol and a map of its ports (RFC 1035 §3.4.2).
        case services
        /// An ATM address: its format and the rest.
        case atmAddress
        /// A map of types below 128 (RFC 2535 §5.2).
        case oldTypeBitmap
        /// A prefix length, the rest of the address and the prefix's name (RFC 2874 §3.1).
        case addressChain
        /// The rest, whatever it is.
        case opaque
    }

    /// The fields in their order.
    public let fields: [Field]

    /// The layout of a type; nil if the type isn't known, or is none that a zone holds.
    public static func of(_ type: RecordType) -> RecordLayout? { table[type.rawValue] }

    /// The types that have a layout, by number.
    public static var types: [RecordType] { table.keys.sorted().map { RecordType($0) } }

    /// Whether some name in the data of a type may be compressed in a message (RFC 3597 §4).
    public static func hasCompressibleName(_ type: RecordType) -> Bool {
        of(type)?.fields.contains { $0.kind == .compressibleName } ?? false
    }

    /// How the data is written, in words: `preference exchange`.
    public var summary: String {
        fields.map(\.name).joined(separator: " ")
    }
}

extension RecordType {
    /// The mnemonics of the types that a zone may hold.
    public static var mnemonicsInZones: [String] { RecordLayout.types.map(\.description) }
}
