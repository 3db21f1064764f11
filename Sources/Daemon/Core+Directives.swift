internal import Control
internal import Foundation
internal import Settings
internal import Sockets

/// What ldirectord's directives want done beside the table and the answers.
extension Core {
    /// After a look at how things stand, this many times what it took is left to other work.
    private static let lookingRest = 10
    /// What a reload, or the start, waits for the directories of maintenance.
    private static let lookingPatience = Duration.seconds(5)

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
                while true {
                    try await Task.sleep(for: .seconds(1))
                    await self.react()
                }
            }
            // Each by itself, since a disk may hang.
            tasks.addTask {
                while true {
                    try await Task.sleep(for: .seconds(1))
                    await self.lookForMaintenance(within: nil)
                }
            }
            tasks.addTask { try await self.resolveMaintenance() }
            tasks.addTask { try await self.callBack() }
            try await tasks.waitForAll()
        }
    }

    /// Runs the callbacks of files that have changed.
    private func callBack() async throws {
        var watch = ContentWatch()
        while true {
            try await Task.sleep(for: .seconds(1))
            let callbacks = Dictionary(
                configuration.settings.director.ldirectordFiles.compactMap { file in
                    file.callback.map { (file.path, $0) }
                }, uniquingKeysWith: { first, _ in first })
            let looked = await disks.value { [watch] in
                var watch = watch
                let changed = watch.look(at: Set(callbacks.keys))
                    .filter { FileManager.default.isExecutableFile(atPath: callbacks[$0] ?? "") }
                return (watch: watch, changed: changed)
            }
            guard let looked else { continue }
            watch = looked.watch
            for path in looked.changed.sorted() {
                if let callback = callbacks[path] { await reactor.perform(callback, about: path) }
            }
        }
    }

    /// Looks at what has changed, and has done what follows from it.
    func react() async {
        if await reactor.isIdle { return }
        let occasion: MailSettings.Occasion = isReloading ? .reloading : isStarting ? .starting : .running
        await reactor.look(at: controller.overview, during: occasion)
    }

    /// Takes out whom the configuration's directories name by address, or by a name that is known already: this doesn't wait
    /// for the resolver, and for a file system no longer than that.
    func lookForMaintenance(within patience: Duration? = Core.lookingPatience) async {
        let director = configuration.settings.director
        let look = await disks.value(within: patience) { [maintenance, hostNames] in
            var maintenance = maintenance
            let (found, troubles) = maintenance.look(director, names: hostNames)
            return (maintenance, found, troubles)
        }
        // What another configuration has said meanwhile holds.
        guard let (looked, found, troubles) = look, director == self.configuration.settings.director else {
            return
        }
        maintenance = looked
        hostNames.want(looked.hosts)
        for trouble in troubles { log.write(.warning, "maintenancedir", trouble) }
        await controller.take(found)
    }

    /// Asks for the names in those directories, one after the other, however long that takes. What they stand for is taken
    /// out by the next look.
    private func resolveMaintenance() async throws {
        while true {
            try await Task.sleep(for: .seconds(1))
            if hostNames.next == nil { continue }
            while let host = hostNames.next {
                guard let addresses = await resolver.value(of: { HostLookup.addresses(of: host) }) else {
                    return
                }
                if hostNames.learn(addresses, of: host), addresses.isEmpty {
                    log.write(
                        .warning, "maintenancedir", "\(host) has no address yet: nobody is out by that name")
                }
            }
            await lookForMaintenance(within: nil)
        }
    }
}
