import Addresses
import Glibc

/// What `RealServerHost.prepare` changed on this host: one line for each setting with its value before, one for
/// each address.
public struct PreparationRecord: Hashable, Sendable {
    /// Where it is kept: in a folder that only root writes to, and that is empty after a reboot.
    public static let path = "/run/swerve-realserver"

    /// Values before, by the settings' names.
    var settings: [String: String] = [:]
    /// Addresses that were added.
    var addresses: Set<IPAddress> = []

    /// Reads a record's lines; others are passed over.
    init(text: String = "") {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count == 3, words[0] == "set" {
                settings[String(words[1])] = String(words[2])
            } else if words.count == 2, words[0] == "add", let address = IPAddress(words[1]) {
                addresses.insert(address)
            }
        }
    }

    /// The record's lines.
    var text: String {
        let lines =
            settings.sorted { $0.key < $1.key }.map { "set \($0.key) \($0.value)\n" }
            + addresses.sorted().map { "add \($0)\n" }
        return lines.joined()
    }

    /// The record in a file; an empty one if there is no file.
    static func read(_ path: String) throws(HostNetworkError) -> PreparationRecord {
        do {
            return PreparationRecord(text: try SmallFile.read(path, limit: 1 << 20))
        } catch  where error.errno == HostNetworkError.Number.noEntry {
            return PreparationRecord()
        }
    }

    /// Writes the record, or removes the file if there is nothing to say.
    func write(_ path: String) throws(HostNetworkError) {
        if self == PreparationRecord() {
            if unsafe unlink(path) != 0, errno != ENOENT {
                throw HostNetworkError("remove \(path)", errno: errno)
            }
            return
        }
        // In the place of the old one only when it is complete.
        let draft = path + ".new"
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        if descriptor < 0 { throw HostNetworkError("write \(draft)", errno: errno) }
        let bytes = Array(text.utf8)
        let count = unsafe Glibc.write(descriptor, bytes, bytes.count)
        let error = count < 0 ? errno : ENOSPC
        close(descriptor)
        if count != bytes.count { throw HostNetworkError("write \(draft)", errno: error) }
        if unsafe rename(draft, path) != 0 { throw HostNetworkError("rename to \(path)", errno: errno) }
    }
}
