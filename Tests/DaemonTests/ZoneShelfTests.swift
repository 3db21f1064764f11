import Control
import ControlProtocol
import DNSWire
import Diagnostics
import Foundation
import Glibc
import Settings
import Testing
import ZoneFiles
import Zones

@testable import Daemon

@Suite("The zones that are loaded")
struct ZoneShelfTests {
    let folder: Folder
    let name: DomainName

    init() throws {
        folder = try Folder()
        name = try DomainName("example.com.")
    }

    func settings(_ file: String = "a.zone") -> ZoneSettings {
        ZoneSettings(
            name: name, file: folder.path + "/" + file,
            position: SourcePosition(file: "swerve.conf", line: 1, column: 1))
    }

    func follow(_ shelf: inout ZoneShelf, _ zones: [ZoneSettings], reading forced: DomainName? = nil)
        -> [String]
    {
        shelf.follow(zones, in: folder.path, reading: forced, at: Timestamp(milliseconds: 0)).map(\.words)
    }

    func expectSaid(
        _ words: [String], from shelf: inout ZoneShelf, _ zones: [ZoneSettings],
        reading forced: DomainName? = nil,
        at location: SourceLocation = #_sourceLocation
    ) {
        let said = follow(&shelf, zones, reading: forced)
        #expect(said == words, sourceLocation: location)
    }

    @Test("A changed file is read again, an unchanged one is not")
    func changes() throws {
        var shelf = ZoneShelf()
        try folder.writeZone(serial: 1)
        expectSaid(["loaded, serial none -> 1"], from: &shelf, [settings()])
        let first = shelf.items[name]?.zone
        expectSaid(["unchanged, serial 1"], from: &shelf, [settings()])
        #expect(shelf.items[name]?.zone === first)
        try folder.writeZone(serial: 2)
        expectSaid(["loaded, serial 1 -> 2"], from: &shelf, [settings()])
        expectSaid(["loaded, serial 2 -> 2"], from: &shelf, [settings()], reading: name)
    }

