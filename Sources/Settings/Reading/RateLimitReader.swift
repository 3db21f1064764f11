import Addresses
import Diagnostics

/// Reads the `rate-limit` block; the ranges are BIND's.
enum RateLimitReader {
    private static let known = [
        "all-per-second", "errors-per-second", "exempt-clients", "ipv4-prefix-length", "ipv6-prefix-length",
        "log-only", "max-table-size", "min-table-size", "nodata-per-second", "nxdomains-per-second",
        "qps-scale",
        "referrals-per-second", "responses-per-second", "slip", "window",
    ]

    static func read(
        _ block: Block, lists: inout AccessListReader, reading: Reading
    ) -> RateLimitSettings {
        var limits = RateLimitSettings()
        var least: Int?
        var most: (size: Int, place: Place)?
        var blockReader = BlockReader(reading)
        blockReader.read(block.statements) { cursor, blockReader in
            blockReader.once(&cursor)
            switch cursor.name.keyword {
            case "responses-per-second": limits.responsesPerSecond = rate(&cursor) ?? 0
            case "referrals-per-second": limits.referralsPerSecond = rate(&cursor)
            case "nodata-per-second": limits.nodataPerSecond = rate(&cursor)
            case "nxdomains-per-second": limits.nxdomainsPerSecond = rate(&cursor)
            case "errors-per-second": limits.errorsPerSecond = rate(&cursor)
            case "all-per-second": limits.allPerSecond = rate(&cursor) ?? 0
            case "window": limits.window = cursor.number("a number of seconds", 1...3600) ?? 15
            case "slip": limits.slip = cursor.number("a number of responses", 0...10) ?? 2
            case "qps-scale": limits.qpsScale = cursor.number("a number of responses", 1...1_000_000_000)
            case "ipv4-prefix-length": limits.ipv4PrefixLength = cursor.number("a length", 8...32) ?? 24
            case "ipv6-prefix-length": limits.ipv6PrefixLength = cursor.number("a length", 16...64) ?? 56
            case "exempt-clients": if let block = cursor.block() { limits.exemptClients = lists.read(block) }
            case "log-only": limits.isLogOnly = cursor.boolean() ?? false
            case "min-table-size": least = size(&cursor)
            case "max-table-size":
                guard let place = cursor.nextWord?.place, let size = size(&cursor) else { return }
                most = (size, place)
            default: cursor.unknown(in: "'rate-limit'", known: known)
            }
        }
        let smallest = least ?? 500
        if let most, most.size < smallest {
            reading.error(
                "'max-table-size' is \(most.size), less than the \(smallest) of 'min-table-size'",
                at: most.place)
        }
        limits.maximumTableSize = most?.size ?? max(20_000, smallest)
        return limits
    }

    private static func rate(_ cursor: inout StatementCursor) -> Int? {
        cursor.number("a number of responses per second", 0...1000)
    }

    /// The memory is taken at once, 8 octets for each.
    private static func size(_ cursor: inout StatementCursor) -> Int? {
        cursor.number("a number of entries", 0...10_000_000)
    }
}
