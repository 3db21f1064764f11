import Addresses
import Director
import Testing

@Suite("Plans from the actual table to the desired one") struct PlanTests {
    @Test("an empty table gets services, then their destinations, in order")
    func fromNothing() {
        let desired = Table([
            web: TableEntry(ServiceOptions(scheduler: "rr"), [rs1, rs2]),
            mark: TableEntry(ServiceOptions(scheduler: "wlc"), []),
        ])
        #expect(
            Plan.changes(from: Table(), to: desired) == [
                .addService(web, ServiceOptions(scheduler: "rr")),
                .addDestination(web, rs1),
                .addDestination(web, rs2),
                .addService(mark, ServiceOptions(scheduler: "wlc")),
            ])
    }

    @Test("what is as desired is left alone")
    func nothingToDo() {
        let table = Table([web: TableEntry(ServiceOptions(scheduler: "rr"), [rs1, rs2])])
        #expect(Plan.changes(from: table, to: table, owned: [web]).isEmpty)
    }

    @Test("other options and weights are edited in place")
    func edits() {
        var weighted = rs1
        weighted.weight = 7
        let actual = Table([web: TableEntry(ServiceOptions(scheduler: "rr"), [rs1, rs2])])
        let desired = Table([web: TableEntry(ServiceOptions(scheduler: "wrr"), [weighted, rs2])])
        #expect(
            Plan.changes(from: actual, to: desired) == [
                .editService(web, ServiceOptions(scheduler: "wrr")), .editDestination(web, weighted),
            ])
    }

    @Test("a replacement is there before what it replaces goes")
    func addsBeforeDeletes() {
        let actual = Table([web: TableEntry(ServiceOptions(scheduler: "rr"), [rs1])])
        let desired = Table([web: TableEntry(ServiceOptions(scheduler: "rr"), [rs2])])
        #expect(
            Plan.changes(from: actual, to: desired) == [
                .addDestination(web, rs2), .deleteDestination(web, rs1.endpoint),
            ])
    }

    @Test(
        "Ten of a thousand real servers replaced, or given another weight, are the only ones touched",
        arguments: [true, false])
    func minimal(isReplacement: Bool) {
        let old = (0..<1000).map { Destination(Endpoint("10.0.\($0 / 250).\($0 % 250 + 1):80")!) }
        var new = old
        for place in stride(from: 50, to: 1000, by: 100) {
            if isReplacement {
                new[place].endpoint = Endpoint("10.9.0.\(place / 100 + 1):80")!
            } else {
                new[place].weight = 5
            }
        }
        let options = ServiceOptions(scheduler: "wrr")
        let changes = Plan.changes(
            from: Table([web: TableEntry(options, old)]), to: Table([web: TableEntry(options, new)]),
            owned: [web])
        let adds = changes.filter { if case .addDestination = $0 { true } else { false } }
        let edits = changes.filter { if case .editDestination = $0 { true } else { false } }
        let deletes = changes.filter { if case .deleteDestination = $0 { true } else { false } }
        #expect(adds.count == (isReplacement ? 10 : 0))
        #expect(edits.count == (isReplacement ? 0 : 10))
        #expect(deletes.count == (isReplacement ? 10 : 0))
        #expect(changes.count == (isReplacement ? 20 : 10))
        // All that come are there before the first goes.
        #expect(changes.prefix(adds.count) == adds[...])
    }

    @Test("foreign services stay, owned ones that are no longer desired go, last")
    func ownership() {
        let actual = Table([
            web: TableEntry(ServiceOptions(scheduler: "rr"), [rs1]),
            mark: TableEntry(ServiceOptions(scheduler: "rr"), [rs1]),
        ])
        #expect(Plan.changes(from: actual, to: Table()).isEmpty)
        #expect(Plan.changes(from: actual, to: Table(), owned: [web]) == [.deleteService(web)])
        let options = ServiceOptions(scheduler: "rr", family: .v6)
        let new = Table([dns: TableEntry(options)])
        #expect(
            Plan.changes(from: actual, to: new, owned: [mark, web]) == [
                .addService(dns, options), .deleteService(web), .deleteService(mark),
            ])
    }

    @Test("an owned service that is gone already needs no step")
    func goneAlready() {
        #expect(Plan.changes(from: Table(), to: Table(), owned: [web, mark]).isEmpty)
    }

    @Test("a foreign destination inside our service goes")
    func foreignDestination() {
        let actual = Table([web: TableEntry(ServiceOptions(scheduler: "rr"), [rs1, rs2])])
        let desired = Table([web: TableEntry(ServiceOptions(scheduler: "rr"), [rs1])])
        #expect(Plan.changes(from: actual, to: desired) == [.deleteDestination(web, rs2.endpoint)])
    }

    @Test("a direct route that someone added with another port is replaced, not confused with ours")
    func oddPort() {
        let odd = Destination(Endpoint("192.168.214.143:8080")!, forwarding: .gate)
        let actual = Table([web: TableEntry(ServiceOptions(scheduler: "rr"), [odd])])
        let desired = Table([web: TableEntry(ServiceOptions(scheduler: "rr"), [odd])])
        #expect(
            Plan.changes(from: actual, to: desired) == [
                .addDestination(web, rs1), .deleteDestination(web, odd.endpoint),
            ])
    }

    @Test("what the kernel reports without effect is no difference")
    func harmlessDifferences() {
        var reported = ServiceOptions(scheduler: "rr", flags: ServiceFlags(rawValue: 2), timeout: 300)
        reported.netmaskLength = 24
        var destination = rs1
        destination.tunnel = .gue(port: 6080, flags: 0)
        destination.lowerThreshold = 5
        let actual = Table([web: TableEntry(reported, [destination])])
        let desired = Table([web: TableEntry(ServiceOptions(scheduler: "rr"), [rs1])])
        #expect(Plan.changes(from: actual, to: desired).isEmpty)
    }

    @Test(
        "any plan leads where it should, in the promised order, and once there nothing is left",
        arguments: 0..<200)
    func randomTables(seed: UInt64) {
        var random = SplitMix(state: seed)
        let actual = random.table()
        let desired = random.table()
        let owned = Set(VirtualServerKey.samples.filter { _ in random.next(2) == 0 })
        let changes = Plan.changes(from: actual, to: desired, owned: owned)

        var reached = actual
        var deletedServices = false
        var deletedFrom: Set<VirtualServerKey> = []
        for change in changes {
            switch change {
            case .addService(let key, let options):
                #expect(reached[key] == nil)
                reached[key] = TableEntry(options)
            case .editService(let key, let options):
                #expect(reached[key] != nil)
                reached[key]?.options = options
            case .deleteService(let key):
                #expect(owned.contains(key) && desired[key] == nil)
                reached[key] = nil
                deletedServices = true
            case .addDestination(let key, let destination):
                #expect(reached[key]?.destinations[destination.endpoint] == nil)
                #expect(!deletedFrom.contains(key) && !deletedServices)
                reached[key]?.destinations[destination.endpoint] = destination
            case .editDestination(let key, let destination):
                #expect(reached[key]?.destinations[destination.endpoint] != nil)
                #expect(!deletedFrom.contains(key) && !deletedServices)
                reached[key]?.destinations[destination.endpoint] = destination
            case .deleteDestination(let key, let endpoint):
                #expect(reached[key]?.destinations[endpoint] != nil)
                reached[key]?.destinations[endpoint] = nil
                deletedFrom.insert(key)
            }
        }
        for key in VirtualServerKey.samples {
            if let wanted = desired[key] {
                #expect(reached[key]?.normalized(for: key) == wanted.normalized(for: key))
            } else {
                #expect(reached[key] == (owned.contains(key) ? nil : actual[key]))
            }
        }
        #expect(Plan.changes(from: reached, to: desired, owned: owned).isEmpty)
    }
}
