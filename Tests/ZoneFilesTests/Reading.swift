import DNSWire
import Diagnostics
@testable import ZoneFiles

/// A record as the reader hands it over.
struct FoundRecord: Equatable {
    var owner: String
    var type: RecordType
    var ttl: UInt32
    var data: String
}

/// Keeps what a reader finds.
struct Collector: RecordSink {
    var records: [FoundRecord] = []
    var isFull: Bool { false }

    mutating func add(owner: RawSpan, type: RecordType, ttl: UInt32, data: RawSpan, location: UInt64) {
        let name = DomainName(wire: octets(owner))
        records.append(
            FoundRecord(
                owner: name?.description ?? "invalid \(octets(owner))", type: type, ttl: ttl,
                data: hexadecimal(octets(data))))
    }

    private func octets(_ span: RawSpan) -> [UInt8] {
        span.withUnsafeBytes { Array($0) }
    }
}

func hexadecimal(_ octets: [UInt8]) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// Reads a text without a builder behind it.
func read(_ bytes: [UInt8], origin: DomainName) -> (records: [FoundRecord], diagnostics: [Diagnostic]) {
    var reader = MasterFileReader(sink: Collector(), origin: origin, directory: nil, limits: .default)
    reader.files = [
        SourceFile(
            name: "zone", bytes: FlatMemory(bytes + [UInt8(ascii: "\n")]), identity: nil, includedFrom: nil)
    ]
    reader.read(0)
    return (reader.sink.records, reader.findings.diagnostics(of: reader.files))
}

func read(_ text: String, origin: String = "example.com.") throws -> (
    records: [FoundRecord], diagnostics: [Diagnostic]
) {
    read(Array(text.utf8), origin: try DomainName(origin))
}

/// `LINE:COLUMN: SEVERITY: MESSAGE` of each diagnostic.
func places(_ diagnostics: [Diagnostic]) -> [String] {
    diagnostics.map { diagnostic in
        let place = diagnostic.position.map { "\($0.line):\($0.column): " } ?? ""
        return "\(place)\(diagnostic.severity.rawValue): \(diagnostic.message)"
    }
}
