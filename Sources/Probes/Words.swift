extension Duration {
    /// The duration as a person writes it: `3 s`, `1.5 s`, `250 ms`; below a millisecond `0.4 ms`.
    var words: String {
        let microseconds =
            components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
        if microseconds >= 1_000_000 { return Self.decimal(microseconds / 10_000, 100) + " s" }
        return Self.decimal(microseconds / 10, 100) + " ms"
    }

    /// A number of parts of a whole, without zeros at the end.
    private static func decimal(_ parts: Int64, _ whole: Int64) -> String {
        var fraction = String(parts % whole + whole).dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return fraction.isEmpty ? "\(parts / whole)" : "\(parts / whole).\(fraction)"
    }
}

extension String {
    /// What a real server sent, made fit for a log line: printable ASCII, at most 200 characters.
    var quotable: String {
        let printable = utf8.prefix(200).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }
        return String(decoding: printable, as: UTF8.self) + (utf8.count > 200 ? "..." : "")
    }
}
