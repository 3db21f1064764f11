internal import Addresses
internal import Answering
internal import CLinux
internal import Control
internal import ControlProtocol
internal import DNSWire
internal import Diagnostics
internal import Director
internal import IPVS
internal import Relay
internal import Settings
internal import Sockets
internal import StreamServer
internal import UDPServer
internal import ZoneFiles

/// Reloading: one at a time, whole or not at all.
extension Core {
    /// What a reload came to.
    struct ReloadResult {
        var isApplied: Bool
        var diagnostics: [Diagnostic]
        var changes: [ZoneShelf.Change]

        var isComplete: Bool { isApplied && !changes.contains { $0.result == .failed } }

        /// Of a reload that the end of the process has overtaken.
        static let overtaken = ReloadResult(isApplied: false, diagnostics: [], changes: [])
    }

    /// Reads the configuration and the zones that changed, and puts them in the place of what was there.
    /// Returns when the new data is visible to clients.
    func reload() async -> ReloadResult {
        await takeTurn()
        defer { giveTurn() }
        let (path, shelf) = (path, configuration.shelf)
        guard let reading = await behindAll({ Configuration.read(path, shelf: shelf) }) else {
            return .overtaken
        }
        var diagnostics = reading.diagnostics
        var isApplied = false
        if let next = reading.configuration {
            if let trouble = emptied(next.settings.director) {
                // In the place of the warning that a start has for it.
                diagnostics.removeAll { $0.severity == .warning && $0.position == trouble.position }
                diagnostics.append(trouble)
            } else if let trouble = await apply(next) {
                diagnostics.append(trouble)
            } else {
                isApplied = true
                diagnostics += next.settings.heededAtStartOnly(since: startSettings)
                diagnostics += await controller.overview.troubles.map { Diagnostic(.warning, "table: \($0)") }
            }
        }
        let result = ReloadResult(
            isApplied: isApplied, diagnostics: diagnostics, changes: isApplied ? reading.changes : [])
        // A file with a mistake is not read again before it changes once more.
        let read = Set(reading.files.map(\.path))
        // What a mistake elsewhere kept from being read is watched all the same.
        let unread = configuration.files.filter { !isApplied && !read.contains($0.path) }
        configuration.files = reading.files + unread.map { ReadFile(now: $0.path) }
        configuration.contents = reading.contents
        followFiles()
        conclude(result)
        if isApplied {
            await setTimeouts()
            await judgeHost()
            // While it is still a reload that it is told of.
            await react()
        }
        return result
    }

    /// Reads one zone's files again, changed or not.
    func reload(zone name: DomainName) async -> ReloadResult {
        await takeTurn()
        defer { giveTurn() }
        let settings = configuration.settings
        let (old, vips) = (configuration.shelf, configuration.plan.vipAddresses)
        let read = await behindAll {
            var shelf = old
            let changes = shelf.follow(
                settings.zones, in: settings.directory, reading: name, at: .now)
            shelf.search(for: vips)
            return (shelf, changes)
        }
        guard let (shelf, changes) = read else { return .overtaken }
        configuration.shelf = shelf
        await controller.take(zones: shelf.zones)
        followFiles()
        let own = changes.filter { $0.name == name }
        let result = ReloadResult(
            isApplied: true,
            diagnostics: configuration.steeringWarnings(of: name) + configuration.zoneDiagnostics(of: own),
            changes: own)
        conclude(result)
        return result
    }

    /// Puts a configuration in the place of the running one; what the system refused, in which case
    /// nothing has changed.
    private func apply(_ next: Configuration) async -> Diagnostic? {
        let old = configuration.settings
        do {
            let udp = try UDPSockets.open(next.endpoints, keeping: udpServer.sockets)
            let streams = try StreamSockets.open(next.endpoints, keeping: streamServer.sockets)
            var backend = backend
            if next.settings.director.backend != old.director.backend {
                backend =
                    switch next.settings.director.backend {
                    case .ipvs: try KernelTable()
                    case .relay: Self.makeRelay(log)
                    case .none: nil
                    }
            }
            // What is new here answers for a moment with what was served before.
            if udpServer.sockets !== udp {
                try udpServer.serve(udp, from: store)
                try streamServer.serve(streams)
            }
            // Whatever can be refused has been asked for by now.
            self.backend = backend
            configuration = next
            limitConnections()
            await take(next)
            return nil
        } catch {
            return Diagnostic(.error, "\(error)", hint: Daemon.hint(for: error))
        }
    }

