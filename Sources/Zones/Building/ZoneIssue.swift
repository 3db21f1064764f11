public import DNSWire

/// Something wrong, or doubtful, in the data of a zone as a whole.
public struct ZoneIssue: Hashable, Sendable {
    /// What it is.
    public enum Kind: Hashable, Sendable {
        /// The zone has no SOA record.
        case noSOA
        /// The zone has more than one SOA record.
        case multipleSOA
        /// A SOA record stands at a name that isn't the apex.
        case soaNotAtApex
        /// The apex has no NS record.
        case noApexNS
        /// A CNAME stands beside other data (RFC 1034 §3.6.2).
        case cnameAndOther
        /// A name has several CNAME records (RFC 2181 §10.1).
        case multipleCNAME
        /// A name has several DNAME records (RFC 6672 §2.4).
        case multipleDNAME
        /// A DNAME stands beside NS records below the apex (RFC 6672 §2.3).
        case dnameAndNS
        /// The name of a name server lies in the zone and has no address.
        case missingGlue
        /// The record's owner is not in the zone; the record is left out.
        case outOfZone
        /// The TTL differs from that of the rrset's first record, which counts (RFC 2181 §5.2).
        case ttlMismatch
        /// The record was there before; it is left out.
        case duplicateRecord
        /// The name of a name server is an alias (RFC 2181 §10.3).
        case nameServerIsAlias
        /// The name of a mail exchanger is an alias (RFC 2181 §10.3).
        case mailExchangerIsAlias
        /// The record lies below a delegation and is no glue, or below a DNAME; it is not answered.
        case occluded
        /// The records of one type at one name do not fit into a message, or are more than the limit.
        case tooLarge
        /// There is more than a limit allows: records, types of a name, labels.
        case beyondLimit
        /// A name server or an exchanger has a name that looks like an address.
        case targetIsAddress
        /// The name that a record leads to has no address, though it is in the zone.
        case targetWithoutAddress
        /// The name that a record leads to is an alias, or lies below one.
        case targetIsAlias
        /// NS records stand at a wildcard, which has no defined meaning (RFC 4592 §4.2).
        case nameServerAtWildcard
        /// A DS record stands at the apex, or where no delegation is.
        case misplacedDS
        /// A record lies below a DNAME (RFC 6672 §2.4).
        case belowDNAME
        /// A type that belongs to the apex stands elsewhere.
        case notAtApex
        /// A name is none that a host, or a mailbox, may have (RFC 952, RFC 1123 §2.1).
        case badName
        /// A label `*` that isn't a name's first is no wildcard (RFC 4592 §2.1.1).
        case wildcardInside
        /// A record has a form that its type's RFC doubts.
        case doubtfulForm
        /// Issues that were not kept.
        case further
        /// The TTL has its highest bit set and counts as 0 (RFC 2181 §8).
        case ttlTooLarge
        /// The RRSIG record covers a type that its owner doesn't have; it is not answered.
        case unusedSignature
        /// A signature has expired, or will soon, or doesn't hold yet.
        case signatureTime
        /// NSEC or NSEC3 records don't prove what they should.
        case brokenDenial
        /// NSEC3 records with more hashes than one (RFC 9276 §3.1).
        case nsec3Iterations
        /// The zone holds more than the compiled form can address.
        case zoneTooLarge
        /// Memory has no room for the zone.
        case noRoom
    }

    /// What it is.
    public var kind: Kind
    /// Whether the zone is refused because of it.
    public var isError: Bool
    /// The name it is about.
    public var owner: DomainName
    /// The type of the record that it is about.
    public var type: RecordType?
    /// The location that the record was added with; nil where it is about no record in particular.
    public var location: UInt64?
    /// What is wrong, in the words that admins know.
    public var message: String
    /// How many issues it stands for: more than one only where others were not kept.
    public var count = 1

    /// An issue.
    public init(
        _ kind: Kind, isError: Bool, owner: DomainName, type: RecordType? = nil, location: UInt64? = nil,
        message: String
    ) {
        self.kind = kind
        self.isError = isError
        self.owner = owner
        self.type = type
        self.location = location
        self.message = message
    }
}
