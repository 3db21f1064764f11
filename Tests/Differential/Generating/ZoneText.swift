import DNSWire

/// A record as text.
struct ZoneRecord: Hashable {
    var owner: DomainName
    var ttl: UInt32
    var type: String
    var data: String

    /// Its line in a master file, all names absolute.
    var line: String { "\(owner.text) \(ttl) IN \(type) \(data)" }
}

/// Who signs a zone.
enum Signer: String, CaseIterable {
    case ldns = "ldns-signzone"
    case bind = "dnssec-signzone"
    case knot = "kzonesign"
}

/// How a zone is signed.
enum Signing: Hashable, CustomStringConvertible {
    case unsigned
    case nsec(Signer)
    case nsec3(Signer, iterations: Int, salt: String, optOut: Bool)

    /// A way.
    static func random(_ dice: inout Dice) -> Signing {
        if dice.chance(30) { return .unsigned }
        let signer = dice.pick(Signer.allCases)
        if dice.chance(40) { return .nsec(signer) }
        return .nsec3(
            signer, iterations: dice.pick([0, 0, 1, 5, 20]), salt: dice.pick(["", "ab", "0123456789abcdef"]),
            optOut: dice.chance(50))
    }

    var signer: Signer? {
        switch self {
        case .unsigned: nil
        case .nsec(let signer), .nsec3(let signer, _, _, _): signer
        }
    }

    /// The word for the kind.
    var kind: String {
        switch self {
        case .unsigned: "unsigned"
        case .nsec: "NSEC"
        case .nsec3(_, _, _, let optOut): optOut ? "NSEC3 with opt-out" : "NSEC3"
        }
    }

    var description: String {
        switch self {
        case .unsigned: "unsigned"
        case .nsec(let signer): "NSEC by \(signer.rawValue)"
        case .nsec3(let signer, let iterations, let salt, let optOut):
            "NSEC3 by \(signer.rawValue), \(iterations) iterations, salt \(salt.isEmpty ? "-" : salt)"
                + (optOut ? ", opt-out" : "")
        }
    }
}

/// A zone to serve.
struct ZoneText {
    var origin: DomainName
    /// The SOA first.
    var records: [ZoneRecord]
    var signing: Signing

    /// The master file.
    var text: String { records.map { $0.line + "\n" }.joined() }
}