    @Test("A zone that memory had no room for is read again, changed or not") func room() async {
        await #expect(processExitsWith: .success) {
            let folder = try Folder()
            let text = String(repeating: " " + String(repeating: "x", count: 250), count: 200)
            try folder.writeZone(serial: 1, extra: "$GENERATE 1-600 h$ TXT\(text)\n")
            let settings = ZoneSettings(
                name: try DomainName("example.com."), file: folder.path + "/a.zone",
                position: SourcePosition(file: "swerve.conf", line: 1, column: 1))
            var shelf = ZoneShelf()
            func results() -> [ReloadReport.Zone.Result] {
                shelf.follow([settings], in: folder.path, at: Timestamp(milliseconds: 0)).map(\.result)
            }
            let space = __rlimit_resource_t(RLIMIT_AS.rawValue)
            var limit = rlimit()
            getrlimit(space, &limit)
            let before = limit.rlim_cur
            let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).prefix { $0 != " " }
            limit.rlim_cur = rlim_t(try #require(Int(pages)) * Int(getpagesize()) + 64 << 20)
            setrlimit(space, &limit)
            #expect(results() == [.failed])
            #expect(results() == [.failed])
            limit.rlim_cur = before
            setrlimit(space, &limit)
            #expect(results() == [.loaded])
            #expect(results() == [.unchanged])
        }
    }

    @Test("Where $INCLUDE begins elsewhere, a zone is read again")
    func directory() throws {
        var shelf = ZoneShelf()
        try folder.writeZone(serial: 1)
        expectSaid(["loaded, serial none -> 1"], from: &shelf, [settings()])
        let changes = shelf.follow([settings()], in: "/", at: Timestamp(milliseconds: 0))
        #expect(changes.map(\.result) == [.loaded])
        #expect(
            shelf.follow([settings()], in: "/", at: Timestamp(milliseconds: 0)).map(\.result) == [.unchanged])
    }

    @Test("A broken file keeps its last good version, and is whole again when it is mended")
    func broken() throws {
        var shelf = ZoneShelf()
        try folder.writeZone(serial: 1)
        _ = follow(&shelf, [settings()])
        try folder.writeZone(serial: 2, extra: "bad A 192.0.2.300")
        expectSaid(["not loaded, serial 1 is served on"], from: &shelf, [settings()])
        #expect(shelf.items[name]?.zone?.serial == 1)
        #expect(shelf.items[name]?.isCurrent == false)
        #expect(shelf.items[name]?.diagnostics.first?.position?.line == 5)
        // Not read again before it changes, and still said to be broken.
        expectSaid(["not loaded, serial 1 is served on"], from: &shelf, [settings()])
        try folder.writeZone(serial: 3)
        expectSaid(["loaded, serial 1 -> 3"], from: &shelf, [settings()])
        #expect(shelf.items[name]?.isCurrent == true)
    }

    @Test("The serial that a report names for a broken zone is the one that is served")
    func servedSerial() throws {
        var shelf = ZoneShelf()
        func change() -> ZoneShelf.Change? { shelf.follow([settings()], in: folder.path, at: .now).first }
        let missing = change()
        #expect(missing?.result == .failed && missing?.newSerial == nil)
        try folder.writeZone(serial: 7)
        _ = change()
        try folder.writeZone(serial: 8, extra: "bad A 192.0.2.300")
        let broken = change()
        #expect(broken?.result == .failed && broken?.oldSerial == 7 && broken?.newSerial == 7)
    }

    @Test("If one zone is asked for, that is read and no other")
    func onlyOne() throws {
        var other = settings("b.zone")
        other.name = try DomainName("example.org.")
        let zones = [settings(), other]
        var shelf = ZoneShelf()
        func serials(reading only: DomainName? = nil) -> [UInt32?] {
            _ = follow(&shelf, zones, reading: only)
            return zones.map { shelf.items[$0.name]?.zone?.serial }
        }
        func write(serial: Int) throws {
            try folder.writeZone(serial: serial)
            try folder.writeZone("b.zone", serial: serial)
        }
        try write(serial: 1)
        let first = serials()
        try write(serial: 22)
        let looks = [first, serials(reading: name), serials()]
        #expect(looks == [[1, 1], [22, 1], [22, 22]])
    }

    @Test("A file that was never good is answered with SERVFAIL; a missing one is looked for again")
    func missing() throws {
        var shelf = ZoneShelf()
        expectSaid(["not loaded, answered with SERVFAIL"], from: &shelf, [settings()])
        #expect(shelf.zones[name] != nil && shelf.zones[name]?.zone == nil)
        try folder.writeZone(serial: 1)
        expectSaid(["loaded, serial none -> 1"], from: &shelf, [settings()])
    }

    @Test("A zone that leaves the configuration is removed, and other files of one are read")
    func removal() throws {
        var shelf = ZoneShelf()
        try folder.writeZone(serial: 1)
        try folder.writeZone("b.zone", serial: 9)
        _ = follow(&shelf, [settings()])
        expectSaid(["loaded, serial 1 -> 9"], from: &shelf, [settings("b.zone")])
        expectSaid(["removed"], from: &shelf, [])
        #expect(shelf.items.isEmpty)
    }

    @Test(
        "A serial that stays or goes backwards is doubted (RFC 1982)",
        arguments: [
            (1, 2, nil), (2, 2, "unchanged"), (3, 2, "backwards"), (4_294_967_295, 0, nil),
            (0, 2_147_483_649, "backwards"), (0, 2_147_483_647, nil),
        ] as [(UInt32, UInt32, String?)])
    func serials(old: UInt32, new: UInt32, word: String?) {
        let change = ZoneShelf.Change(name: name, result: .loaded, oldSerial: old, newSerial: new)
        #expect((change.serialWarning != nil) == (word != nil))
        if let word { #expect(change.serialWarning?.contains(word) == true) }
    }

    @Test("A file that was written again with the same records in it is no reason to doubt the serial")
    func sameAgain() throws {
        var shelf = ZoneShelf()
        func warnings(_ extra: String) throws -> [String?] {
            try folder.writeZone(serial: 1, extra: extra)
            return shelf.follow([settings()], in: folder.path, reading: name, at: Timestamp(milliseconds: 0))
                .map(\.serialWarning)
        }
        #expect(try warnings("host A 192.0.2.7") == [nil])
        #expect(try warnings("host A 192.0.2.7 ; the same") == [nil])
        #expect(try warnings("host A 192.0.2.8").first??.contains("unchanged") == true)
    }

    @Test("Other limits are a reason to read a zone again")
    func limits() throws {
        var shelf = ZoneShelf()
        try folder.writeZone(serial: 1)
        expectSaid(["loaded, serial none -> 1"], from: &shelf, [settings()])
        var limited = settings()
        limited.limits.records = 1
        expectSaid(["not loaded, serial 1 is served on"], from: &shelf, [limited])
        limited.limits.records = 0
        expectSaid(["loaded, serial 1 -> 1"], from: &shelf, [limited])
    }

    @Test("A change of an included file counts")
    func included() throws {
        var shelf = ZoneShelf()
        try folder.write("more", "host A 192.0.2.7\n")
        try folder.writeZone(serial: 1, extra: "$INCLUDE more")
        _ = follow(&shelf, [settings()])
        try folder.write("more", "host A 192.0.2.77\n")
        expectSaid(["loaded, serial 1 -> 1"], from: &shelf, [settings()])
    }

    @Test("Watched files are due when they have changed and are quiet again")
    func watch() throws {
        let file = try folder.write("f", "one")
        var watch = FileWatch()
        watch.follow([ReadFile(now: file)])
        let quiet = [watch.look(), watch.look()]
        #expect(quiet == [false, false])
        try folder.write("f", "two, half")
        let half = watch.look()
        try folder.write("f", "two, whole")
        let looks = [half, watch.look(), watch.look()]
        #expect(looks == [false, false, true])
        try FileManager.default.removeItem(atPath: file)
        watch.follow([ReadFile(now: file)])
        let gone = [watch.look(), watch.look()]
        #expect(gone == [false, false])
    }

    @Test("A change is told once, also if nothing came of it, or the file can't be read")
    func once() throws {
        let file = ReadFile(now: try folder.write("f", "one"))
        var watch = FileWatch()
        watch.follow([file, ReadFile(path: folder.path, identity: nil)])
        func looks() -> [Bool] {
            let looks = (1...3).map { _ in watch.look() }
            // Nothing was read, so it is as it was.
            watch.follow([file, ReadFile(path: folder.path, identity: nil)])
            return looks
        }
        #expect(looks() == [false, true, false])
        #expect(looks() == [false, false, false])
        // The folder has changed as well.
        try folder.write("f", "two, longer")
        #expect(looks() == [false, true, false])
        #expect(looks() == [false, false, false])
        try folder.write("f", "three")
        #expect(looks().contains(true))
        let read = ReadFile(now: file.path)
        watch.follow([read])
        try folder.write("f", "four, and so on")
        #expect([watch.look(), watch.look()] == [false, true])
    }

    @Test("A file of which a link leads now here and now there is told each time it is another than was read")
    func swinging() throws {
        let (one, two) = (try folder.write("one", "1"), try folder.write("two", "2"))
        let link = folder.path + "/link"
        func swing(to target: String) throws {
            try? FileManager.default.removeItem(atPath: link)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
        }
        try swing(to: one)
        let read = ReadFile(now: link)
        var watch = FileWatch()
        watch.follow([read])
        for _ in 0..<2 {
            try swing(to: two)
            #expect([watch.look(), watch.look(), watch.look()] == [false, true, false])
            watch.follow([read])
            try swing(to: one)
            #expect([watch.look(), watch.look()] == [false, false])
        }
    }

    @Test("A file of several zones is quiet first too, and has changed until all of them have read it")
    func shared() throws {
        let old = ReadFile(now: try folder.write("f", "one"))
        var watch = FileWatch()
        watch.follow([old, old])
        try folder.write("f", "two, longer")
        #expect([watch.look(), watch.look()] == [false, true])
        watch = FileWatch()
        watch.follow([old, ReadFile(now: old.path)])
        #expect([watch.look(), watch.look()] == [false, true])
    }

    @Test("Of several files each that has changed is named once")
    func severalContents() throws {
        let files = try ["a", "b"].map { try folder.write($0, "one") }
        var watch = ContentWatch()
        func looks() -> [Set<String>] { (1...3).map { _ in watch.look(at: Set(files)) } }
        #expect(looks() == [[], [], []])
        try folder.write("a", "two")
        try folder.write("b", "one")
        #expect(looks() == [[], [files[0]], []])
        #expect(watch.look(at: [files[0]]) == [])
        // One that was not watched meanwhile is new.
        try folder.write("b", "two")
        #expect(looks() == [[], [], []])
    }

    @Test("Of files whose contents are watched, another time or inode and the same bytes are no change")
    func watchedContents() throws {
        let file = try folder.write("f", "one")
        var watch = FileWatch(file)
        func looks() -> [Bool] { (1...3).map { _ in watch.look() } }
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)], ofItemAtPath: file)
        #expect(looks() == [false, false, false])
        try FileManager.default.removeItem(atPath: file)
        func losses() -> [[String]] {
            (1...4).map { _ in
                _ = watch.look()
                return watch.gone
            }
        }
        #expect(losses() == [[], [file], [], []])
        try folder.write("f", "one")
        _ = looks()
        try FileManager.default.removeItem(atPath: file)
        #expect(losses() == [[], [file], [], []], "told anew")
        try folder.write("f", "one")
        #expect(looks() == [false, false, false])
        for text in ["two", "", "one more"] {
            try folder.write("f", text)
            #expect(looks() == [false, true, false], "told once")
            // As it is watched on, once that is done which a change is for.
            watch = FileWatch(file)
            #expect(looks() == [false, false, false])
        }
        // One that could not be read may come back as it was.
        try FileManager.default.removeItem(atPath: file)
        watch = FileWatch(file)
        try folder.write("f", "one more")
        #expect(looks() == [false, true, false])
    }
}
