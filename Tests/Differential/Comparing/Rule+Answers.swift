import DNSWire

/// The rules about answers and proofs.
extension Rule {
    /// Takes the records of the name itself out where all have some, and none has another rrset of the
    /// same type than another.
    static func unifyAny(_ replies: inout [ServerKind: Reply]) {
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

    static func unifySignatureTTLs(_ type: RecordType, _ replies: inout [ServerKind: Reply]) {
        guard let ours = replies[.swerve]?.answer else { return }
        for section in Section.allCases {
            let own = Dictionary(
                ours[section].filter { $0.type == .rrsig }.map { ($0.withoutTTL, $0) },
                uniquingKeysWith: { first, _ in first })
            change(&replies) { _, answer in
                let records = answer[section]
                answer[section] = records.map { record in
                    guard let covered = record.covered, let same = own[record.withoutTTL] else { return record }
                    guard
                        // Who asks for signatures alone doesn't see what they cover.
                        type == .rrsig
                            || records.contains(where: {
                                $0.owner == record.owner && $0.type == covered && $0.ttl == record.ttl
                            })
                    else { return record }
                    return same
                }
            }
        }
    }

    static func excuseLoop(_ replies: inout [ServerKind: Reply]) {
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

    static func excuseLongChain(_ round: Round, _ replies: inout [ServerKind: Reply]) {
        guard let ours = replies[.swerve]?.answer else { return }
        let aliases = ours[.answer].filter { $0.type == .cname }
        // Where each server stops: the aliases that it gives before.
        for (kind, most) in [(ServerKind.bind, 12), (.knot, 5)] where aliases.count > most {
            guard let theirs = replies[kind]?.answer, theirs.code == (kind == .bind ? 2 : 0) else { continue }
            var names: Set<DomainName> = []
            var name = round.query.name
            while names.count < most, names.insert(name).inserted,
                let target = aliases.first(where: { $0.name == name })?.target(at: 0)
            {
                name = target
            }
            let first = ours[.answer].filter { record in
                (record.covered ?? record.type) == .dname
                    ? names.contains { $0 != record.name && $0.isAtOrBelow(record.name) }
                    : names.contains(record.name)
            }
            if theirs[.answer] == first { replies[kind] = .answer(ours) }
        }
    }

    static func stopAtCrossing(_ round: Round, _ replies: inout [ServerKind: Reply]) {
        // As it was, since the rule of ANY may have taken the end of the chain out.
        guard let ours = (round.whole ?? round.replies)[.swerve]?.answer,
            let crossing = Crossing(round, ours),
            let further = round.known[crossing.next]
        else { return }
        let tail = ours[.answer].filter { !crossing.contains($0) }
        let expected = further[.answer].filter { !crossing.contains($0) }
        // Who takes 512 octets gets no servers beside an answer, other than over TCP.
        let isBrief = (round.query.size ?? 65535) <= 512 && !round.query.isOverTCP && round.whole == nil
        let authority = further[.authority].filter {
            !isBrief || further[.answer].isEmpty || ($0.covered ?? $0.type) != .ns
        }
        let proofs = Set(ours[.authority]).subtracting(authority)
        guard Set(tail) == Set(expected), ours.code == further.code,
            Set(ours[.authority]).isSuperset(of: authority),
            proofs.allSatisfy({ [.nsec, .nsec3].contains($0.covered ?? $0.type) }),
            Set(ours[.additional]).isSubset(of: further[.additional])
        else { return }
        change(&replies) { _, answer in
            answer[.answer] = answer[.answer].filter(crossing.contains)
            answer[.authority] = []
            answer[.additional] = []
            if !answer[.answer].isEmpty { answer.code = 0 }
        }
    }

    static func dropEmptyWildcard(_ round: Round, _ replies: inout [ServerKind: Reply]) {
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

    static func dropWildcardBelowOptOut(_ replies: inout [ServerKind: Reply]) {
        guard let ours = replies[.swerve]?.answer, let theirs = replies[.bind]?.answer, ours.code == 3,
            let knot = replies[.knot]?.answer, knot.code == 3, !knot.isAuthoritative,
            knot.sections.allSatisfy(\.isEmpty),
            // The flag of opt-out (RFC 5155 §3.1.2.1).
            ours[.authority].contains(where: { $0.type == .nsec3 && $0.data[1] & 1 != 0 })
        else { return }
        let more = Set(theirs[.authority]).subtracting(ours[.authority])
        guard Set(more.map(\.owner)).count == 1, more.contains(where: { $0.type == .nsec3 }),
            more.allSatisfy({ ($0.covered ?? $0.type) == .nsec3 })
        else { return }
        change(&replies) { _, answer in answer[.authority].removeAll(where: more.contains) }
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
