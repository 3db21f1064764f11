internal import Addresses
public import Director
internal import Foundation
internal import Steering
internal import Zones

/// What an admin can order.
public enum OrderCommand: Hashable, Sendable {
    /// No order any more: as the checks say.
    case enable
    /// Out of the table and the answers, at once.
    case disable
    /// Out of them without cutting anything off; connections have so long to end.
    case drain(patience: Duration)
    /// Up, whatever the checks say.
    case up
    /// Down, whatever the checks say.
    case down
    /// Another weight; nil: as it is configured.
    case weight(Int32?)
}

/// What an order came to for one thing that it is about.
public struct OrderOutcome: Hashable, Sendable {
    /// The thing.
    public var subject: Order.Subject
    /// What holds for it now, in words.
    public var words: String
}

/// Why an order can't be carried out.
public struct OrderProblem: Error, Hashable, Sendable {
    /// What is wrong, in words.
    public var text: String
    /// What can be done about it.
    public var hint: String?
}

extension Controller {
    /// Carries out an order of an admin; it holds until another one, over reloads and restarts, or for a time.
    ///
    /// - Returns: What became of the VIPs, virtual servers and real servers that fit the pattern, and of those behind
    ///   them that it extends to. The order is saved then, unless `orderTrouble` says why not.
    public func order(
        _ command: OrderCommand, _ pattern: SubjectPattern, for span: Duration? = nil,
        because reason: String? = nil
    ) async throws(OrderProblem) -> [OrderOutcome] {
        let named = subjects(of: pattern, whatIsOrderedToo: command == .enable)
        if named.isEmpty { throw nothing(fits: pattern) }
        let subjects: [Order.Subject]
        switch command {
        case .weight(let weight):
            if case .virtualServer = named[0] {
                throw OrderProblem(
                    text: "a virtual server has no weight",
                    hint: "a real server has one, and a VIP in answers")
            }
            subjects = named
            let order = weight.map { WeightOrder(weight: $0, since: WallClock.now, reason: reason) }
            for subject in subjects { book.weights[subject] = order }
        case .up, .down:
            subjects = named
            for subject in subjects { give(command == .up ? .up : .down, subject, for: span, reason) }
        case .disable:
            subjects = extended(named)
            for subject in named { give(.disabled, subject, for: span, reason) }
        case .enable:
            let all = Set(named)
            subjects = extended(named).filter { all.contains($0) || book.inherited[$0] != nil }
            for subject in named { book.orders[subject] = nil }
        case .drain(let patience):
            subjects = extended(named)
            drain(named, patience: patience.seconds, reason)
        }
        inheritOrders()
        let outcomes = subjects.map { OrderOutcome(subject: $0, words: words(of: command, $0)) }
        for outcome in outcomes {
            report(Occurrence(.info, "\(outcome.subject)", outcome.words))
            touch(outcome.subject)
        }
        saveOrders()
        publish()
        wake.yield()
        await awaitDisk()
        return outcomes
    }

    private func give(
        _ action: Order.Action, _ subject: Order.Subject, for span: Duration?, _ reason: String?
    ) {
        let now = WallClock.now
        book.orders[subject] = Order(
            action: action, since: now, until: span.map { now + $0.seconds }, reason: reason)
    }

    /// Gives real servers what is ordered of their virtual servers and VIPs, whatever a reload has put behind these. A
    /// drain that has begun goes on; a real server that is new has nothing to end.
    func inheritOrders() {
        var inherited: [Order.Subject: Order] = [:]
        for (place, service) in plan.services.enumerated() where !book.orders.isEmpty {
            var parents = [Order.Subject.virtualServer(service.key)]
            parents += index.vipsOfService[place].map { .vip(plan.vips[$0].address) }
            let orders = parents.compactMap { parent -> Order? in
                guard var order = book.orders[parent] else { return nil }
                order.origin = parent
                order.until = nil
                return order
            }
            let disabled = orders.first { $0.action == .disabled }
            guard let order = disabled ?? orders.first(where: { $0.action.isDrain }) else { continue }
            for member in service.members {
                let subject = Order.Subject.realServer(service.key, member.destination.endpoint)
                inherited[subject] = order
                guard case .drain(var drain) = order.action else { continue }
                if let before = book.inherited[subject], before.action.isDrain, before.since == order.since {
                    inherited[subject] = before
                } else if isAbsent(member.destination, of: service.key) {
                    drain.phase = .done
                    inherited[subject]?.action = .drain(drain)
                }
            }
        }
        let before = book.inherited
        book.inherited = inherited
        for subject in Set(inherited.keys).union(before.keys) where inherited[subject] != before[subject] {
            touch(subject)
        }
    }