    /// Why a configuration isn't taken on: an ldirectord.cf without any virtual server, where there were some, is one
    /// that was emptied by mistake, or is being written.
    private func emptied(_ next: DirectorSettings) -> Diagnostic? {
        let now = Set(configuration.settings.director.virtualServers.map(\.position.file))
        let then = Set(next.virtualServers.map(\.position.file))
        guard let file = next.ldirectordFiles.first(where: { now.contains($0.path) && !then.contains($0.path) })
        else { return nil }
        return Diagnostic(
            .error, "there is no virtual server left in it",
            at: SourcePosition(file: file.path, line: 1, column: 1),
            hint: "where that is meant, restart")
    }

    private func conclude(_ result: ReloadResult) {
        isMemoryToGiveBack = true
        tell(result.changes)
        for diagnostic in result.diagnostics { log.write(diagnostic) }
        let errors = result.diagnostics.count { $0.severity == .error }
        let text =
            result.isComplete
            ? "complete"
            : result.isApplied
                ? "a zone could not be loaded, its last good version is served"
                : "not applied, \(errors) \(errors == 1 ? "mistake" : "mistakes"); everything goes on as it was"
        lastReload = StatusReport.LastReload(time: .now, isComplete: result.isComplete, text: text)
        let occurrence = Occurrence(result.isComplete ? .info : .error, "reload", text)
        log.write(occurrence)
        hub.tell(occurrence)
    }

    private func takeTurn() async {
        if isReloading {
            await withCheckedContinuation { waitingReloads.append($0) }
        } else {
            isReloading = true
        }
    }

    private func giveTurn() {
        if waitingReloads.isEmpty {
            isReloading = false
        } else {
            waitingReloads.removeFirst().resume()
        }
    }

    func reloadOnSignal() async { _ = await reload() }

    /// Watches the files whose changes are to be noticed without being asked to: zones, and of ldirectord's those that
    /// have `autoreload`, whose bytes count, as with ldirectord.
    func followFiles() {
        let settings = configuration.settings
        let followed = Set(settings.director.ldirectordFiles.filter(\.isReloaded).map(\.path))
        watch.follow(
            (settings.autoreload ? configuration.shelf.files : [])
                + configuration.files.filter { followed.contains($0.path) },
            contents: configuration.contents.filter { followed.contains($0.key) })
    }

    /// Frees replaced snapshots when no worker has them any more; after zones were read, it also gives back to the
    /// system what the allocator keeps of it, which is about as much again as many small zones hold.
    func freeMemory() async throws {
        while true {
            try await Task.sleep(for: .seconds(1))
            let isMemoryToGiveBack = isMemoryToGiveBack
            let isAllFreed = await offPool { [store] in
                let isAllFreed = store.freeReplaced() == 0
                if isAllFreed && isMemoryToGiveBack { clinux_give_memory_back() }
                return isAllFreed
            }
            if isAllFreed { self.isMemoryToGiveBack = false }
        }
    }

    func watchFiles() async throws {
        let clock = ContinuousClock()
        var rest = Duration.seconds(1)
        while true {
            try await Task.sleep(for: rest)
            let start = clock.now
            let isDue = await lookAtFiles()
            // A hundred thousand files are not looked at every second.
            rest = max(.seconds(1), (clock.now - start) * 20)
            if isDue { _ = await reload() }
        }
    }

    /// A look at the watched files, aside, since a disk may hang.
    private func lookAtFiles() async -> Bool {
        let looked = await disks.value { [watch] in
            var watch = watch
            let isDue = watch.look()
            return (watch: watch, isDue: isDue)
        }
        // What was read meanwhile is not known to that look.
        guard let looked, looked.watch.round == watch.round else { return false }
        watch = looked.watch
        for path in watch.gone {
            log.write(.warning, "autoreload", "\(path) is gone; what was read from it goes on")
        }
        return looked.isDue
    }
}
