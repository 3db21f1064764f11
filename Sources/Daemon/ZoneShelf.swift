internal import Addresses
internal import Control
internal import ControlProtocol
internal import DNSWire
internal import Diagnostics
internal import Foundation
internal import Settings
internal import ZoneFiles
internal import Zones

/// The zones that are loaded, each with the files that it came from.
///
/// A value: a reload works on a copy, which takes the place of the old one when it is complete.
struct ZoneShelf: Sendable {
    /// A zone, and what reading it gave.
    struct Item: Sendable {
        var settings: ZoneSettings
        /// Where $INCLUDE began.
        var directory: String
        /// What is served: the last good version; nil if there never was one.
        var zone: Zone?
        var loaded: Timestamp?
        var files: [ReadFile]
        /// What was said when the files were last read.
        var diagnostics: [Diagnostic]
        /// Whether the files, as they were last read, are what is served.
        var isCurrent: Bool
        /// Whether they are not, though nothing else is wrong with them, for want of memory.
        var isLackingRoom: Bool
        /// What the zone has to do with VIPs; nil until it was searched for them.
        fileprivate(set) var search: VIPSearch?
    }

    /// What was found in a zone that was searched for VIPs.
    struct VIPSearch: Sendable {
        /// What was searched for.
        var vips: Set<IPAddress>
        /// What steering can't do, in words.
        var warnings: [String]
        /// Whether there is a name that is steered.
        var isSteered: Bool
    }

    /// What became of a zone in a reload.
    struct Change: Sendable {
        var name: DomainName
        var result: ReloadReport.Zone.Result
        var oldSerial: UInt32?
        var newSerial: UInt32?
        /// Whether the zone, though it was read anew, is what it was.
        var isSame = false
    }

    private(set) var items: [DomainName: Item] = [:]

    /// What Control serves.
    var zones: [DomainName: Controller.LoadedZone] {
        items.mapValues { Controller.LoadedZone($0.zone, allowQuery: $0.settings.allowQuery) }
    }

    /// Every file that a zone came from.
    var files: [ReadFile] { items.values.flatMap(\.files) }

    /// Makes the shelf hold exactly these zones; names in $INCLUDE begin in the directory. A zone is read if it
    /// is new, if one of its files has changed or is missing, or if memory had no room for it. If one zone is asked
    /// for, that is read and no other. A broken one keeps its last good version.
    mutating func follow(
        _ wanted: [ZoneSettings], in directory: String, reading only: DomainName? = nil, at now: Timestamp
    ) -> [Change] {
        var changes: [Change] = []
        let names = Set(wanted.map(\.name))
        for (name, item) in items where !names.contains(name) {
            changes.append(Change(name: name, result: .removed, oldSerial: item.zone?.serial))
            items[name] = nil
        }
        for settings in wanted {
            let old = items[settings.name]
            if var item = old, item.settings.file == settings.file, item.directory == directory,
                item.settings.limits == settings.limits,
                only.map({ $0 != settings.name })
                    ?? (!item.isLackingRoom && item.files.allSatisfy(\.isUnchanged))
            {
                item.settings = settings
                items[settings.name] = item
                let result: ReloadReport.Zone.Result = item.isCurrent ? .unchanged : .failed
                let serial = item.zone?.serial
                changes.append(
                    Change(name: settings.name, result: result, oldSerial: serial, newSerial: serial))
                continue
            }
            let loaded = ZoneFile.load(
                path: settings.file, origin: settings.name, directory: directory,
                limits: ZoneFileLimits(settings.limits))
            let isGood = loaded.zone != nil
            items[settings.name] = Item(
                settings: settings, directory: directory, zone: loaded.zone ?? old?.zone,
                loaded: isGood ? now : old?.loaded, files: loaded.files, diagnostics: loaded.diagnostics,
                isCurrent: isGood, isLackingRoom: loaded.isLackingRoom)
            changes.append(
                Change(
                    name: settings.name, result: isGood ? .loaded : .failed, oldSerial: old?.zone?.serial,
                    newSerial: (loaded.zone ?? old?.zone)?.serial,
                    isSame: old?.zone.flatMap { loaded.zone?.isSame(as: $0) } ?? false))
        }
        return changes
    }
}