    /// Whether a destination is known not to be in the table.
    private func isAbsent(_ destination: Destination, of key: VirtualServerKey) -> Bool {
        guard backend != nil, let believed else { return backend == nil }
        return believed[key]?.destinations[destination.normalized(for: key).endpoint] == nil
    }

    private func words(of command: OrderCommand, _ subject: Order.Subject) -> String {
        switch command {
        case .enable:
            var words = [book.words(subject)].compactMap(\.self)
            if case .realServer(let key, let endpoint) = subject,
                let file = maintenance.file(for: endpoint, writtenAs: endpoint, of: key)
            {
                words.append("in maintenance by \(file)")
            }
            return words.isEmpty ? "enabled" : "enabled, but " + words.joined(separator: ", ")
        case .weight:
            return book.weights[subject].map { "weight \($0.weight) by order" } ?? "weight as configured"
        default: return book[subject]?.words ?? "enabled"
        }
    }

    // MARK: Subjects

    /// What a pattern means: all of the first kind of which something fits. What has an order and has left the
    /// configuration can be named too.
    ///
    /// - Parameter whatIsOrderedToo: Whether a pattern that can mean several things means those of the other kinds as
    ///   well that have an order.
    private func subjects(of pattern: SubjectPattern, whatIsOrderedToo: Bool) -> [Order.Subject] {
        let known = Array(book.orders.keys) + Array(book.weights.keys)
        var subjects: [Order.Subject] = []
        for kind in SubjectPattern.Kind.allCases where pattern.kind ?? kind == kind {
            var found: [Order.Subject] = []
            switch kind {
            case .vip: found = plan.vips.map { .vip($0.address) }
            case .virtualServer: found = plan.services.map { .virtualServer($0.key) }
            case .realServer:
                found = plan.services.flatMap { service in
                    service.members.map { .realServer(service.key, $0.destination.endpoint) }
                }
            }
            let present = Set(found)
            found += Set(known).filter { $0.kind == kind && !present.contains($0) }
            found = found.filter { pattern.fits($0.names) }
            if !subjects.isEmpty { found = found.filter { book.orders[$0] != nil } }
            subjects += found
            if !subjects.isEmpty, !(whatIsOrderedToo && pattern.isWide) { break }
        }
        return subjects
    }

    private func nothing(fits pattern: SubjectPattern) -> OrderProblem {
        let kind = pattern.kind.map { "\($0.rawValue) " } ?? ""
        return OrderProblem(
            text: "nothing is called \(kind)'\(pattern.text)'",
            hint: "'swervectl servers' lists VIPs, virtual servers and real servers")
    }

    /// These, and the real servers behind them.
    private func extended(_ subjects: [Order.Subject]) -> [Order.Subject] {
        var all: [Order.Subject] = []
        var seen: Set<Order.Subject> = []
        func add(_ subject: Order.Subject) { if seen.insert(subject).inserted { all.append(subject) } }
        for subject in subjects {
            var keys: [VirtualServerKey] = []
            switch subject {
            case .realServer: add(subject)
            case .virtualServer(let key):
                add(subject)
                keys = [key]
            case .vip:
                add(subject)
                keys = vips(of: subject).flatMap { plan.vips[$0].virtualServers }
            }
            for key in keys {
                guard let place = index.serviceOfKey[key] else { continue }
                for member in plan.services[place].members {
                    add(.realServer(key, member.destination.endpoint))
                }
            }
        }
        return all
    }

    /// Has what an order is about looked at anew. Where a real server leaves by a drain and the name stays, the answers
    /// follow the table: the fallback is there first.
    private func touch(_ subject: Order.Subject) {
        var keys: [VirtualServerKey] = []
        switch subject {
        case .realServer(let key, _), .virtualServer(let key): keys = [key]
        case .vip: keys = vips(of: subject).flatMap { plan.vips[$0].virtualServers }
        }
        for place in keys.compactMap({ index.serviceOfKey[$0] }) {
            if backend != nil, case .drain(let drain)? = book[subject]?.action, case .quiet = drain.phase {
                touchTable(place)
            } else {
                touch(place)
            }
        }
    }

    // MARK: Draining

