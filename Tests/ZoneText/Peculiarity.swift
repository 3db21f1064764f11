/// A rule, with its reason, by which a case is not judged by the majority of the others.
struct Peculiarity: Sendable {
    /// What it is about, for the table.
    let name: String
    /// Why it is so.
    let reason: String
    /// The cases that it is about.
    let applies: @Sendable (ZoneTextCase) -> Bool
}

extension Peculiarity {
    /// What some of the programs merely lack: each with a row that is right, and shows who lacks it.
    static let abilities: [(name: String, probe: String, applies: @Sendable (String) -> Bool)] = [
        ("$GENERATE", "$GENERATE 1-3 a$ A 192.0.2.$", { $0.lowercased().hasPrefix("$generate") }),
        (
            "relative $ORIGIN", "$ORIGIN sub⏎www A 192.0.2.1",
            { $0.contains(/(?i)\$origin \(?[^.⏎"@]+( |⏎)/) || $0.contains(/\$ORIGIN ⟨/) }
        ),
        ("relative origin of $INCLUDE", "$INCLUDE one.inc sub", { $0.contains(/\$INCLUDE \S+ sub( |⏎|$)/) }),
        ("parenthesis before the owner", "( www A 192.0.2.1 )", { $0.contains(/^\(⏎? ?www/) }),
        ("parentheses in parentheses", "www A (( 192.0.2.1 ))", { $0.contains(/\( ?\(/) }),
        (
            "names of digests in DS", "sub NS ns1⏎sub DS 1 8 SHA-256 ⟨00*32⟩",
            { $0.contains(/DS [0-9]+ [0-9]+ SHA/) }
        ),
        ("the parameter ohttp", "www HTTPS 1 . ohttp", { $0.contains("ohttp") }),
        ("the parameter dohpath", "www HTTPS 1 . alpn=h2 dohpath=/dns-query{?dns}", { $0.contains("dohpath") }),
    ]

    /// Where ours accepts what two others refuse.
    static let accepted: [Peculiarity] = [
        Peculiarity(
            name: "byte order mark",
            reason: "editors of Windows write it, and nothing else can be meant; warned about",
            applies: { $0.row.contains("⟨xEF⟩⟨xBB⟩⟨xBF⟩") }),
        Peculiarity(
            name: "times of SIG as numbers", reason: "RFC 4034 §3.2 has them for RRSIG, and SIG is read alike",
            applies: { $0.row.contains("SIG A 8 2 3600 1767225600") }),
    ]

    /// Where ours refuses what all others accept.
    static let refused: [Peculiarity] = [
        Peculiarity(
            name: "data of a known type in the form of RFC 3597",
            reason:
                "it must have the type's form all the same (RFC 3597 §5), or it could not be served as that type",
            applies: { $0.row.contains(" \\# ") }),
        Peculiarity(
            name: "URI without a target", reason: "RFC 7553 §4.4: its length MUST be greater than zero",
            applies: { $0.row.contains("URI 1 1 \"\"") }),
        Peculiarity(
            name: "records that no message holds",
            reason: "they could never be answered: a message has 65,535 octets at most",
            applies: { $0.kind == "many" && $0.row.contains(/\*(650|6000)⟩/) }),
    ]
}
