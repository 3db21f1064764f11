import Addresses
import DNSWire
import Foundation
import Synchronization
import Testing

/// What a validator makes of an answer.
private enum Belief: Equatable {
    /// A record, and all signatures hold.
    case secure
    /// A record that nothing signs, or that opt-out leaves room for (RFC 5155 §9.2), and the proof of that.
    case insecure
    /// Nothing of that type, perhaps after an alias, and the proof.
    case noData
    /// No such name, perhaps after an alias, and the proof.
    case noName
    /// Anything else.
    case other

    /// Reads what delv printed.
    init(_ output: String) {
        let lines = output.split(separator: "\n").map(String.init)
        let status =
            lines.first { $0.hasPrefix("; ") && ($0.hasSuffix("validated") || $0.hasSuffix("answer")) } ?? ""
        let isSecure = status.hasSuffix("fully validated")
        let isInsecure = status.hasSuffix("unsigned answer")
        switch lines.first(where: { $0.hasPrefix(";; resolution failed: ncache") }) {
        case nil: self = isSecure ? .secure : isInsecure ? .insecure : .other
        case ";; resolution failed: ncache nxrrset"?:
            self = isSecure ? .noData : .other
        case ";; resolution failed: ncache nxdomain"?: self = isSecure ? .noName : .other
        default: self = .other
        }
    }
}

/// A zone to be signed, with one that it delegates unsigned.
private struct Scene {
    let zone: ZoneText
    let child: ZoneText

    init(_ signing: Signing, number: Int) throws {
        let origin = try DomainName("signed\(number).example")
        func zone(_ origin: DomainName, _ signing: Signing, _ text: String) throws -> ZoneText {
            ZoneText(
                origin: origin,
                records: try text.split(separator: "\n").map { line in
                    var words = line.split(separator: " ").map(String.init)
                    let owner = try DomainName(words.removeFirst(), origin: origin)
                    let type = words.removeFirst()
                    return ZoneRecord(
                        owner: owner, ttl: 300, type: type,
                        data: words.joined(separator: " ").replacing("@", with: origin.text))
                }, signing: signing)
        }
        self.zone = try zone(
            origin, signing,
            """
            @ SOA ns.@ admin.@ 1 3600 900 604800 300
            @ NS ns.@
            ns A 192.0.2.1
            www A 192.0.2.2
            www AAAA 2001:db8::2
            alias CNAME www.@
            lost CNAME nothing.@
            away CNAME www.elsewhere.
            *.wild TXT "wild"
            deep.there.wild TXT "not wild"
            *.aliases CNAME www.@
            *.lost CNAME nothing.@
            a.b.ent A 192.0.2.3
            tree DNAME ent.@
            insecure NS ns.insecure.@
            ns.insecure A 192.0.2.4
            secure NS ns.secure.@
            ns.secure A 192.0.2.5
            secure DS 1 13 2 0000000000000000000000000000000000000000000000000000000000000000
            """)
        child = try zone(
            try DomainName("insecure", origin: origin), .unsigned,
            """
            @ SOA ns.@ admin.@ 1 3600 900 604800 300
            @ NS ns.@
            ns A 192.0.2.4
            www A 192.0.2.6
            """)
    }

    /// What is asked of it, and what to make of the answer.
    static func questions(optOut: Bool) -> [(question: String, belief: Belief)] {
        [
            ("@ SOA", .secure), ("@ DNSKEY", .secure), ("www A", .secure), ("ns A", .secure),
            ("alias A", .secure),
            ("alias CNAME", .secure), ("away A", .secure), ("*.wild TXT", .secure), ("a.b.tree A", .secure),
            ("tree DNAME", .secure), ("secure DS", .secure),
            ("www TXT", .noData), ("@ TXT", .noData), ("alias TXT", .noData), ("*.wild A", .noData),
            ("wild A", .noData), ("there.wild A", .noData), ("ent A", .noData), ("b.ent A", .noData),
            ("b.tree A", .noData), ("tree A", .noData),
            ("nothing A", .noName), ("a.nothing A", .noName), ("x.there.wild TXT", .noName),
            ("x.www A", .noName),
            ("lost A", .noName),
            ("www.insecure A", .insecure), ("insecure SOA", .insecure),
            // Where opt-out spans the names that a wildcard stands for, one of them might be a delegation.
            ("x.wild TXT", optOut ? .insecure : .secure), ("x.y.wild TXT", optOut ? .insecure : .secure),
            ("x.aliases A", optOut ? .insecure : .secure),
            // What is missing is proven all the same.
            ("x.wild A", .noData), ("insecure DS", .noData),
        ]
    }
}

