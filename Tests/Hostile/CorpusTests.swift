import FuzzTargets
import Foundation
import Testing

@Suite("The fuzzers' corpora")
struct CorpusTests {
    /// Tests/Fuzzers/corpora.
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Fuzzers/corpora")

    @Test("Every input of a corpus, and every seed", arguments: FuzzTarget.allCases)
    func corpus(_ target: FuzzTarget) throws {
        let folder = Self.folder.appendingPathComponent(target.rawValue)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(!names.isEmpty)
        for name in names {
            let input = try Data(contentsOf: folder.appendingPathComponent(name))
            #expect(throws: Never.self, "\(target)/\(name)") { try target.run(Array(input)) }
        }
        for (index, seed) in target.seeds.enumerated() {
            #expect(throws: Never.self, "seed \(index) of \(target)") { try target.run(seed) }
        }
    }
}
