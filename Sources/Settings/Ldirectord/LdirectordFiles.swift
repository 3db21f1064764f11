import Diagnostics

/// Reads an ldirectord.cf and those that it is to `execute`, which here are read into the same process.
final class LdirectordFiles {
    /// More is a mistake.
    private static let maximumFiles = 100

    private let reading: Reading
    private var read: Set<String> = []

    init(_ reading: Reading) {
        self.reading = reading
    }

    /// Reads a file and those that follow from it.
    func readAll(_ path: String, at place: Place, into director: inout DirectorDraft) {
        let before = director.virtualServers.count
        read(path, at: place, into: &director)
        if director.virtualServers.count > before || reading.hasErrors { return }
        reading.add(
            Diagnostic(
                .warning, "there is no virtual server in it",
                at: SourcePosition(file: path, line: 1, column: 1)))
    }

    private func read(_ path: String, at place: Place, into director: inout DirectorDraft) {
        guard read.insert(path).inserted else { return }
        if read.count > Self.maximumFiles {
            return reading.error("more than \(Self.maximumFiles) files follow by 'execute'", at: place)
        }
        var settings = LdirectordFileSettings(path: path)
        guard let source = reading.read(path, named: "ldirectord.cf", at: place) else {
            return director.settings.ldirectordFiles.append(settings)
        }
        let file = LdirectordReader.read(source, reading: reading)
        director.virtualServers += LdirectordTranslation.virtualServers(file, reading: reading)
        settings.isReloaded = file.autoreload?.value ?? false
        settings.callback = file.callback?.value
        settings.log = file.log
        settings.maintenanceDirectory = file.maintenanceDirectory?.value
        director.settings.ldirectordFiles.append(settings)
        for other in file.execute {
            read(found(other.value, beside: path), at: other.place, into: &director)
        }
    }

    /// Where ldirectord looks for a file, and beside the one that names it.
    private func found(_ name: String, beside path: String) -> String {
        if name.hasPrefix("/") { return name }
        let places = ["/etc/ha.d/\(name)", "/etc/ha.d/conf/\(name)", folder(of: path) + "/" + name]
        return places.first { (try? reading.environment.readFile($0).get()) != nil } ?? places[2]
    }
}
