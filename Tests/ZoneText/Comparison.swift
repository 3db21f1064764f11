import DNSWire
import Diagnostics
import Foundation
import ZoneFiles

/// All cases, given to all programs.
struct Comparison: Sendable {
    /// One case, and what became of it.
    struct Result: Sendable {
        let zoneText: ZoneTextCase
        let theirs: [Checker: Outcome]
        /// Those that know what is written there.
        let judges: [Checker]
        let ours: LoadedZone

        var isRefused: Bool { ours.zone == nil }
        var refusals: Int { judges.count { theirs[$0]?.isRefused == true } }
        /// What ours has to do; nil where the others differ or have no say.
        var isToBeRefused: Bool? {
            if refusals >= 2 { return true }
            return judges.count == Checker.allCases.count && refusals == 0 ? false : nil
        }
        /// The lines of our errors.
        var lines: Set<Int> {
            Set(ours.diagnostics.filter { $0.severity == .error }.compactMap { $0.position?.line })
        }
        /// Whether somebody else points at the same line; nil if nobody points anywhere.
        var pointsAlike: Bool? {
            let lines = theirs.values.filter(\.isRefused).reduce(into: Set<Int>()) { $0.formUnion($1.lines) }
            return lines.isEmpty ? nil : !lines.isDisjoint(with: self.lines)
        }
    }

    let results: [Result]
    /// Who lacks what, by the name of the type or the ability.
    let lacks: [String: [Checker]]
    let seconds: Double

    /// Nil if a checker isn't installed.
    static let shared: Comparison? =
        Checker.allCases.allSatisfy { $0.path != nil } ? try? Comparison(ZoneTextCase.all) : nil

    private init(_ cases: [ZoneTextCase]) throws {
        let start = ContinuousClock.now
        let folder = FileManager.default.temporaryDirectory.appending(path: "swerve-zones-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in ZoneTextCase.includes {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        for (index, zoneText) in cases.enumerated() {
            try Data(zoneText.text).write(to: folder.appending(path: "\(index).zone"))
        }
        let processes = try Checker.allCases.flatMap { try $0.start(in: folder, count: cases.count) }
        let origin = try DomainName("example.com.")
        let ours = cases.indices.map { index in
            ZoneFile.load(path: folder.appending(path: "\(index).zone").path(), origin: origin)
        }
        processes.forEach { $0.waitUntilExit() }
        var theirs: [Checker: [Outcome]] = [:]
        for checker in Checker.allCases {
            theirs[checker] = try checker.outcomes(in: folder, count: cases.count)
        }
        // Who refuses what is right has no say on variations of it.
        var byRow: [String: Int] = [:]
        for (index, zoneText) in cases.enumerated() { byRow[zoneText.row] = index }
        func refusing(_ row: String) throws -> [Checker] {
            guard let index = byRow[row] else { throw CheckerFailure(reason: "there is no row '\(row)'") }
            return Checker.allCases.filter { theirs[$0]?[index].isRefused == true }
        }
        var lacks: [String: [Checker]] = [:]
        for (type, row) in ZoneTextCase.plainRecords where lacks[type] == nil {
            lacks[type] = try refusing(row)
        }
        for ability in Peculiarity.abilities { lacks[ability.name] = try refusing(ability.probe) }
        self.lacks = lacks
        results = cases.indices.map { index in
            let lacking = Self.topics(of: cases[index].row).flatMap { lacks[$0] ?? [] }
            return Result(
                zoneText: cases[index], theirs: theirs.compactMapValues { $0[index] },
                judges: Checker.allCases.filter { !lacking.contains($0) }, ours: ours[index])
        }
        let elapsed = (ContinuousClock.now - start).components
        seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
    }

    /// The types and abilities that a row needs.
    private static func topics(of row: String) -> [String] {
        let words = row.replacing("⏎", with: " ").replacing("⟨x09⟩", with: " ").split(separator: " ")
        return words.map { $0.uppercased() } + Peculiarity.abilities.filter { $0.applies(row) }.map(\.name)
    }
}
