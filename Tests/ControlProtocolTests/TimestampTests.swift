import ControlProtocol
import Testing

@Suite("Times in RFC 3339's form") struct TimestampTests {
    /// The texts are those of `date -u -d @SECONDS +%FT%TZ`.
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_438_353_125, "2026-11-23T12:52:33.125Z"), (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
            (253_402_300_799_000, "9999-12-31T23:59:59.000Z"), (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (68_169_600_000, "1972-02-29T00:00:00.000Z"),
        ] as [(Int64, String)])
    func known(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test("Every day for eight hundred years follows the one before")
    func days() throws {
        var last = Timestamp(milliseconds: -12_622_780_800_000)
        for _ in 0..<292_194 {
            let next = Timestamp(milliseconds: last.milliseconds + 86_400_000)
            let isReadAgain = Timestamp(next.description) == next
            let isLater = last.description < next.description
            if !isReadAgain || !isLater {
                #expect(isReadAgain && isLater, "\(last) \(next)")
                return
            }
            last = next
        }
        // 1570 and two cycles of 400 years.
        #expect(last.description == "2370-01-01T00:00:00.000Z")
    }

    @Test(
        "Other forms are refused",
        arguments: [
            "", "2026-11-23", "2026-11-23T12:52:33Z", "2026-11-23 12:52:33.125Z", "2026-13-23T12:52:33.125Z",
            "2026-11-23T24:52:33.125Z", "2026-11-23T12:52:33.125+", "２026-11-23T12:52:33.125Z",
        ])
    func refused(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