    /// Begins to drain. The names of VIPs are withdrawn first that would be down without what leaves; else others go on
    /// under the same name.
    private func drain(_ subjects: [Order.Subject], patience: Double, _ reason: String?) {
        let now = WallClock.now
        let leaving = Set(extended(subjects))
        // Each VIP is looked at once, as it stands before the first of them leaves.
        let places = subjects.map(vips(of:))
        var withdrawals: [Int: Double] = [:]
        for place in Set(places.joined()) where isWithdrawn(plan.vips[place], with: leaving) {
            withdrawals[place] = timeToLive(of: plan.vips[place].address)
        }
        for (subject, places) in zip(subjects, places) {
            if var order = book.orders[subject], case .drain(var drain) = order.action {
                // It goes on, or has ended; it ends earlier where that is said now, also what is behind it.
                if drain.phase == .done || patience >= drain.patience { continue }
                if case .quiet(let until) = drain.phase {
                    drain.phase = .quiet(until: min(until, now + patience))
                }
                drain.patience = patience
                order.action = .drain(drain)
                order.since = now
                order.reason = reason ?? order.reason
                book.orders[subject] = order
                continue
            }
            let withdrawal = places.compactMap { withdrawals[$0] }.max() ?? 0
            let phase: Order.Drain.Phase =
                withdrawal > 0 ? .withdrawn(until: now + withdrawal) : .quiet(until: now + patience)
            book.orders[subject] = Order(
                action: .drain(.init(phase: phase, patience: patience)), since: now, until: nil,
                reason: reason)
        }
    }

    /// The VIPs that a subject is, or stands behind: their places in the plan.
    private func vips(of subject: Order.Subject) -> [Int] {
        switch subject {
        case .vip(let address): plan.vips.indices.filter { plan.vips[$0].address == address }
        case .virtualServer(let key), .realServer(let key, _):
            index.serviceOfKey[key].map { index.vipsOfService[$0] } ?? []
        }
    }

    /// Whether something serves behind a VIP now, and nothing when all that leaves is out: it leaves itself, or the other
    /// real servers and fallbacks don't suffice.
    private func isWithdrawn(_ vip: ControlPlan.VIP, with leaving: Set<Order.Subject>) -> Bool {
        let servers = vip.virtualServers.compactMap { index.serviceOfKey[$0] }.map(virtualServer)
        if standing(of: vip, servers).state == .down { return false }
        if leaving.contains(.vip(vip.address)) { return true }
        let others = servers.map { server in
            server.without { leaving.contains(.realServer(server.key, $0.destination.endpoint)) }
        }
        return standing(of: vip, others).state == .down
    }

    /// For how many seconds answers that name an address may be kept, also those that were given a moment ago.
    private func timeToLive(of address: IPAddress) -> Double {
        marking.registry.sets.lazy.filter { $0.addresses.contains(address) }
            .map { Double(min($0.timeToLive, self.plan.policies[Int($0.policy)].timeToLive)) }.max() ?? 0
    }

    /// Ends orders whose time is over, goes on with drains, and saves what could not be saved before.
    func followOrders() async {
        defer { saveOrders() }
        if book.isEmpty { return }
        let now = WallClock.now
        let ended = book.orders.filter { $0.value.until.map { $0 <= now } ?? false }
        if !ended.isEmpty {
            for (subject, order) in ended {
                book.orders[subject] = nil
                touch(subject)
                report(Occurrence(.info, "\(subject)", "the time of its order is over (\(order.words))"))
            }
            inheritOrders()
            publish()
            wake.yield()
        }
        let own = Self.unfinishedDrains(book.orders)
        let inherited = Self.unfinishedDrains(book.inherited)
        if own.isEmpty, inherited.isEmpty { return }
        let counts = try? await backend?.connections()
        let members = destinations(of: inherited + own)
        for subject in inherited { follow(\.inherited, drain: subject, members, counts ?? nil, at: now) }
        let parents = Set(Self.unfinishedDrains(book.inherited).compactMap { book.inherited[$0]?.origin })
        for subject in own {
            follow(
                \.orders, drain: subject, members, counts ?? nil, leadsToDrains: parents.contains(subject),
                at: now)
        }
        wake.yield()
    }

    private static func unfinishedDrains(_ orders: [Order.Subject: Order]) -> [Order.Subject] {
        orders.compactMap { subject, order in
            if case .drain(let drain) = order.action, drain.phase != .done { subject } else { nil }
        }
    }

    /// The destinations, in the plan, of the real servers among these and of those beside them: each virtual server is
    /// looked through once, however many drain.
    private func destinations(of subjects: [Order.Subject]) -> [Order.Subject: Destination] {
        let keys = Set(
            subjects.compactMap { if case .realServer(let key, _) = $0 { key } else { nil } })
        var destinations: [Order.Subject: Destination] = [:]
        for place in keys.compactMap({ index.serviceOfKey[$0] }) {
            let service = plan.services[place]
            for member in service.members {
                destinations[.realServer(service.key, member.destination.endpoint)] = member.destination
            }
        }
        return destinations
    }

