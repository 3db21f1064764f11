internal import Foundation
internal import Health

/// The file that holds the saved state.
public struct StateFile: Sendable {
    /// Its path.
    public let path: String

    /// A verdict takes half a kilobyte at most: this is the state of a hundred thousand checks. What is larger
    /// is none of ours, and reading it would hold up the start.
    static let maximumSize = 64 << 20

    /// The file in a state directory.
    public init(directory: String) {
        path = directory + "/state.json"
        orders = StoredFile(path: directory + "/orders.json")
    }

    /// The file of the orders, which outlive a boot.
    let orders: StoredFile
    private var file: StoredFile { StoredFile(path: path) }

    /// What is saved, if it is of this boot; nil otherwise, or if there is nothing.
    public func read() -> SavedState? {
        guard let bytes = file.contents(maximumSize: Self.maximumSize),
            let state = try? JSONDecoder().decode(SavedState.self, from: Data(bytes)),
            state.bootID == Self.bootID
        else { return nil }
        return state
    }

    /// Saves a state whole or not at all; what went wrong, nil if nothing did.
    public func write(_ state: SavedState) -> String? {
        var state = state
        state.verdicts.sort { $0.check.target < $1.check.target }
        state.bootID = Self.bootID
        state.savedAt = Self.now
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        guard let data = try? encoder.encode(state) else { return "write \(path): not to be encoded" }
        return file.write(Array(data))
    }

    /// Seconds since the boot, which no correction of the time of day moves.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static let bootID =
        (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8))?
        .trimmingCharacters(in: .whitespacesAndNewlines) ?? "unknown"
}
