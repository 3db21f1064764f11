import DNSWire

/// What a server said to a query.
enum Reply: Hashable {
    case silent
    case malformed(String)
    case answer(SeenAnswer)

    init(_ message: [UInt8]?, to query: Query) {
        guard let message else {
            self = .silent
            return
        }
        do {
            self = .answer(try SeenAnswer(message, to: query))
        } catch {
            self = .malformed("\(error)")
        }
    }

    /// The answer, if it is one.
    var answer: SeenAnswer? { if case .answer(let answer) = self { answer } else { nil } }

    /// In words, a line for each record.
    var lines: [String] {
        switch self {
        case .silent: ["silent"]
        case .malformed(let text): ["malformed: \(text)"]
        case .answer(let answer): answer.lines
        }
    }
}

/// A name and a type.
struct Question: Hashable {
    var name: DomainName
    var type: RecordType
}

/// A query and what was answered.
struct Round {
    var query: Query
    var minimalResponses: Bool
    /// The apexes of all zones that are served.
    var origins: Set<DomainName>
    /// The wildcards in them, in small letters, those below cuts too.
    var wildcards: Set<DomainName>
    var replies: [ServerKind: Reply]
    /// The same over TCP, where an answer over UDP was cut short.
    var whole: [ServerKind: Reply]?
    /// What we answer to the questions that rules have, over TCP.
    var known: [Question: SeenAnswer] = [:]

    /// The zone that a name lies in, as a type is asked: that of a DS is the parent, if it is served.
    func zone(of name: DomainName, _ type: RecordType) -> DomainName? {
        var ancestor: DomainName? = type == .ds && origins.contains(name) ? name.parent : name
        while let name = ancestor {
            if origins.contains(name) { return name }
            ancestor = name.parent
        }
        return origins.contains(name) ? name : nil
    }

    /// Whether there is a wildcard that a name could be made from.
    func isBelowWildcard(_ name: DomainName) -> Bool {
        var ancestor = name.lowercased.parent
        while let above = ancestor {
            if let wildcard = above.prepending(Labels.wildcard), wildcards.contains(wildcard) { return true }
            ancestor = above.parent
        }
        return false
    }

    /// Whether records would have fitted into an answer, their owner compressed.
    func hasRoom(_ records: [SeenRecord], in answer: SeenAnswer?) -> Bool {
        let size = records.reduce(0) { $0 + 12 + $1.data.count }
        return whole != nil || (answer?.size ?? 0) + size <= query.limit
    }

    /// What a rule wants to know, to be asked of us.
    var questions: Set<Question> {
        guard let ours = (whole ?? replies)[.swerve]?.answer else { return [] }
        var questions = Set(
            ours[.additional].filter { $0.type != .rrsig }
                .map { Question(name: $0.name, type: $0.type) })
        let others = ServerKind.peers.flatMap { (whole ?? replies)[$0]?.answer?[.additional] ?? [] }
        questions.formUnion(
            others.filter { $0.type == .a || $0.type == .aaaa }.map { Question(name: $0.name, type: $0.type) })
        if query.recordClass == 255 { questions.insert(Question(name: query.name, type: query.type)) }
        if !ours[.additional].isEmpty {
            for record in ours[.answer] + ours[.authority] where record.type == .ns {
                questions.insert(Question(name: record.name, type: .ns))
            }
            questions.insert(Question(name: query.name, type: query.type))
        }
        if let crossing = Crossing(self, ours) { questions.insert(crossing.next) }
        return questions
    }
}

/// Where a chain of aliases leads from the zone of the question into another that is served too.
struct Crossing {
    /// The owners of the aliases up to there.
    private(set) var passed: Set<DomainName> = []
    /// What would be asked to go on.
    private(set) var next: Question

    /// Nil if the chain of our answer stays in the zone.
    init?(_ round: Round, _ ours: SeenAnswer) {
        let type = round.query.type
        guard let start = round.zone(of: round.query.name, type) else { return nil }
        var name = round.query.name
        while passed.insert(name).inserted {
            guard let alias = ours[.answer].first(where: { $0.type == .cname && $0.name == name }),
                let target = alias.target(at: 0)
            else { return nil }
            name = target
            let zone = round.zone(of: name, type)
            if zone == nil { return nil }
            if zone != start {
                next = Question(name: name, type: type)
                return
            }
        }
        return nil
    }

    /// Whether a record belongs to the chain up to the crossing.
    func contains(_ record: SeenRecord) -> Bool {
        switch record.covered ?? record.type {
        case .cname: passed.contains(record.name)
        case .dname: passed.contains { $0 != record.name && $0.isAtOrBelow(record.name) }
        default: false
        }
    }
}
