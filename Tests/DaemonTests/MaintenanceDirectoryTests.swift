import Addresses
import Control
import Director
import Foundation
import Settings
import Testing

@testable import Daemon

@Suite("A directory whose files take real servers out")
struct MaintenanceDirectoryTests {
    @Test("Who is named by address is out at once, by name when it is known")
    func names() throws {
        let folder = try Folder()
        var director = DirectorSettings()
        director.maintenanceDirectory = folder.path
        for name in ["192.0.2.1", "192.0.2.2:80", "[2001:db8::1]", "rs1", "rs2.example.com:81", ".hidden"] {
            try folder.write(name, "")
        }
        var directories = MaintenanceDirectories()
        var names = HostNames()
        var found = try #require(directories.look(director, names: names).found.first)
        #expect(Set(found.addresses.keys) == [IPAddress("192.0.2.1")!, IPAddress("2001:db8::1")!])
        #expect(Set(found.endpoints.keys) == [Endpoint("192.0.2.2:80")!])
        #expect(directories.hosts == ["rs1", "rs2.example.com"])
        names.want(directories.hosts)
        names.learn([IPAddress("192.0.2.3")!], of: "rs1")
        names.learn([IPAddress("192.0.2.4")!], of: "rs2.example.com")
        found = try #require(directories.look(director, names: names).found.first)
        #expect(found.addresses[IPAddress("192.0.2.3")!] == "\(folder.path)/rs1")
        #expect(found.endpoints[Endpoint("192.0.2.4:81")!] == "\(folder.path)/rs2.example.com:81")
    }

    @Test("Each name is asked for once, and those without an address a minute later again, after new ones")
    func order() {
        let start = ContinuousClock.now
        let address = IPAddress("192.0.2.1")!
        var names = HostNames()
        func next(_ hosts: Set<String>, at seconds: Int) -> String? {
            names.want(hosts, at: start + .seconds(seconds))
            return names.next
        }
        #expect(next(["a"], at: 0) == "a")
        let isNews = names.learn([], of: "a", at: start)
        #expect(next(["a"], at: 1) == nil)
        #expect(next(["a", "b"], at: 2) == "b")
        names.learn([address], of: "b", at: start + .seconds(2))
        #expect(next(["a", "b", "c"], at: 3) == "c")
        names.learn([], of: "c", at: start + .seconds(3))
        #expect(next(["a", "b", "c"], at: 59) == nil)
        #expect(next(["a", "b", "c", "d"], at: 70) == "d")
        names.learn([], of: "d", at: start + .seconds(70))
        #expect(next(["a", "b", "c", "d"], at: 71) == "a")
        let isNewsAgain = names.learn([], of: "a", at: start + .seconds(71))
        #expect(isNews && !isNewsAgain, "that there is none is news once")
        #expect(names.next == "c")
        // One that has gone is forgotten, known or not.
        #expect(next(["c", "d"], at: 72) == "c")
        #expect(names.addresses(of: "b") == [])
        #expect(next(["b", "d"], at: 73) == "b")
        names.learn([], of: "gone", at: start + .seconds(74))
        #expect(names.next == "b")
    }
}
