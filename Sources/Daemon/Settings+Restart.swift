internal import Diagnostics
internal import Settings

extension Settings {
    /// What a reload does not change: warnings where it is no longer what the daemon was started with.
    func heededAtStartOnly(since start: Settings) -> [Diagnostic] {
        var changed: [String] = []
        if stateDirectory != start.stateDirectory { changed.append("state-directory") }
        if control != start.control { changed.append("controls") }
        if director.networkNamespace != start.director.networkNamespace { changed.append("network-namespace") }
        return changed.map {
            Diagnostic(.warning, "'\($0)' has changed: it is heeded when swerved is started again")
        }
    }
}
