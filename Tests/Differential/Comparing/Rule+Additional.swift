import DNSWire

/// The rules about addresses.
extension Rule {
    static func dropSiblingGlue(_ round: Round, _ replies: inout [ServerKind: Reply]) {
        guard let ours = replies[.swerve]?.answer,
            let cut = ours[.authority].first(where: { $0.type == .ns })?.name
        else { return }
        // The servers of a zone beside an answer are no referral; at the end of a chain they are one.
        if ours.isAuthoritative && round.origins.contains(cut) { return }
        func siblings(_ answer: SeenAnswer?) -> Set<SeenRecord> {
            Set((answer?[.additional] ?? []).filter { !$0.name.isAtOrBelow(cut) })
        }
        // All of them, as we say it where there is room for all.
        guard let whole = round.known[Question(name: round.query.name, type: round.query.type)] else { return }
        let all = siblings(whole)
        func isComplete(_ kind: ServerKind) -> Bool {
            // Of wildcards below a cut the others make glue, for which they are not there (RFC 1034 §4.3.3).
            let own = siblings(replies[kind]?.answer)
                .filter { all.contains($0) || !round.isBelowWildcard($0.name) }
            let missing = all.subtracting(own)
            return own.isSubset(of: all)
                && (missing.isEmpty || !round.hasRoom(Array(missing), in: replies[kind]?.answer))
        }
        guard isComplete(.swerve), isComplete(.nsd) || isComplete(.knot) else { return }
        change(&replies) { _, answer in answer[.additional].removeAll { !$0.name.isAtOrBelow(cut) } }
    }

    static func unifyAdditional(_ round: Round, _ replies: inout [ServerKind: Reply]) {
        func sets(_ kind: ServerKind) -> [Key: [SeenRecord]] {
            Dictionary(grouping: replies[kind]?.answer?[.additional] ?? [], by: Key.init)
        }
        guard let answer = replies[.swerve]?.answer,
            answer.isAuthoritative || round.query.recordClass == 255 && !answer[.answer].isEmpty
        else { return }
        let ours = sets(.swerve)
        let theirs = ServerKind.peers.map(sets)
        let servers = (answer[.answer] + answer[.authority]).filter { $0.type == .ns }.map(\.name)
        // No pointer reaches names that far behind (RFC 1035 §4.1.4).
        let looksFurther = answer.helpfulNames.count < Self.mostNames && answer.size <= 0x3FFF
        var dropped: Set<Key> = []
        for key in Set(theirs.flatMap(\.keys)).union(ours.keys) {
            let isAddress = [key.type, key.covered].contains { $0 == .a || $0 == .aaaa }
            let having = theirs.filter { $0[key] != nil }
            if let rrset = ours[key] {
                let name = DomainName(uncheckedWire: key.owner)
                let questions =
                    [Question(name: name, type: key.type)] + servers.map { Question(name: $0, type: .ns) }
                // The answer to it, or glue of the referral that is the answer, or beside the zone's servers.
                let known = questions.compactMap { round.known[$0] }.flatMap { $0[.answer] + $0[.additional] }
                let isTrue = Set(known).isSuperset(of: rrset)
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
            } else {
                // A set is added with its signatures, or not at all.
                let whole = (having.first ?? [:]).filter { other, _ in
                    other.owner == key.owner && (other.covered ?? other.type) == (key.covered ?? key.type)
                }
                // What the parent has for a name that a child, which is served too, says otherwise about.
                let name = DomainName(uncheckedWire: key.owner)
                let child = round.known[Question(name: name, type: key.covered ?? key.type)]
                let isDenied =
                    child?.isAuthoritative == true && child?.code == 0 && child?[.answer].isEmpty == true
                    && ours.keys.contains { $0.owner == key.owner }
                if having.count < 2 || !isAddress || !looksFurther || isDenied
                    || !round.hasRoom(whole.values.flatMap(\.self), in: answer)
                {
                    dropped.insert(key)
                }
            }
        }
        change(&replies) { _, answer in answer[.additional].removeAll { dropped.contains(Key($0)) } }
    }

    /// So many names are looked up for one answer.
    private static let mostNames = 32
}

extension SeenAnswer {
    /// The names that addresses would help with.
    fileprivate var helpfulNames: Set<DomainName> {
        Set(
            (self[.answer] + self[.authority]).compactMap { record in
                switch record.type {
                case .ns: record.target(at: 0)
                case .mx: record.target(at: 2)
                case .srv: record.target(at: 6)
                default: nil
                }
            })
    }
}
