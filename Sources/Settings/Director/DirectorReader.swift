import Addresses
import Diagnostics
import Director

/// What the `director` block says, before it is judged.
struct DirectorDraft {
    struct VIP {
        var settings: VIPSettings
        var members: [(key: VirtualServerKey, place: Place)]
        var place: Place
    }

    var backend: (kind: BackendKind, place: Place)?
    var ldirectord: (path: String, word: Word)?
    var virtualServers: [VirtualServerDraft] = []
    var vips: [VIP] = []
    var privateMarks: (range: ClosedRange<UInt32>, place: Place)?
    var timeoutsPlace: Place?
    /// For all virtual servers of swerve.conf that say nothing else.
    var reactions = ReactionSettings()
    var settings = DirectorSettings()
}

/// Reads the `director` block.
enum DirectorReader {
    private static let known =
        [
            "backend", "ldirectord", "vip-interface", "cleanstop", "repair", "sysctls", "virtual-server", "vip",
            "private-marks", "timeouts", "network-namespace", "maintenance-directory", "log-file",
        ] + ReactionReader.statements

    static func read(_ block: Block, reading: Reading) -> DirectorDraft {
        var draft = DirectorDraft()
        var blockReader = BlockReader(reading)
        blockReader.read(block.statements) { cursor, blockReader in
            let keyword = cursor.name.keyword
            if keyword != "virtual-server", keyword != "vip" { blockReader.once(&cursor) }
            switch keyword {
            case "backend":
                let place = cursor.name.place
                if let kind: BackendKind = cursor.choice("a backend") { draft.backend = (kind, place) }
            case "ldirectord": draft.ldirectord = cursor.path()
            case "vip-interface": draft.settings.vipInterface = interface(&cursor)
            case "cleanstop": draft.settings.cleanstop = cursor.boolean() ?? false
            case "repair": draft.settings.repair = cursor.boolean() ?? true
            case "sysctls": draft.settings.sysctls = cursor.choice("the policy for sysctls") ?? .report
            case "private-marks":
                if let marks = KernelReader.privateMarks(&cursor) {
                    draft.privateMarks = marks
                    draft.settings.privateMarks = marks.range
                }
            case "network-namespace": draft.settings.networkNamespace = KernelReader.namespace(&cursor)
            case "timeouts":
                draft.timeoutsPlace = cursor.name.place
                draft.settings.timeouts = KernelReader.timeouts(&cursor) ?? TimeoutSettings()
            case "virtual-server":
                if let server = VirtualServerReader.read(&cursor) { draft.virtualServers.append(server) }
            case "vip":
                if let vip = vip(&cursor) { draft.vips.append(vip) }
            case "maintenance-directory": draft.settings.maintenanceDirectory = cursor.path()?.path
            case "log-file":
                if let word = cursor.word("a file's path, or a facility of syslog") {
                    draft.settings.log = reading.log(word.text, at: word.place)
                }
            case let keyword where ReactionReader.statements.contains(keyword):
                ReactionReader.read(keyword, &cursor, into: &draft.reactions)
            default: cursor.unknown(in: "'director'", known: known)
            }
        }
        for index in draft.virtualServers.indices {
            draft.virtualServers[index].reactions =
                draft.virtualServers[index].reactions.filled(from: draft.reactions)
        }
        return draft
    }

    private static func interface(_ cursor: inout StatementCursor) -> String? {
        guard let word = cursor.word("the name of an interface") else { return nil }
        // IFNAMSIZ is 16 with the zero at the end.
        if !(1...15).contains(word.text.utf8.count) || word.text.contains("/")
            || !CheckReader.isVisible(word.text)
        {
            cursor.fail("'\(word.text)' is no name of an interface", at: word.place)
            return nil
        }
        return word.text
    }

    private static func vip(_ cursor: inout StatementCursor) -> DirectorDraft.VIP? {
        guard let first = cursor.nextWord, let address = cursor.address("an address") else {
            if !cursor.hasFailed { _ = cursor.fail(expected: "an address") }
            return nil
        }
        guard let block = cursor.block() else { return nil }
        var vip = DirectorDraft.VIP(
            settings: VIPSettings(address: address, position: first.place.position), members: [],
            place: first.place)
        var blockReader = BlockReader(cursor.reading)
        blockReader.read(block.statements) { cursor, blockReader in
            switch cursor.name.keyword {
            case "virtual-server":
                if let member = VirtualServerReader.key(&cursor) { vip.members.append(member) }
            case "fwmark":
                if let member = VirtualServerReader.mark(&cursor, from: cursor.name.place) {
                    vip.members.append(member)
                }
            case "requires":
                blockReader.once(&cursor)
                vip.settings.requires = cursor.choice("what is required") ?? .any
            case "when-all-down":
                blockReader.once(&cursor)
                vip.settings.whenAllDown = cursor.choice("what to do when all is down")
            case "weight":
                blockReader.once(&cursor)
                vip.settings.weight = cursor.number("a weight", 0...1_000_000)
            default:
                cursor.unknown(
                    in: "'vip'", known: ["virtual-server", "fwmark", "requires", "when-all-down", "weight"])
            }
        }
        return vip
    }
}
