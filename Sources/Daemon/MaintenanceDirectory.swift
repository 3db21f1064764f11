internal import Addresses
internal import Control
internal import Diagnostics
internal import Director
internal import Foundation
internal import Settings

/// The directories of a configuration, as they were looked at last.
struct MaintenanceDirectories {
    private struct Looked {
        var found = Maintenance()
        var hosts: Set<String> = []
        var trouble: String?
    }

    private var looked: [String: Looked] = [:]

    /// The names of hosts in them that are no addresses.
    private(set) var hosts: Set<String> = []

    /// Who is out now, by address and by those names that are known, and what was not known before of directories that
    /// can't be read; of those all stays as it was.
    mutating func look(
        _ director: DirectorSettings, names: HostNames
    ) -> (found: [Maintenance], troubles: [String]) {
        var scopes: [(path: String, servers: Set<VirtualServerKey>?)] = []
        if let path = director.maintenanceDirectory { scopes.append((path, nil)) }
        for file in director.ldirectordFiles {
            guard let path = file.maintenanceDirectory else { continue }
            let own = director.virtualServers.lazy.filter { $0.position.file == file.path }.map(\.key)
            scopes.append((path, Set(own)))
        }
        var troubles: [String] = []
        let paths = Set(scopes.map(\.path))
        looked = looked.filter { paths.contains($0.key) }
        for path in paths.sorted() {
            var entry = looked[path] ?? Looked()
            do throws(MaintenanceDirectory.Trouble) {
                (entry.found, entry.hosts) = try MaintenanceDirectory.look(path, names: names)
                entry.trouble = nil
            } catch {
                if entry.trouble != error.words {
                    troubles.append("\(path): \(error.words); who is in maintenance stays as it was")
                }
                entry.trouble = error.words
            }
            looked[path] = entry
        }
        hosts = looked.values.reduce(into: []) { $0.formUnion($1.hosts) }
        let found = scopes.compactMap { scope -> Maintenance? in
            guard var found = looked[scope.path]?.found, !found.isEmpty else { return nil }
            found.virtualServers = scope.servers
            return found
        }
        return (found, troubles)
    }
}

/// Reads a directory whose files name real servers: `192.0.2.2`, `192.0.2.2:80`, `[2001:db8::2]:80`, `rs1`,
/// `rs1.example.com:80`.
enum MaintenanceDirectory {
    /// More files than there are real servers are not looked at.
    private static let maximumFiles = 20_000

    /// Why a directory can't be read.
    struct Trouble: Error {
        var words: String
    }

    /// Who is out by the files that are there now, and the hosts that they name.
    static func look(
        _ path: String, names: HostNames
    ) throws(Trouble) -> (found: Maintenance, hosts: Set<String>) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw Trouble(words: unsafe String(cString: strerror(errno))) }
        close(descriptor)
        guard let files = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw Trouble(words: "it can't be read")
        }
        var maintenance = Maintenance()
        var hosts: Set<String> = []
        for name in files.prefix(maximumFiles) where !name.hasPrefix(".") {
            let file = "\(path)/\(name)"
            if let endpoint = Endpoint(name) {
                maintenance.endpoints[endpoint] = file
            } else if let address = IPAddress(name) ?? bracketed(name) {
                maintenance.addresses[address] = file
            } else {
                let parts = name.split(separator: ":", maxSplits: 1)
                let host = String(parts.first ?? "")
                hosts.insert(host)
                for address in names.addresses(of: host) {
                    if parts.count == 2 {
                        guard let port = UInt16(parts[1]) else { continue }
                        maintenance.endpoints[Endpoint(address, port: port)] = file
                    } else {
                        maintenance.addresses[address] = file
                    }
                }
            }
        }
        return (maintenance, hosts)
    }

    private static func bracketed(_ text: String) -> IPAddress? {
        text.hasPrefix("[") && text.hasSuffix("]") ? IPAddress(String(text.dropFirst().dropLast())) : nil
    }
}

/// The addresses of hosts, as far as they were asked for: each once, and those that have none a minute later again.
struct HostNames {
    private static let patience = Duration.seconds(60)

    /// The addresses, and when those were asked for of which there are none.
    private var known: [String: (addresses: [IPAddress], asked: ContinuousClock.Instant)] = [:]
    /// The hosts to ask for; the next one is the last.
    private var due: [String] = []

    /// The addresses of a host; none as long as they are not known.
    func addresses(of host: String) -> [IPAddress] { known[host]?.addresses ?? [] }

    /// The host to ask for next: one that was never asked for, else the one whose turn was longest ago.
    var next: String? { due.last }

    /// Has the addresses of these hosts asked for, and forgets others.
    mutating func want(_ hosts: Set<String>, at now: ContinuousClock.Instant = .now) {
        known = known.filter { hosts.contains($0.key) }
        let again = known.filter {
            $0.value.addresses.isEmpty && $0.value.asked.duration(to: now) >= Self.patience
        }
        due = again.sorted { $0.value.asked > $1.value.asked }.map(\.key) + hosts.filter { known[$0] == nil }
    }

    /// Takes in what a question came to; whether that is news.
    @discardableResult
    mutating func learn(
        _ addresses: [IPAddress], of host: String, at now: ContinuousClock.Instant = .now
    ) -> Bool {
        guard let place = due.lastIndex(of: host) else { return false }
        due.remove(at: place)
        let isNews = known[host]?.addresses != addresses
        known[host] = (addresses, now)
        return isNews
    }
}
