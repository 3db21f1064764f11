internal import Addresses
internal import Control
internal import Diagnostics
internal import Director
internal import Foundation
internal import Settings

/// The directories of a configuration, as they were looked at last.
struct MaintenanceDirectories {
    private struct Looked {
        var directory = MaintenanceDirectory()
        var found = Maintenance()
        var trouble: String?
    }

    private var looked: [String: Looked] = [:]

    /// Who is out now, and what was not known before of directories that can't be read; of those all stays as it was.
    ///
    /// - Parameter isResolving: Whether names that are new are resolved, which may take as long as the resolver does.
    mutating func look(
        _ director: DirectorSettings, isResolving: Bool
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
                entry.found = try entry.directory.look(path, isResolving: isResolving)
                entry.trouble = nil
            } catch {
                if entry.trouble != error.words {
                    troubles.append("\(path): \(error.words); who is in maintenance stays as it was")
                }
                entry.trouble = error.words
            }
            looked[path] = entry
        }
        let found = scopes.compactMap { scope -> Maintenance? in
            guard var found = looked[scope.path]?.found, !found.isEmpty else { return nil }
            found.virtualServers = scope.servers
            return found
        }
        return (found, troubles)
    }
}

/// Reads a directory whose files name real servers: `192.0.2.2`, `192.0.2.2:80`, `[2001:db8::2]:80`, `rs1`,
/// `rs1.example.com:80`. Names are resolved when their files appear, and those that have no address a minute later again.
struct MaintenanceDirectory {
    /// More files than there are real servers are not looked at.
    private static let maximumFiles = 20_000

    private static let patience = Duration.seconds(60)

    private struct Host {
        var addresses: [IPAddress]
        var since = ContinuousClock.now

        var isKnown: Bool {
            !addresses.isEmpty || since.duration(to: .now) < MaintenanceDirectory.patience
        }
    }

    private var resolved: [String: Host] = [:]

    /// Why a directory can't be read.
    struct Trouble: Error {
        var words: String
    }

    /// Who is out by the files that are there now.
    mutating func look(_ path: String, isResolving: Bool) throws(Trouble) -> Maintenance {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        if descriptor < 0 { throw Trouble(words: unsafe String(cString: strerror(errno))) }
        close(descriptor)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw Trouble(words: "it can't be read")
        }
        var maintenance = Maintenance()
        var known: [String: Host] = [:]
        for name in names.prefix(Self.maximumFiles) where !name.hasPrefix(".") {
            let file = "\(path)/\(name)"
            if let endpoint = Endpoint(name) {
                maintenance.endpoints[endpoint] = file
            } else if let address = IPAddress(name) ?? Self.bracketed(name) {
                maintenance.addresses[address] = file
            } else {
                let parts = name.split(separator: ":", maxSplits: 1)
                let host = String(parts.first ?? "")
                if let before = known[host] ?? resolved[host], before.isKnown || !isResolving {
                    known[host] = before
                } else if isResolving {
                    known[host] = Host(addresses: HostLookup.addresses(of: host))
                }
                for address in known[host]?.addresses ?? [] {
                    if parts.count == 2 {
                        guard let port = UInt16(parts[1]) else { continue }
                        maintenance.endpoints[Endpoint(address, port: port)] = file
                    } else {
                        maintenance.addresses[address] = file
                    }
                }
            }
        }
        resolved = known
        return maintenance
    }

    private static func bracketed(_ text: String) -> IPAddress? {
        text.hasPrefix("[") && text.hasSuffix("]") ? IPAddress(String(text.dropFirst().dropLast())) : nil
    }
}
