import Addresses
import DNSWire
import Diagnostics
import Testing

@testable import Settings

@Suite("Stock files load unchanged")
struct StockFilesTests {
    @Test func articlesOptionsAndZone() throws {
        let result = readConfiguration(StockFiles.article + StockFiles.zone)
        let settings = try result.accepted()
        #expect(settings.directory == "/var/named")
        #expect(settings.allowQuery == .any)
        let name = try DomainName("yufu123.com")
        #expect(settings.zones.map(\.name) == [name])
        #expect(settings.zones.map(\.file) == ["/var/named/yufu123.com.zone"])
        let listener = try #require(settings.listeners.first { $0.family == .v4 })
        #expect(listener.port == 53 && listener.addresses.isAny)
        #expect(
            result.diagnostics.map(\.message) == [
                "these files are not written or read: 'dump-file', 'statistics-file', 'memstatistics-file' have no "
                    + "effect"
            ])
        #expect(result.diagnostics.first?.position?.line == 5)
    }

    @Test func debians() throws {
        let result = SettingsReader.read(
            path: "/etc/bind/named.conf", environment: environment(StockFiles.debian))
        let settings = try result.accepted()
        #expect(
            settings.zones.map(\.file) == [
                "/var/cache/bind/yufu123.com.zone", "/etc/bind/db.local", "/etc/bind/db.127", "/etc/bind/db.0",
                "/etc/bind/db.255",
            ])
        #expect(settings.readFiles.count == 4)
        #expect(
            Set(result.diagnostics.map(\.message)) == [
                "this server does not validate: 'dnssec-validation' has no effect",
                "this server does not recurse or forward: 'type hint' has no effect",
            ])
    }

    @Test func redHats() throws {
        let result = SettingsReader.read(path: "/etc/named.conf", environment: environment(StockFiles.redHat))
        let settings = try result.accepted()
        #expect(settings.zones.last?.file == "/var/named/yufu123.com.zone")
        #expect(settings.allowQuery == AccessList([.init(.localhost)]))
        #expect(
            settings.listeners.map(\.addresses) == [
                AccessList([.init(.network(Prefix(.v4(.loopback))))]),
                AccessList([.init(.network(Prefix(.v6(.loopback))))]),
            ])
        #expect(result.errors.isEmpty)
        // Files, recursion, validation, logging: one warning each.
        #expect(result.warnings.count == 4)
    }
}
