import DNSWire

/// A configuration and a query whose answer differs.
struct Finding {
    var zones: [ZoneText]
    var minimalResponses: Bool
    var query: Query
}

/// Makes a finding as small as it can be: what is left out one piece at a time, as long as the answers go on
/// differing.
struct Shrinker {
    private let signer: ZoneSigner
    /// The starts of the four servers that are left.
    private var tries: Int

    init(_ signer: ZoneSigner, tries: Int = 150) {
        self.signer = signer
        self.tries = tries
    }

    /// The smallest finding that was come by.
    mutating func shrink(_ finding: Finding) -> Finding {
        var best = finding
        for index in best.zones.indices.reversed() where best.zones.count > 1 {
            var candidate = best
            candidate.zones.remove(at: index)
            take(candidate, &best)
        }
        simplifyQuery(&best)
        for index in best.zones.indices { shrinkRecords(of: index, &best) }
        for index in best.zones.indices where best.zones[index].signing != .unsigned {
            var candidate = best
            candidate.zones[index].signing = .unsigned
            take(candidate, &best)
        }
        return best
    }

    private mutating func simplifyQuery(_ best: inout Finding) {
        let changes: [(inout Query) -> Void] = [
            { $0.name = $0.name.lowercased }, { $0.wantsRecursion = false }, { $0.authenticData = false },
            { $0.checkingDisabled = false }, { $0.wantsDNSSEC = false },
            { if !$0.wantsDNSSEC { $0.size = nil } },
            { $0.isOverTCP = true }, { $0.type = .txt }, { $0.type = .a },
        ]
        for change in changes {
            var candidate = best
            change(&candidate.query)
            if "\(candidate.query)" != "\(best.query)" { take(candidate, &best) }
        }
    }

    /// Leaves out runs of records, longer ones first; the SOA and one name server stay.
    private mutating func shrinkRecords(of zone: Int, _ best: inout Finding) {
        var size = best.zones[zone].records.count / 2
        while size > 0 {
            var start = best.zones[zone].records.count - size
            while start > 0 {
                var candidate = best
                let end = min(start + size, candidate.zones[zone].records.count)
                candidate.zones[zone].records.removeSubrange(start..<end)
                let hasServer = candidate.zones[zone].records.contains {
                    $0.type == "NS" && $0.owner == candidate.zones[zone].origin
                }
                if hasServer { take(candidate, &best) }
                start -= size
            }
            size /= 2
        }
    }

    private mutating func take(_ candidate: Finding, _ best: inout Finding) {
        if tries == 0 { return }
        tries -= 1
        if (try? Self.differs(candidate, signer)) == true { best = candidate }
    }

    private static func differs(_ finding: Finding, _ signer: ZoneSigner) throws -> Bool {
        try rounds(finding, signer).judgement.verdict.isDifferent
    }

    /// Asks the four about a finding.
    static func rounds(
        _ finding: Finding, _ signer: ZoneSigner
    ) throws -> (round: Round, judgement: Judgement, texts: [(origin: DomainName, text: String)]) {
        let texts = try finding.zones.map { (origin: $0.origin, text: try signer.text(of: $0)) }
        let arena = try Arena(zones: texts, minimalResponses: finding.minimalResponses)
        let loaded = arena.loaded(texts.map(\.origin))
        guard loaded.allSatisfy({ $0.count == ServerKind.allCases.count }) else {
            throw ServerError(description: "a zone is not loaded by all")
        }
        var rounds = arena.rounds([finding.query])
        let judgement = arena.judge(&rounds)[0]
        return (rounds[0], judgement, texts)
    }
}
