import DNSWire

/// Where answers may differ. A rule makes them alike in what it is about, so that all else is still compared;
/// the first rules come first.
enum Rule: String, CaseIterable {
    /// An answer that one of the four cut short is compared as it is over TCP: what fits depends on how
    /// names are compressed, and what a truncated answer holds is nobody's (RFC 2181 §9).
    case truncation = "cut short"
    /// BIND gives the CD bit back; an authoritative server should clear it (RFC 4035 §3.1.6).
    case checkingDisabled = "CD given back"
    /// Class ANY: never with AA (RFC 1034 §4.3.2), which Knot forgets; BIND says FORMERR, NSD leaves the authority
    /// section out where there is nothing. What is refused is refused by each with another code.
    case anyClass = "class ANY"
    /// Signers may cap the TTL of signatures below that of what they cover, against RFC 4034 §3. Knot mends that,
    /// NSD does for the SOA; we give what the zone has.
    case signatureTTL = "TTL of a signature"
    /// ANY may be answered with any of the name's rrsets (RFC 8482 §4.1), each of them whole; BIND over UDP,
    /// and Knot, treat RRSIG alike, of which we and NSD give all.
    case anyType = "ANY and RRSIG in parts"
    /// A chain of aliases that bites its own tail is an answer to us, NSD and Knot, a failure to BIND, which
    /// answers with the same chain.
    case loop = "aliases in a circle"
    /// BIND gives up after twelve aliases, Knot after five; with SERVFAIL and what it has BIND, as if that were all
    /// Knot. We go on as far as NSD does.
    case longChain = "a long chain of aliases"
    /// An alias that leads into another zone that is served too: BIND and Knot stop there, NSD goes on but
    /// takes names of the one zone for names of the other. We go on (RFC 1034 §4.3.2, 3a), and our answer
    /// from there on must be what we answer when asked directly, with nothing before but the aliases and the
    /// proofs of the wildcards that they are at.
    case crossing = "chain into another zone"
    /// Nothing at a wildcard that is an empty non-terminal: we and NSD prove that there is one (RFC 4035
    /// §3.1.3.4), BIND and Knot only that the name itself is not there.
    case emptyWildcard = "proof of an empty wildcard"
    /// A name below one that is only there for insecure delegations, with opt-out, and a wildcard at the encloser
    /// that can be proved: nothing proves that the wildcard doesn't stand in for the name (RFC 5155 §7.2.2).
    /// We prove the encloser and the next closer name; BIND adds the wildcard's own record, Knot gives up.
    case optOut = "below what opt-out leaves out"
    /// With a referral we give the addresses of all its name servers that the zone has, as do NSD and
    /// Knot, with their signatures; BIND leaves out those that aren't below the delegation. Those that are must be
    /// there (RFC 9471 §3.1), others may be missing (§3.2), but only for want of room.
    case siblingGlue = "sibling glue"
    /// Addresses beside an answer are a kindness: which ones there are differs from server to server. What
    /// we add must be what we answer when asked for it, or for the servers that have it; what two others add must
    /// be there, with its signatures, if all that fits, as long as no more names are to be looked at than we do.
    case additional = "addresses beside an answer"

    /// Makes alike what the rule is about.
    func apply(_ round: Round, _ replies: inout [ServerKind: Reply]) {
        switch self {
        case .truncation:
            if let whole = round.whole { replies = whole }
        case .checkingDisabled:
            Self.change(&replies) { _, answer in answer.flags &= ~0x10 }
        case .anyClass:
            if round.query.recordClass != 255 { return }
            // Of transfers, MAILB and MAILA.
            let isRefused = (251...254).contains(round.query.type.rawValue)
            let ours = replies[.swerve]?.answer
            let same = round.known[Question(name: round.query.name, type: round.query.type)]
            Self.change(&replies) { kind, answer in
                answer.flags &= ~0x400
                if isRefused && answer.code != 0 && answer.code != 3 { answer.code = 5 }
                if kind == .nsd, let ours, answer[.answer].isEmpty, answer[.authority].isEmpty {
                    answer[.authority] = ours[.authority]
                }
                // Ours is what it is in class IN, but for AA and what is added.
                if kind == .bind, let ours, let same, answer.code == 1, ours.code == same.code,
                    ours[.answer] == same[.answer], Set(ours[.authority]).isSubset(of: same[.authority])
                {
                    answer = ours
                }
            }
        case .anyType:
            if round.query.type == .any || round.query.type == .rrsig { Self.unifyAny(&replies) }
        case .signatureTTL: Self.unifySignatureTTLs(round.query.type, &replies)
        case .loop: Self.excuseLoop(&replies)
        case .longChain: Self.excuseLongChain(round, &replies)
        case .crossing: Self.stopAtCrossing(round, &replies)
        case .emptyWildcard: Self.dropEmptyWildcard(round, &replies)
        case .optOut: Self.dropWildcardBelowOptOut(&replies)
        case .siblingGlue: Self.dropSiblingGlue(round, &replies)
        case .additional: Self.unifyAdditional(round, &replies)
        }
    }

    static func change(
        _ replies: inout [ServerKind: Reply], _ body: (ServerKind, inout SeenAnswer) -> Void
    ) {
        for kind in ServerKind.allCases {
            guard var answer = replies[kind]?.answer else { continue }
            body(kind, &answer)
            replies[kind] = .answer(answer)
        }
    }

    /// An rrset, or the signatures of one.
    struct Key: Hashable {
        var owner: [UInt8]
        var type: RecordType
        var covered: RecordType?

        init(_ record: SeenRecord) {
            owner = record.owner
            type = record.type
            covered = record.covered
        }
    }
}