private let signings: [Signing] = Signer.allCases.flatMap { signer in
    [
        .nsec(signer), .nsec3(signer, iterations: 0, salt: "", optOut: false),
        .nsec3(signer, iterations: 5, salt: "abcd", optOut: false),
        .nsec3(signer, iterations: 0, salt: "", optOut: true),
    ]
}

@Suite(
    "A validator believes what a signed zone answers",
    .enabled(if: ServerKind.swerve.program != nil, "needs swerved built"),
    .enabled(if: Programs.path("delv") != nil, "needs delv (Debian: bind9-dnsutils)"),
    .enabled(
        if: ZoneSigner.isAvailable,
        "needs dnssec-signzone, ldns-signzone and kzonesign (Debian: bind9-utils, ldnsutils, knot-dnssecutils)"),
    .timeLimit(.minutes(5)))
struct ProofTests {
    @Test("Positive, negative, wildcards, aliases, delegations", arguments: signings)
    func answers(_ signing: Signing) throws {
        let signer = try ZoneSigner()
        let scene = try Scene(signing, number: 0)
        let text = try signer.text(of: scene.zone)
        let folder = try Folders.make("proof")
        defer { try? FileManager.default.removeItem(at: folder) }
        try text.write(to: folder.appendingPathComponent("signed"), atomically: true, encoding: .utf8)
        try scene.child.text.write(
            to: folder.appendingPathComponent("child"), atomically: true, encoding: .utf8)
        let server = try RunningServer(
            .swerve,
            zones: [
                (scene.zone.origin, folder.appendingPathComponent("signed").path),
                (scene.child.origin, folder.appendingPathComponent("child").path),
            ], minimalResponses: true)
        try server.waitUntilReady()

        let key = signing.signer == .knot ? try Self.key(in: text) : signer.keyData
        let words = key.split(separator: " ")
        let anchors = """
            trust-anchors { \(scene.zone.origin) static-key \(words[0]) \(words[1]) \(words[2]) \
            "\(words[3...].joined())"; };

            """
        try anchors.write(to: folder.appendingPathComponent("anchors"), atomically: true, encoding: .utf8)
        let delv = try #require(Programs.path("delv"))
        var isOptOut = false
        if case .nsec3(_, _, _, true) = signing { isOptOut = true }
        let questions = Scene.questions(optOut: isOptOut)
        let (origin, endpoint) = (scene.zone.origin, server.endpoint)
        let outputs = Mutex<[Int: String]>([:])
        // As many at a time as there are processors.
        DispatchQueue.concurrentPerform(iterations: questions.count) { index in
            let words = questions[index].question.split(separator: " ")
            guard let name = try? DomainName(words[0], origin: origin) else { return }
            let result = try? Programs.run(
                delv,
                [
                    "@\(endpoint.address)", "-p", "\(endpoint.port)", "-a", "anchors", "+root=\(origin)",
                    name.text, String(words[1]),
                ], in: folder)
            outputs.withLock { $0[index] = result?.output }
        }
        for (index, (question, belief)) in questions.enumerated() {
            let output = try #require(outputs.withLock { $0[index] }, "\(question)")
            let made = Belief(output)
            #expect(made == belief, "\(signing): \(question):\n\(output)")
        }
    }

    /// The data of the key in a signed zone's text.
    private static func key(in text: String) throws -> String {
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace)
            if let place = words.firstIndex(of: "DNSKEY"), !words.contains("RRSIG"), !words.contains("NSEC") {
                return words[(place + 1)...].joined(separator: " ")
            }
        }
        throw ServerError(description: "no key in the zone")
    }
}