extension ZoneShelf {
    /// Searches the zones that are new since they were last searched for these VIPs, or all for others.
    mutating func search(for vips: Set<IPAddress>) {
        for (name, item) in items {
            guard let zone = item.zone, item.search?.vips != vips else { continue }
            items[name]?.search = VIPSearch(
                vips: vips,
                warnings: zone.steeringWarnings(vips: vips).map {
                    "\($0.owner.displayText) \($0.type): \($0.message)"
                },
                isSteered: !zone.steeredRRSets(vips: vips, policy: { _ in 0 }).isEmpty)
        }
    }
}

extension ZoneShelf {
    /// Changes of one kind that are told one by one; with more, a log would tell nobody anything.
    static let changesTold = 1000

    /// What the log says of changes: nothing of zones that stayed as they were.
    static func occurrences(of changes: [Change]) -> [Occurrence] {
        var occurrences: [Occurrence] = []
        var counts: [ReloadReport.Zone.Result: Int] = [:]
        for change in changes where change.result != .unchanged {
            counts[change.result, default: 0] += 1
            if counts[change.result, default: 0] > changesTold { continue }
            let level: Occurrence.Level = change.result == .failed ? .error : .info
            let subject = "zone \(change.displayName)"
            occurrences.append(Occurrence(level, subject, change.words))
            if let warning = change.serialWarning {
                occurrences.append(Occurrence(.warning, subject, warning))
            }
        }
        let words: [(ReloadReport.Zone.Result, Occurrence.Level, String)] = [
            (.loaded, .info, "loaded"), (.removed, .info, "removed"), (.failed, .error, "not loaded"),
        ]
        for (result, level, word) in words {
            let more = counts[result, default: 0] - changesTold
            if more > 0 { occurrences.append(Occurrence(level, "zones", "\(more) more \(word)")) }
        }
        return occurrences
    }
}

extension ZoneFileLimits {
    /// The default ones, where the configuration says nothing else; its 0 is no limit.
    init(_ settings: ZoneLimitSettings) {
        self.init()
        if let records = settings.records { zone.records = records == 0 ? nil : records }
        if let count = settings.recordsPerType { zone.recordsPerType = count == 0 ? nil : count }
        if let count = settings.typesPerName { zone.typesPerName = count == 0 ? nil : count }
        if let depth = settings.nameDepth { zone.nameDepth = depth == 0 ? nil : depth }
    }
}

extension ZoneShelf.Change {
    /// The zone's name as admins write it.
    var displayName: String { name.displayText }

    /// What happened, for the log: `loaded, serial 1 -> 2`.
    var words: String {
        switch result {
        case .loaded:
            "loaded, serial \(oldSerial.map { "\($0)" } ?? "none") -> \(newSerial.map { "\($0)" } ?? "none")"
        case .unchanged: "unchanged, serial \(newSerial.map { "\($0)" } ?? "none")"
        case .failed:
            oldSerial.map { "not loaded, serial \($0) is served on" } ?? "not loaded, answered with SERVFAIL"
        case .removed: "removed"
        }
    }

    /// A doubt about the serial: secondaries and people go by it.
    var serialWarning: String? {
        guard result == .loaded, !isSame, let oldSerial, let newSerial else { return nil }
        if newSerial == oldSerial {
            return "serial \(newSerial) unchanged; a secondary would not take the new zone"
        }
        // RFC 1982 §3.2
        if Int32(bitPattern: newSerial &- oldSerial) < 0 {
            return "serial went backwards, \(oldSerial) -> \(newSerial)"
        }
        return nil
    }
}

extension DomainName {
    /// The name without the dot at its end, as admins write it; the root keeps it.
    var displayText: String { wire.count == 1 ? "." : String(description.dropLast()) }
}

extension Timestamp {
    /// Now.
    static var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

    /// A moment of the clock that does not jump.
    init(_ instant: ContinuousClock.Instant) {
        let ago = instant.duration(to: ContinuousClock.now).components
        self.init(
            milliseconds: Timestamp.now.milliseconds - ago.seconds * 1000 - ago.attoseconds
                / 1_000_000_000_000_000)
    }
}
