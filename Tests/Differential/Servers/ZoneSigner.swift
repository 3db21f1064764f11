import DNSWire
import Foundation

/// Signs zones by the programs of others, all with one ECDSA key.
struct ZoneSigner {
    /// The key as dnssec-keygen writes it: its record's data, and the private part.
    private let key: (data: String, tag: String, secret: String)

    /// Whether all signers are there.
    static var isAvailable: Bool {
        Programs.path("dnssec-keygen") != nil
            && Signer.allCases.allSatisfy { Programs.path($0.rawValue) != nil }
    }

    init() throws {
        let folder = try Folders.make("key")
        defer { try? FileManager.default.removeItem(at: folder) }
        let name = try Self.output(
            "dnssec-keygen", ["-q", "-a", "ECDSAP256SHA256", "-f", "KSK", "key.example"], folder
        )
        .trimmingCharacters(in: .whitespacesAndNewlines)
        let record = try String(contentsOf: folder.appendingPathComponent(name + ".key"), encoding: .utf8)
        let line = record.split(separator: "\n").last { !$0.hasPrefix(";") } ?? ""
        guard let range = line.range(of: "DNSKEY ") else {
            throw ServerError(description: "no key in \(record)")
        }
        key = (
            String(line[range.upperBound...]), String(name.suffix(5)),
            try String(contentsOf: folder.appendingPathComponent(name + ".private"), encoding: .utf8)
        )
    }

    /// The data of the key's DNSKEY record.
    var keyData: String { key.data }

    /// The text of a zone as it is to be served.
    func text(of zone: ZoneText) throws -> String {
        if zone.signing == .unsigned { return zone.text }
        let folder = try Folders.make("sign")
        defer { try? FileManager.default.removeItem(at: folder) }
        let origin = zone.origin.text
        let ttl = zone.records.first?.ttl ?? 0
        // The signers of ldns and BIND find the key by the name of its files.
        let base = "K\(zone.origin.wire.count > 1 ? "zone." : ".")+013+\(key.tag)"
        try "\(origin) IN DNSKEY \(key.data)\n".write(
            to: folder.appendingPathComponent(base + ".key"), atomically: true, encoding: .utf8)
        try key.secret.write(
            to: folder.appendingPathComponent(base + ".private"), atomically: true, encoding: .utf8)
        let keyRecord = zone.signing.signer == .knot ? "" : "\(origin) \(ttl) IN DNSKEY \(key.data)\n"
        let input = folder.appendingPathComponent("zone")
        try (zone.text + keyRecord).write(to: input, atomically: true, encoding: .utf8)
        switch zone.signing {
        case .unsigned: break
        case .nsec(.bind):
            _ = try Self.output(
                "dnssec-signzone", ["-z", "-P", "-q", "-o", origin, "-f", "signed", "zone", base], folder)
        case .nsec3(.bind, let iterations, let salt, let optOut):
            _ = try Self.output(
                "dnssec-signzone",
                [
                    "-z", "-P", "-q", "-o", origin, "-f", "signed", "-3", salt.isEmpty ? "-" : salt, "-H",
                    "\(iterations)",
                ]
                    + (optOut ? ["-A"] : []) + ["zone", base], folder)
        case .nsec(.ldns):
            _ = try Self.output("ldns-signzone", ["-o", origin, "-f", "signed", "zone", base], folder)
        case .nsec3(.ldns, let iterations, let salt, let optOut):
            _ = try Self.output(
                "ldns-signzone",
                ["-o", origin, "-f", "signed", "-n", "-t", "\(iterations)"]
                    + (salt.isEmpty ? [] : ["-s", salt])
                    + (optOut ? ["-p"] : []) + ["zone", base], folder)
        case .nsec(.knot): try signByKnot(zone, "nsec3: off", folder)
        case .nsec3(.knot, let iterations, let salt, let optOut):
            try signByKnot(
                zone,
                """
                nsec3: on
                    nsec3-iterations: \(iterations)
                    nsec3-salt-length: \(salt.utf8.count / 2)
                    nsec3-opt-out: \(optOut ? "on" : "off")
                """, folder)
        }
        return try String(contentsOf: folder.appendingPathComponent("signed"), encoding: .utf8)
    }

    private func signByKnot(_ zone: ZoneText, _ policy: String, _ folder: URL) throws {
        let origin = zone.origin.text
        try """
        database:
            storage: "\(folder.path)"
        policy:
          - id: all
            algorithm: ecdsap256sha256
            single-type-signing: on
            zone-max-ttl: 1d
            \(policy)
        template:
          - id: default
            dnssec-policy: all
            dnssec-signing: on
            storage: "\(folder.path)"
            semantic-checks: off
        zone:
          - domain: "\(origin)"
            file: "zone"

        """.write(to: folder.appendingPathComponent("conf"), atomically: true, encoding: .utf8)
        _ = try Self.output("kzonesign", ["-c", "conf", "-o", "out", origin], folder)
        let files = try FileManager.default.contentsOfDirectory(
            at: folder.appendingPathComponent("out"), includingPropertiesForKeys: nil)
        guard let file = files.first else { throw ServerError(description: "kzonesign wrote nothing") }
        try FileManager.default.moveItem(at: file, to: folder.appendingPathComponent("signed"))
    }

    private static func output(_ program: String, _ arguments: [String], _ folder: URL) throws -> String {
        guard let path = Programs.path(program) else {
            throw ServerError(description: "\(program) is not installed")
        }
        let (status, output) = try Programs.run(path, arguments, in: folder)
        if status != 0 {
            throw ServerError(description: "\(([program] + arguments).joined(separator: " ")): \(output)")
        }
        return output
    }
}
