import Addresses
import Answering
import DNSWire
import TestZones
import Testing
import Zones

@testable import Control

@Suite("Zones marked for steering, again only where something changed")
struct MarkingTests {
    static func zones(_ texts: [String: String]) throws -> [DomainName: Controller.LoadedZone] {
        var zones: [DomainName: Controller.LoadedZone] = [:]
        for (origin, text) in texts {
            let all = "@ SOA ns.test. admin.test. 1 3600 300 604800 300\n@ NS ns.test.\n" + text
            zones[try DomainName(origin)] = .init(try compile(origin, all).zone)
        }
        return zones
    }

    static func plan(_ vips: String..., policies: [String: UInt16] = [:]) throws -> ControlPlan {
        var names: [DomainName: UInt16] = [:]
        for (name, policy) in policies { names[try DomainName(name)] = policy }
        var plan = ControlPlan(vips: vips.compactMap { IPAddress($0) }.map { .init($0, virtualServers: []) })
        plan.policyOfName = names
        return plan
    }

    /// The steered rrsets by zone, and how often each set is used.
    func counts(_ marking: Marking) -> (zones: [String: Int], uses: [Int]) {
        let zones = marking.snapshot.catalog.zones.map { ("\($0)", $1.marks.count) }
        return (Dictionary(uniqueKeysWithValues: zones), marking.registry.uses)
    }

    @Test func following() async throws {
        var zones = try Self.zones([
            "a": "www A 192.0.2.1\nmail A 192.0.2.1", "b": "www A 192.0.2.1\nother A 192.0.2.2",
            "c": "www A 192.0.2.3",
        ])
        let plan = try Self.plan("192.0.2.1")
        var marking = await Marking().following(zones, plan, AnswerOptions())
        #expect(counts(marking).zones == ["a.": 2, "b.": 1, "c.": 0])
        #expect(counts(marking).uses == [3])

        // The same zones, and one more.
        zones.merge(try Self.zones(["d": "www A 192.0.2.1"])) { $1 }
        marking = await marking.following(zones, plan, AnswerOptions())
        #expect(counts(marking).zones == ["a.": 2, "b.": 1, "c.": 0, "d.": 1])
        #expect(counts(marking).uses == [4])

        // Another version of a zone, one that is gone, one that is broken.
        zones.merge(try Self.zones(["a": "www A 192.0.2.9", "c": "www A 192.0.2.1"])) { $1 }
        zones[try DomainName("b")] = nil
        zones[try DomainName("d")] = .init(nil)
        marking = await marking.following(zones, plan, AnswerOptions())
        #expect(counts(marking).zones == ["a.": 0, "c.": 1, "d.": 0])
        #expect(counts(marking).uses == [1])

        // Other VIPs.
        marking = await marking.following(zones, try Self.plan("192.0.2.9"), AnswerOptions())
        #expect(counts(marking).zones == ["a.": 1, "c.": 0, "d.": 0])
        // And none.
        marking = await marking.following(zones, try Self.plan(), AnswerOptions())
        #expect(counts(marking).uses == [])
    }

    @Test("Another policy of a name makes another set of it") func policies() async throws {
        let zones = try Self.zones(["a": "www A 192.0.2.1\nmail A 192.0.2.1"])
        var marking = await Marking().following(zones, try Self.plan("192.0.2.1"), AnswerOptions())
        #expect(marking.registry.sets.map(\.policy) == [0])
        let plan = try Self.plan("192.0.2.1", policies: ["www.a": 3])
        marking = await marking.following(zones, plan, AnswerOptions())
        #expect(Set(marking.registry.sets.map(\.policy)) == [0, 3])
    }

    @Test("A verdict changes the view and nothing else") func view() async throws {
        let scene = Scene(up: [Scene.one, Scene.two])
        try await scene.run {
            await scene.controller.settled()
            let before = scene.store.current
            scene.set(Scene.one, false)
            scene.set(Scene.two, false)
            try await scene.until("withdrawn") { scene.answered.isEmpty }
            #expect(scene.store.current.sharesZones(with: before))
        }
    }
}
