import DNSWire

/// Where answers may differ. A rule makes them alike in what it is about, so that all else is still compared;
/// the first rules come first.
enum Rule: String, CaseIterable {
    /// An answer that one of the four cut short is compared as it is over TCP: what fits depends on how
    /// names are compressed, and what a truncated answer holds is nobody's (RFC 2181 §9).
    case truncation = "cut short"
    /// BIND gives the CD bit back; an authoritative server should clear it (RFC 4035 §3.1.6).
    case checkingDisabled = "CD given back"
    /// Class ANY: never with AA (RFC 1034 §4.3.2), which Knot forgets; BIND says FORMERR, NSD leaves out the
    /// SOA. A transfer is refused by each with another code.
    case anyClass = "class ANY"
    /// ANY may be answered with any of the name's rrsets (RFC 8482 §4.1), each of them whole; BIND over UDP,
    /// and Knot, treat RRSIG alike, of which we and NSD give all.
    case anyType = "ANY and RRSIG in parts"
    /// A chain of aliases that bites its own tail is an answer to us, NSD and Knot, a failure to BIND, which
    /// answers with the same chain.
    case loop = "aliases in a circle"
    /// An alias that leads into another zone that is served too: BIND and Knot stop there, NSD goes on but
    /// takes names of the one zone for names of the other. We go on (RFC 1034 §4.3.2, 3a), and our answer
    /// from there on must be what we answer when asked directly.
    case crossing = "chain into another zone"
    /// Nothing at a wildcard that is an empty non-terminal: we and NSD prove that there is one (RFC 4035
    /// §3.1.3.4), BIND and Knot only that the name itself is not there.
    case emptyWildcard = "proof of an empty wildcard"
    /// With a referral we give the addresses of all its name servers that the zone has, as do NSD and
    /// Knot; BIND leaves out those that aren't below the delegation. Those that are must be there (RFC 9471
    /// §3.1), others may be missing (§3.2), and so may their signatures.
    case siblingGlue = "sibling glue"
    /// Addresses beside an answer are a kindness: which ones there are differs from server to server. What
    /// we add must be what we answer when asked for it; what two others add must be there if it fits.
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
            let isTransfer = round.query.type == .axfr || round.query.type == .ixfr
            Self.change(&replies) { _, answer in
                answer.flags &= ~0x400
                if isTransfer && answer.code != 0 { answer.code = 5 }
            }
        case .anyType:
            if round.query.type == .any || round.query.type == .rrsig { Self.unifyAny(&replies) }
        case .loop: Self.excuseLoop(&replies)
        case .crossing: Self.stopAtCrossing(round, &replies)
        case .emptyWildcard: Self.dropEmptyWildcard(round, &replies)
        case .siblingGlue: Self.dropSiblingGlue(round, &replies)
        case .additional: Self.unifyAdditional(round, &replies)
        }
    }

    private static func change(
        _ replies: inout [ServerKind: Reply], _ body: (ServerKind, inout SeenAnswer) -> Void
    ) {
        for kind in ServerKind.allCases {
            guard var answer = replies[kind]?.answer else { continue }
            body(kind, &answer)
            replies[kind] = .answer(answer)
        }
    }

    /// An rrset, or the signatures of one.
    private struct Key: Hashable {
        var owner: [UInt8]
        var type: RecordType
        var covered: RecordType?

        init(_ record: SeenRecord) {
            owner = record.owner
            type = record.type
            covered = record.covered
        }
    }

    /// Takes the records of the name itself out where all have some, and none has another rrset of the
    /// same type than another.
    private static func unifyAny(_ replies: inout [ServerKind: Reply]) {
        func sets(_ kind: ServerKind) -> [Key: [SeenRecord]] {
            guard let answer = replies[kind]?.answer else { return [:] }
            return Dictionary(grouping: answer[.answer], by: Key.init)
                .filter { $0.key.type != .cname && $0.key.type != .dname }
        }
        let ours = sets(.swerve)
        if ours.isEmpty { return }
        for kind in ServerKind.peers {
            let theirs = sets(kind)
            if ours.contains(where: { theirs[$0.key] != nil && theirs[$0.key] != $0.value }) { return }
        }
        change(&replies) { _, answer in
            if answer[.answer].isEmpty { return }
            answer[.answer].removeAll { $0.type != .cname && $0.type != .dname }
            answer[.additional] = []
        }
    }

    private static func excuseLoop(_ replies: inout [ServerKind: Reply]) {
        guard let ours = replies[.swerve]?.answer, ours.code == 0 else { return }
        let aliases = ours[.answer].filter { $0.type == .cname }
        let owners = Set(aliases.map(\.name))
        guard !aliases.isEmpty, aliases.allSatisfy({ $0.target(at: 0).map(owners.contains) == true }) else {
            return
        }
        change(&replies) { kind, answer in
            if kind == .bind && answer.code == 2 { answer.code = 0 }
        }
    }

    private static func stopAtCrossing(_ round: Round, _ replies: inout [ServerKind: Reply]) {
        guard let ours = replies[.swerve]?.answer, let crossing = Crossing(round, ours),
            let further = round.known[crossing.next]
        else { return }
        let tail = ours[.answer].filter { !crossing.contains($0) }
        let expected = further[.answer].filter { !crossing.contains($0) }
        guard Set(tail) == Set(expected), ours.code == further.code,
            Set(ours[.authority]).isSuperset(of: further[.authority])
        else { return }
        change(&replies) { _, answer in
            answer[.answer] = answer[.answer].filter(crossing.contains)
            answer[.authority] = []
            answer[.additional] = []
            if !answer[.answer].isEmpty { answer.code = 0 }
        }
    }

    private static func dropEmptyWildcard(_ round: Round, _ replies: inout [ServerKind: Reply]) {
        guard let ours = replies[.swerve]?.answer else { return }
        let asked =
            [round.query.name] + ours[.answer].filter { $0.type == .cname }.compactMap { $0.target(at: 0) }
        // The NSEC that leads to a name below a wildcard beside what was asked for.
        let owners = ours[.authority].filter { record in
            guard record.type == .nsec, let next = record.target(at: 0) else { return false }
            return next.wildcardAncestors.contains { wildcard in
                !record.name.isAtOrBelow(wildcard)
                    && asked.contains { $0.isAtOrBelow(wildcard.parent ?? .root) }
            }
        }.map(\.owner)
        change(&replies) { _, answer in
            answer[.authority].removeAll {
                owners.contains($0.owner) && ($0.type == .nsec || $0.covered == .nsec)
            }
        }
    }

    private static func dropSiblingGlue(_ round: Round, _ replies: inout [ServerKind: Reply]) {
        change(&replies) { _, answer in
            guard let cut = answer[.authority].first(where: { $0.type == .ns })?.name else { return }
            // The servers of a zone beside an answer are no referral; at the end of a chain they are one.
            if answer.isAuthoritative && round.origins.contains(cut) { return }
            answer[.additional].removeAll { !$0.name.isAtOrBelow(cut) }
        }
    }

    private static func unifyAdditional(_ round: Round, _ replies: inout [ServerKind: Reply]) {
        func sets(_ kind: ServerKind) -> [Key: [SeenRecord]] {
            Dictionary(grouping: replies[kind]?.answer?[.additional] ?? [], by: Key.init)
        }
        guard replies[.swerve]?.answer?.isAuthoritative == true else { return }
        let ours = sets(.swerve)
        let theirs = ServerKind.peers.map(sets)
        var dropped: Set<Key> = []
        for key in Set(theirs.flatMap(\.keys)).union(ours.keys) {
            let isAddress = [key.type, key.covered].contains { $0 == .a || $0 == .aaaa }
            let having = theirs.filter { $0[key] != nil }.count
            if let rrset = ours[key] {
                let question = Question(name: DomainName(uncheckedWire: key.owner), type: key.type)
                let asked = round.known[question]
                // The answer to it, or glue of the referral that is the answer.
                let isTrue = Set((asked?[.answer] ?? []) + (asked?[.additional] ?? [])).isSuperset(of: rrset)
                let isTheirs = theirs.contains { $0[key] == rrset }
                // A signature comes and goes with its set.
                if isTrue || isTheirs || key.covered != nil { dropped.insert(key) }
                // What is another's signature where the set is ours, is no longer missing.
                if isTrue {
                    for other in Set(theirs.flatMap(\.keys))
                    where other.owner == key.owner && other.covered == key.type {
                        dropped.insert(other)
                    }
                }
            } else if having < 2 || !isAddress || !round.hasRoom(theirs.compactMap { $0[key] }.first ?? []) {
                dropped.insert(key)
            }
        }
        change(&replies) { _, answer in answer[.additional].removeAll { dropped.contains(Key($0)) } }
    }
}

extension DomainName {
    /// The names above this one whose first label is `*`.
    fileprivate var wildcardAncestors: [DomainName] {
        var found: [DomainName] = []
        var ancestor = parent
        while let name = ancestor {
            if name.isWildcard { found.append(name) }
            ancestor = name.parent
        }
        return found
    }
}
