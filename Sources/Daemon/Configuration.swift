internal import Addresses
internal import Control
internal import ControlProtocol
internal import DNSWire
internal import Diagnostics
internal import Director
internal import HostNetwork
internal import Settings
internal import Synchronization
internal import ZoneFiles
internal import Zones

/// A configuration that was read whole, with its zones and what it means on this host: everything that
/// a reload puts in the place of what was there.
struct Configuration: Sendable {
    var settings: Settings
    var plan: ControlPlan
    var shelf: ZoneShelf
    var endpoints: [Endpoint]
    /// The configuration's own files, as they were read.
    var files: [ReadFile]
    /// What they held.
    var contents: [String: FileContents]
    /// What was said about its own files and the host, no error among it.
    var ownWarnings: [Diagnostic]
    /// What there is to say about it and what its zones have to do with VIPs.
    var warnings: [Diagnostic] { ownWarnings + steeringWarnings() }

    /// What reading gave.
    struct Reading: Sendable {
        /// Nil if there is a mistake in the configuration.
        var configuration: Configuration?
        /// Its own files, also if there is a mistake.
        var files: [ReadFile]
        /// What those held that could be read.
        var contents: [String: FileContents]
        /// About the configuration and the zones that were read.
        var diagnostics: [Diagnostic]
        var changes: [ZoneShelf.Change]
    }

    /// Reads a configuration, and the zones that are new in it or have changed.
    ///
    /// - Parameter beforeZones: What is done once the settings are known and before anything else is read or looked
    ///   at; not where they have a mistake.
    static func read(
        _ path: String, shelf: ZoneShelf = ZoneShelf(), beforeZones: (Settings) -> Diagnostic? = { _ in nil }
    ) -> Reading {
        let noted = NotedFiles()
        var result = SettingsReader.read(path: path, environment: noted.environment)
        if let settings = result.settings, let trouble = beforeZones(settings) {
            result.diagnostics.append(trouble)
            result.settings = nil
        }
        let (files, contents) = noted.files(at: result.files)
        func refusal(_ diagnostics: [Diagnostic]) -> Reading {
            Reading(configuration: nil, files: files, contents: contents, diagnostics: diagnostics, changes: [])
        }
        guard let read = result.settings else { return refusal(result.diagnostics) }
        let host = (try? HostNetwork().addresses()) ?? []
        var settings = read.resolvingHost(host)
        var diagnostics = result.diagnostics + settings.misplacedVIPs(host)
        if !diagnostics.hasErrors {
            let prepared = settings.preparingDataPaths()
            settings = prepared.settings
            diagnostics += prepared.diagnostics
        }
        if diagnostics.hasErrors { return refusal(diagnostics) }

        var shelf = shelf
        let changes = shelf.follow(settings.zones, in: settings.directory, at: .now)
        let plan = ControlPlan(settings, hostAddresses: Set(host.map(\.address)))
        shelf.search(for: plan.vipAddresses)
        let configuration = Configuration(
            settings: settings, plan: plan, shelf: shelf, endpoints: settings.endpoints(on: host), files: files,
            contents: contents, ownWarnings: diagnostics)
        return Reading(
            configuration: configuration, files: files, contents: contents,
            diagnostics: configuration.warnings + configuration.zoneDiagnostics(of: changes), changes: changes)
    }

    /// What was said when these zones were read.
    func zoneDiagnostics(of changes: [ZoneShelf.Change]) -> [Diagnostic] {
        changes.filter { $0.result == .loaded || $0.result == .failed }
            .flatMap { shelf.items[$0.name]?.diagnostics ?? [] }
    }

    /// Where a zone, or any of them, says something that steering cannot do.
    func steeringWarnings(of zone: DomainName? = nil) -> [Diagnostic] {
        var warnings: [Diagnostic] = []
        let concerned = shelf.items.values.filter {
            (zone == nil || $0.settings.name == zone)
                && ($0.search?.isSteered == true || $0.search?.warnings.isEmpty == false)
        }
        for item in concerned.sorted(by: { $0.settings.name < $1.settings.name }) {
            let name = item.settings.name.displayText
            warnings += item.search?.warnings.map { Diagnostic(.warning, "zone \(name): \($0)") } ?? []
            if item.search?.isSteered == true, let position = item.settings.allowTransferPosition {
                warnings.append(
                    Diagnostic(
                        .warning, "zone \(name) has steered names, and a secondary cannot steer", at: position))
            }
        }
        return warnings
    }
}

extension Settings {
    /// IPv6 VIPs that would be added to the loopback interface although a network of another interface
    /// holds them: nobody would answer their neighbours (IPv4's ARP answers for addresses on lo too).
    fileprivate func misplacedVIPs(_ host: [InterfaceAddress]) -> [Diagnostic] {
        guard director.backend != .none, let interface = director.vipInterface,
            host.contains(where: { $0.interface == interface && $0.address.isLoopback })
        else { return [] }
        return director.virtualServers.compactMap { server in
            guard let vip = server.key.vip, vip.family == .v6,
                let network = host.first(where: {
                    $0.interface != interface
                        && Prefix($0.address, length: $0.prefixLength)?.contains(vip) == true
                })
            else { return nil }
            return Diagnostic(
                .error,
                "the IPv6 VIP \(vip) can't be on \(interface): nobody would answer for it on \(network.interface)",
                at: server.position, hint: "vip-interface \(network.interface);")
        }
    }
}

/// The files of a configuration that is being read, and what they hold.
private final class NotedFiles: Sendable {
    private let noted = Mutex<[String: (file: ReadFile, contents: FileContents?)]>([:])

    /// This host's, by which files are noted.
    var environment: ReaderEnvironment {
        var environment = ReaderEnvironment.system
        let readFile = environment.readFile
        environment.readFile = { path in
            // Looked at first, so that what is written meanwhile is noticed.
            let file = ReadFile(now: path)
            let result = readFile(path)
            self.noted.withLock { $0[path] = (file, (try? result.get()).map(FileContents.init)) }
            return result
        }
        return environment
    }

    /// These files as they were read, and what they held.
    func files(at paths: [String]) -> ([ReadFile], [String: FileContents]) {
        let noted = noted.withLock { $0 }
        return (
            paths.map { noted[$0]?.file ?? ReadFile(now: $0) }, noted.compactMapValues(\.contents)
        )
    }
}
