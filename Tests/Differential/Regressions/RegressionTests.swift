import Addresses
import Answering
import Diagnostics
import DNSWire
import Foundation
import Telemetry
import Testing
import ZoneFiles
import Zones

private enum Rows {
    /// The file of cases beside this one.
    static let cases: [RegressionCase] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("regressions.txt")
        return RegressionCase.cases((try? String(contentsOf: file, encoding: .utf8)) ?? "")
    }()
}

extension RegressionCase: CustomTestStringConvertible {
    var testDescription: String { query }
}

@Suite("Differences found once")
struct RegressionTests {
    @Test("There are cases") func some() {
        #expect(!Rows.cases.isEmpty)
    }

    @Test("The answer is as it should be", arguments: Rows.cases)
    func answer(_ row: RegressionCase) throws {
        var served: [DomainName: ServedZone] = [:]
        for (origin, text) in row.zones {
            let origin = try DomainName(origin)
            let loaded = ZoneFile.parse(SourceText(file: "\(origin)", text), origin: origin)
            let zone = try #require(loaded.zone, "\(loaded.diagnostics)")
            served[origin] = ServedZone(zone: zone)
        }
        let options = AnswerOptions(minimalResponses: MinimalResponses(row.minimalResponses))
        let store = SnapshotStore(Snapshot(catalog: ZoneCatalog(served), options: options))
        var responder = Responder(store: store, counters: WorkerCounters(), seed: 1)
        let query = try Query(row.query)
        let message = query.message(id: 1)
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 65535, alignment: 64)
        defer { output.deallocate() }
        let length = responder.answer(
            message.span.bytes, from: .v4(.loopback), port: 5353, over: query.isOverTCP ? .tcp : .udp,
            into: output)
        let answer = try SeenAnswer(Array(output[..<length]), to: query)
        #expect(answer.lines == row.expected)
    }
}
