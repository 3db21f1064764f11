import DNSWire
import Foundation
import Synchronization

/// Zones that are served together, by all four, and what is asked about them.
struct Batch {
    var groups: [ZoneGroup]
    var minimalResponses: Bool
    /// Each with the group that it is about.
    var queries: [(group: Int, query: Query)]

    /// A random batch.
    /// - Parameters:
    ///   - number: Together with the seed it decides about everything.
    ///   - count: Zones.
    ///   - perZone: Queries for each.
    init(_ number: Int, seed: UInt64, zones count: Int, perZone: Int) throws {
        var dice = Dice(seed: seed &* 1_000_003 &+ UInt64(number))
        groups = []
        // One in four with the root zone, one in four with all that minimal responses leave out.
        minimalResponses = number % 4 != 3
        var total = 0
        if number % 4 == 2 {
            let records = ZoneGenerator.zone(.root, neighbours: [.root], isSigned: true, dice: dice.split())
            groups.append(
                ZoneGroup(zones: [ZoneText(origin: .root, records: records, signing: .random(&dice))]))
            total = 1
        }
        while total < count {
            var part = dice.split()
            let group = try ZoneGroup.random(groups.count, dice: &part)
            groups.append(group)
            total += group.zones.count
        }
        queries = []
        for (index, group) in groups.enumerated() {
            var part = dice.split()
            let generator = QueryGenerator(group)
            for _ in 0..<(perZone * group.zones.count) { queries.append((index, generator.query(&part))) }
        }
    }
}

/// The four servers with zones, while this object lives.
final class Arena {
    private let servers: [RunningServer]
    private let folder: URL
    private let minimalResponses: Bool
    private let origins: Set<DomainName>
    private let wildcards: Set<DomainName>

    /// Starts them, and waits until they answer.
    init(zones: [(origin: DomainName, text: String)], minimalResponses: Bool) throws {
        self.minimalResponses = minimalResponses
        origins = Set(zones.map(\.origin))
        wildcards = Set(
            zones.flatMap { $0.text.split(separator: "\n") }.filter { $0.hasPrefix("*.") }
                .compactMap { try? DomainName(String($0.prefix { !$0.isWhitespace })) }.map(\.lowercased))
        let folder = try Folders.make("zones")
        self.folder = folder
        let files = try zones.enumerated().map { index, zone in
            let file = folder.appendingPathComponent("\(index).zone")
            try Data(zone.text.utf8).write(to: file)
            return (origin: zone.origin, file: file.path)
        }
        servers = try ServerKind.allCases.map {
            try RunningServer($0, zones: files, minimalResponses: minimalResponses)
        }
        for server in servers { try server.waitUntilReady() }
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// What a server wrote.
    func log(of kind: ServerKind) -> String { servers.first { $0.kind == kind }?.logged ?? "" }

    /// Which servers have which zone: those that answer its SOA with NOERROR.
    func loaded(_ origins: [DomainName]) -> [Set<ServerKind>] {
        var loaded = [Set<ServerKind>](repeating: [], count: origins.count)
        var queries = origins.map { Query(name: $0, type: .soa) }
        for index in queries.indices { queries[index].isOverTCP = true }
        for server in servers {
            for (index, message) in server.ask(queries).enumerated() {
                if case .answer(let answer) = Reply(message, to: queries[index]), answer.code == 0,
                    answer.isAuthoritative
                {
                    loaded[index].insert(server.kind)
                }
            }
        }
        return loaded
    }

    /// Asks all four.
    func rounds(_ queries: [Query]) -> [Round] {
        let all = replies(queries)
        var rounds = queries.indices.map {
            Round(
                query: queries[$0], minimalResponses: minimalResponses, origins: origins, wildcards: wildcards,
                replies: all[$0],
                whole: nil)
        }
        let cut = rounds.indices.filter { index in
            rounds[index].replies.values.contains { $0.answer?.isTruncated == true }
        }
        for (index, whole) in zip(cut, replies(cut.map { overTCP(queries[$0]) })) {
            rounds[index].whole = whole
        }
        return rounds
    }

    /// Judges rounds, and asks us what the rules want to know for it.
    func judge(_ rounds: inout [Round]) -> [Judgement] {
        var judgements = rounds.map { Judgement($0) }
        guard let swerve = servers.first(where: { $0.kind == .swerve }) else { return judgements }
        for index in rounds.indices where judgements[index].verdict.isDifferent {
            let questions = Array(rounds[index].questions)
            let queries = questions.map { question in
                var query = overTCP(rounds[index].query)
                query.name = question.name
                query.type = question.type
                if query.recordClass == 255 { query.recordClass = 1 }
                return query
            }
            for (position, message) in swerve.ask(queries).enumerated() {
                rounds[index].known[questions[position]] = Reply(message, to: queries[position]).answer
            }
            if !questions.isEmpty { judgements[index] = Judgement(rounds[index]) }
        }
        return judgements
    }

    private func overTCP(_ query: Query) -> Query {
        var query = query
        query.isOverTCP = true
        return query
    }

    private func replies(_ queries: [Query]) -> [[ServerKind: Reply]] {
        var all = [[ServerKind: Reply]](repeating: [:], count: queries.count)
        // Each is asked by one thread, which this one waits for.
        nonisolated(unsafe) let servers = servers
        let answers = Mutex<[Int: [[UInt8]?]]>([:])
        DispatchQueue.concurrentPerform(iterations: servers.count) { place in
            let messages = servers[place].ask(queries)
            answers.withLock { $0[place] = messages }
        }
        for (place, messages) in answers.withLock({ $0 }) {
            for (index, message) in messages.enumerated() {
                all[index][servers[place].kind] = Reply(message, to: queries[index])
            }
        }
        return all
    }
}
