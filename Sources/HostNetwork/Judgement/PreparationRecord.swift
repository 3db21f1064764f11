import Addresses
import FoundationEssentials

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
        do {
            if self == PreparationRecord() {
                if FileManager.default.fileExists(atPath: path) {
                    try FileManager.default.removeItem(atPath: path)
                }
            } else {
                try text.write(toFile: path, atomically: true, encoding: .utf8)
            }
        } catch {
            throw HostNetworkError("write \(path): \(error)")
        }
    }
}
