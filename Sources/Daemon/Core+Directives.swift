internal import Control
internal import ControlProtocol
internal import Foundation
internal import Settings
internal import ZoneFiles

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
            tasks.addTask {
                for await event in events {
                    await self.writeDirectiveLog(event)
                    change.yield()
                }
            }
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
                var watch = FileWatch()
                var watched: String?
                while true {
                    try await Task.sleep(for: .seconds(1))
                    await self.react()
                    await self.lookForMaintenance(self.configuration)
                    let director = await self.configuration.settings.director
                    let file = director.callback == nil ? nil : director.ldirectordFile
                    if file != watched {
                        watched = file
                        watch.follow(file.map { [ReadFile(now: $0)] } ?? [])
                    } else if let file, let callback = director.callback, watch.look() {
                        watch.follow([ReadFile(now: file)])
                        if FileManager.default.isExecutableFile(atPath: callback) {
                            await self.reactor.perform(callback, [file])
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

    private func writeDirectiveLog(_ event: Event) {
        let director = configuration.settings.director
        if let place = director.logFile {
            let name = director.ldirectordFile?.split(separator: "/").last.map(String.init) ?? "ldirectord"
            DirectiveLog(place: place, name: name).write(event) { [log] in log.write(.error, "logfile", $0) }
        }
    }

    /// Takes out whom a configuration's `maintenancedir` names. While that can't be read, all stays as it was.
    func lookForMaintenance(_ configuration: Configuration) async {
        guard let path = configuration.settings.director.maintenanceDirectory else {
            maintenance = MaintenanceDirectory()
            maintenanceTrouble = nil
            await controller.take(Maintenance())
            return
        }
        let looked = await offPool { [maintenance] in
            var directory = maintenance
            return Result { () throws(MaintenanceDirectory.Trouble) in
                let found = try directory.look(path)
                return (directory, found)
            }
        }
        switch looked {
        case .success(let (directory, found)):
            maintenance = directory
            maintenanceTrouble = nil
            await controller.take(found)
        case .failure(let trouble):
            let text = "\(path): \(trouble.words); who is in maintenance stays as it was"
            if text != maintenanceTrouble { log.write(.warning, "maintenancedir", text) }
            maintenanceTrouble = text
        }
    }
}
