internal import Control
internal import Foundation
internal import Settings
internal import Sockets

/// What ldirectord's directives want done beside the table and the answers.
extension Core {
    /// After a look at how things stand, this many times what it took is left to other work.
    private static let lookingRest = 10

    /// Does it, until the task is cancelled.
    func followDirectives() async throws {
        let events = hub.events()
        // However much happens at once, it is looked at once.
        let (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await self.reactor.run() }
            tasks.addTask { for await _ in events { change.yield() } }
            tasks.addTask {
                let clock = ContinuousClock()
                for await _ in changes {
                    let start = clock.now
                    await self.react()
                    // With thousands of real servers a look takes long enough to hold up other work.
                    try await Task.sleep(for: min((clock.now - start) * Self.lookingRest, .seconds(1)))
                }
            }
            tasks.addTask {
                var watches: [String: FileWatch] = [:]
                while true {
                    try await Task.sleep(for: .seconds(1))
                    await self.react()
                    let configuration = await self.configuration
                    await self.resolveMaintenance(configuration)
                    let files = configuration.settings.director.ldirectordFiles.filter { $0.callback != nil }
                    let paths = Set(files.map(\.path))
                    watches = watches.filter { paths.contains($0.key) }
                    for file in files {
                        if watches[file.path]?.look() == false { continue }
                        let isChange = watches[file.path] != nil
                        watches[file.path] = FileWatch(file.path)
                        if isChange, let callback = file.callback,
                            FileManager.default.isExecutableFile(atPath: callback)
                        {
                            await self.reactor.perform(callback, [file.path])
                        }
                    }
                }
            }
            try await tasks.waitForAll()
        }
    }

    /// Looks at what has changed, and has done what follows from it.
    func react() async {
        if await reactor.isIdle { return }
        let occasion: MailSettings.Occasion = isReloading ? .reloading : isStarting ? .starting : .running
        await reactor.look(at: controller.overview, during: occasion)
    }

    /// Takes out whom a configuration's directories name by address, or by a name that is known already: whoever waits
    /// for that must not wait for the resolver.
    func lookForMaintenance(_ configuration: Configuration) async {
        let director = configuration.settings.director
        await take(
            offPool { [maintenance] in Self.look(maintenance, director, isResolving: false) })
    }

    /// The same by any name.
    private func resolveMaintenance(_ configuration: Configuration) async {
        let director = configuration.settings.director
        let look = await resolver.value { [maintenance] in Self.look(maintenance, director, isResolving: true) }
        // What another configuration has said meanwhile holds.
        if let look, director == self.configuration.settings.director { await take(look) }
    }

    private typealias Look = (directories: MaintenanceDirectories, found: [Maintenance], troubles: [String])

    private static func look(
        _ directories: MaintenanceDirectories, _ director: DirectorSettings, isResolving: Bool
    ) -> Look {
        var directories = directories
        let (found, troubles) = directories.look(director, isResolving: isResolving)
        return (directories, found, troubles)
    }

    private func take(_ look: Look) async {
        let (directories, found, troubles) = look
        maintenance = directories
        for trouble in troubles { log.write(.warning, "maintenancedir", trouble) }
        await controller.take(found)
    }
}
