import DNSWire
import Foundation
import Synchronization
import Testing

/// How much is asked for: `SWERVE_DIFFERENTIAL="ZONES QUERIES SEED"`.
private enum Extent {
    private static let numbers = (ProcessInfo.processInfo.environment["SWERVE_DIFFERENTIAL"] ?? "")
        .split(separator: " ").compactMap { Int($0) }
    static let zones = numbers.count > 0 ? numbers[0] : 300
    static let queries = numbers.count > 1 ? numbers[1] : 20
    static let seed = UInt64(numbers.count > 2 ? numbers[2] : 1)
    /// Zones for each start of the servers.
    static let batch = 75
    /// Differences that are made small; each takes up to a minute.
    static let shrunk = 4

    /// Says why a zone is not signed or loaded, if the environment has `SWERVE_DIFFERENTIAL_WHY`.
    static func say(_ text: String) {
        if ProcessInfo.processInfo.environment["SWERVE_DIFFERENTIAL_WHY"] != nil { print(text) }
    }
}

@Suite(
    "The answers of BIND, NSD and Knot for random zones",
    .enabled(
        if: ServerKind.allCases.allSatisfy { $0.program != nil },
        "needs swerved built, named, nsd and knotd (Debian: bind9, nsd, knot)"),
    .enabled(
        if: ZoneSigner.isAvailable,
        "needs dnssec-signzone, ldns-signzone and kzonesign (Debian: bind9-utils, ldnsutils, knot-dnssecutils)"),
    .timeLimit(.minutes(60)), .serialized)
struct DifferentialTests {
    @Test("Where the three agree, ours agrees; where they differ, ours is one of theirs")
    func answers() throws {
        let signer = try ZoneSigner()
        var tally = Tally()
        var findings: [(finding: Finding, round: Round, fault: String)] = []
        var number = 0
        for left in stride(from: Extent.zones, to: 0, by: -Extent.batch) {
            let batch = try Batch(
                number, seed: Extent.seed, zones: min(Extent.batch, left), perZone: Extent.queries)
            try run(batch, signer, &tally, &findings)
            number += 1
        }
        print("Differential, seed \(Extent.seed):\n\(tally.text)")
        for found in findings {
            Issue.record("\(found.fault): \(found.finding.query)\n\(Self.text(found.round))")
        }
        // One of each kind is enough to begin with.
        var kinds: Set<String> = []
        for found in findings {
            let isNew = kinds.insert("\(found.finding.minimalResponses) \(found.finding.query.type)").inserted
            if isNew && kinds.count <= Extent.shrunk { report(found.finding, found.fault, signer) }
        }
        // A run that signs hardly anything, or leaves out most, would prove little.
        #expect(tally.queries > tally.leftOut)
        #expect(tally.unsigned * 2 < max(Extent.zones, 30))
    }

    private func run(
        _ batch: Batch, _ signer: ZoneSigner, _ tally: inout Tally,
        _ findings: inout [(finding: Finding, round: Round, fault: String)]
    ) throws {
        let zones = batch.groups.flatMap(\.zones)
        let texts = tally.time("signing") {
            let texts = Mutex<[Int: Result<String, any Error>]>([:])
            // As many signers at a time as there are processors.
            DispatchQueue.concurrentPerform(iterations: zones.count) { index in
                let text = Result { try signer.text(of: zones[index]) }
                texts.withLock { $0[index] = text }
            }
            return texts.withLock { texts in zones.indices.map { (origin: zones[$0].origin, text: texts[$0]!) }
            }
        }
        for (zone, text) in zip(zones, texts) {
            tally.zones[zone.signing.kind, default: 0] += 1
            if case .failure(let error) = text.text, let signer = zone.signing.signer {
                tally.unsignable[signer.rawValue, default: 0] += 1
                Extent.say("\(error)")
            }
        }
        let served = zip(zones, texts).map { (origin: $0.origin, text: (try? $1.text.get()) ?? $0.text) }
        let arena = try tally.time("starting") {
            try Arena(zones: served, minimalResponses: batch.minimalResponses)
        }
        let loaded = tally.time("starting") { arena.loaded(zones.map(\.origin)) }
        var broken: Set<DomainName> = []
        for (zone, servers) in zip(zones, loaded) where servers.count < ServerKind.allCases.count {
            broken.insert(zone.origin)
            for server in ServerKind.allCases where !servers.contains(server) {
                tally.refused[server.rawValue, default: 0] += 1
                let lines = arena.log(of: server).split(separator: "\n").filter { $0.contains("rror") }
                Extent.say(
                    "\(zone.origin) is not loaded by \(server.rawValue):\n\(lines.joined(separator: "\n"))")
            }
            if !servers.contains(.swerve) && servers.count > 1 {
                Issue.record("only we refuse a zone that others load:\n\(zone.text)")
            }
        }
        let asked = batch.queries.filter { query in
            !batch.groups[query.group].zones.contains { broken.contains($0.origin) }
        }
        tally.leftOut += batch.queries.count - asked.count
        var rounds = tally.time("asking") { arena.rounds(asked.map(\.query)) }
        let judgements = tally.time("judging") { arena.judge(&rounds) }
        for (index, judgement) in judgements.enumerated() {
            tally.count(judgement)
            if case .different(let fault) = judgement.verdict {
                let own = batch.groups[asked[index].group].zones
                let root = zones.filter { $0.origin.wire.count == 1 && own.first?.origin != $0.origin }
                let finding = Finding(
                    zones: own + root, minimalResponses: batch.minimalResponses, query: asked[index].query)
                findings.append((finding, rounds[index], fault))
            }
        }
    }

    /// Makes a finding small, and reports it as a row for the file of regressions.
    private func report(_ finding: Finding, _ fault: String, _ signer: ZoneSigner) {
        var shrinker = Shrinker(signer)
        let small = shrinker.shrink(finding)
        guard let (round, judgement, texts) = try? Shrinker.rounds(small, signer) else { return }
        let row = RegressionCase.text(
            zones: texts, minimalResponses: small.minimalResponses, query: small.query,
            expected: ServerKind.peers.flatMap { kind in
                ["(\(kind.rawValue))"] + (round.replies[kind]?.lines ?? [])
            })
        Issue.record(
            """
            \(fault): \(finding.query)
            \(row)\(judgement.verdict == .unanimous ? "(not seen again)\n" : "")ours:
            \((round.replies[.swerve]?.lines ?? []).joined(separator: "\n"))
            """)
    }

    private static func text(_ round: Round) -> String {
        ServerKind.allCases.map { kind in
            "\(kind.rawValue):\n  " + (round.replies[kind]?.lines ?? []).joined(separator: "\n  ")
        }.joined(separator: "\n")
    }
}
