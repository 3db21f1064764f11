import DNSWire
import Diagnostics

/// Reads the `steering` block.
enum SteeringReader {
    /// A TTL of nothing would be asked for with every query, one of more than a day would be wrong for as long.
    private static let ttlRange: ClosedRange<Duration> = .seconds(1) ... .seconds(86_400)

    static func read(_ block: Block, into steering: inout SteeringSettings, reading: Reading) {
        var blockReader = BlockReader(reading)
        blockReader.read(block.statements) { cursor, blockReader in
            let keyword = cursor.name.keyword
            if keyword != "name" { blockReader.once(&cursor) }
            switch keyword {
            case "ttl": steering.ttl = ttl(&cursor) ?? steering.ttl
            case "when-all-down":
                steering.whenAllDown = cursor.choice("what to do when all is down") ?? .withdraw
            case "answers": steering.answers = cursor.choice("the way to answer") ?? .all
            case "name":
                guard let (name, _) = cursor.domainName("a name"), let block = cursor.block() else { return }
                blockReader.once(&cursor, as: "name \(name.lowercased)")
                steering.names[name] = policy(block, reading: reading)
            default: cursor.unknown(in: "'steering'", known: ["ttl", "when-all-down", "answers", "name"])
            }
        }
    }

    private static func policy(_ block: Block, reading: Reading) -> NamePolicy {
        var policy = NamePolicy()
        var blockReader = BlockReader(reading)
        blockReader.read(block.statements) { cursor, blockReader in
            blockReader.once(&cursor)
            switch cursor.name.keyword {
            case "ttl": policy.ttl = ttl(&cursor)
            case "when-all-down": policy.whenAllDown = cursor.choice("what to do when all is down")
            case "answers": policy.answers = cursor.choice("the way to answer")
            default: cursor.unknown(in: "'name'", known: ["ttl", "when-all-down", "answers"])
            }
        }
        return policy
    }

    /// Whole seconds, since that is what a record can say.
    private static func ttl(_ cursor: inout StatementCursor) -> Duration? {
        let place = cursor.nextWord?.place
        guard let ttl = cursor.duration("a TTL", ttlRange) else { return nil }
        if ttl.components.attoseconds != 0 {
            cursor.fail("a TTL is a number of whole seconds", at: place)
            return nil
        }
        return ttl
    }
}