    private func follow(
        _ orders: WritableKeyPath<OrderBook, [Order.Subject: Order]>, drain subject: Order.Subject,
        _ members: [Order.Subject: Destination],
        _ counts: [VirtualServerKey: [Endpoint: ConnectionCounts]]?, leadsToDrains: Bool = false, at now: Double
    ) {
        guard var order = book[keyPath: orders][subject], case .drain(var drain) = order.action else { return }
        switch drain.phase {
        case .done: return
        case .withdrawn(let until):
            if until > now { return }
            drain.phase = .quiet(until: now + drain.patience)
            var text = "draining: the answers that led here have expired"
            if case .realServer = subject { text += ", weight 0 from now on" }
            report(Occurrence(.info, "\(subject)", text))
        case .quiet(let until):
            guard case .realServer(let key, _) = subject else {
                // As long as anything behind it drains.
                if leadsToDrains { return }
                drain.phase = .done
                report(Occurrence(.info, "\(subject)", "drained: all behind it are out of the table"))
                break
            }
            guard let destination = members[subject] else {
                drain.phase = .done
                break
            }
            let count = counts?[key]?[destination.normalized(for: key).endpoint] ?? ConnectionCounts()
            if backend != nil {
                // Not before nobody new is sent there.
                if isInTable(destination, of: key) { return }
                if counts == nil || count.active > 0, until > now {
                    tell(of: count, subject)
                    return
                }
            }
            drain.phase = .done
            drainCounts[subject] = nil
            drain.unended = count.active > 0 ? Int(count.active) : nil
            let rest = drain.unended.map(Order.unended) ?? "no connection is left"
            report(Occurrence(.info, "\(subject)", "drained: \(rest), out of the table"))
        }
        order.action = .drain(drain)
        book[keyPath: orders][subject] = order
        touch(subject)
    }

    /// Notes what a drain still waits for; of clients that persistence keeps there, once.
    private func tell(of count: ConnectionCounts, _ subject: Order.Subject) {
        let before = drainCounts.updateValue(count, forKey: subject)
        if before == count { return }
        if count.persistent > 0, before?.persistent ?? 0 == 0 {
            let kept =
                "persistence keeps \(count.persistent) client\(count.persistent == 1 ? "" : "s") here, who go on being "
                + "sent to it unless net.ipv4.vs.expire_quiescent_template is 1"
            report(Occurrence(.warning, "\(subject)", kept))
        }
        touch(subject)
    }

    // MARK: What follows from orders

    /// A real server as orders have it.
    func obey(
        _ subject: Order.Subject, _ server: inout RealServer, in entry: TableEntry?,
        _ key: VirtualServerKey
    ) {
        if let order = book.weights[subject] {
            server.destination.weight = order.weight
            server.note = "weight \(order.weight) by order" + (order.reason.map { " (\($0))" } ?? "")
        }
        guard let order = book[subject] else { return }
        server.note = order.words
        if order.action != .up { server.recovery = nil }
        switch order.action {
        case .up: server.standing = .up
        case .down: server.standing = .down
        case .disabled: server.standing = .out
        case .drain(let drain):
            switch drain.phase {
            case .withdrawn: if server.standing == .up { server.standing = .withdrawing }
            case .quiet(let until):
                // Whatever its check says: connections that are left shall end, not be cut off.
                let endpoint = server.destination.normalized(for: key).endpoint
                let stands = believed == nil || entry?.destinations[endpoint] != nil
                server.standing = stands && backend != nil ? .draining : .out
                let count = drainCounts[subject]
                let left = max(Int(until - WallClock.now), 0)
                server.note =
                    order.words + (count.map { ", \($0.active) active" } ?? "")
                    + ", \(left / 60) min \(left % 60) s left"
                if let kept = count?.persistent, kept > 0 {
                    server.note? += ", \(kept) kept by persistence"
                }
            case .done: server.standing = .out
            }
        }
    }

    /// Whether orders make something up or down as a whole; nil: they don't. A virtual server whose real servers are
    /// out by order stands as they and its fallback do.
    func forced(_ subject: Order.Subject) -> Bool? {
        switch (book.orders[subject]?.action, subject) {
        case (.up?, _): true
        case (.down?, _), (_?, .vip): false
        case (_?, _), (nil, _): nil
        }
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// The time of day, which orders with an end go by: they outlive a boot.
enum WallClock {
    /// Seconds since 1970.
    static var now: Double { Date().timeIntervalSince1970 }
}

extension VirtualServer {
    /// How it would stand without some of its real servers. A fallback whose check is up would be in the table then.
    fileprivate func without(_ isLeaving: (RealServer) -> Bool) -> VirtualServer {
        var other = self
        for place in realServers.indices where isLeaving(realServers[place]) {
            other.realServers[place].standing = .out
        }
        if other.needsFallback() { other.fallback?.isAcknowledged = true }
        return other
    }
}
