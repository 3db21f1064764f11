public import Addresses
public import Director
internal import Foundation

/// What an admin has said about something: no check and no reload undoes it, and it outlives the process.
public struct Order: Hashable, Sendable, Codable {
    /// What it is about.
    public enum Subject: Hashable, Sendable, Codable {
        /// A real server of a virtual server.
        case realServer(VirtualServerKey, Endpoint)
        /// A virtual server.
        case virtualServer(VirtualServerKey)
        /// A VIP.
        case vip(IPAddress)
    }

    /// What is to be.
    public enum Action: Hashable, Sendable, Codable {
        /// It counts as up, whatever its check says.
        case up
        /// It counts as down.
        case down
        /// It is out of the table, and of the answers.
        case disabled
        /// It goes out of the answers and the table without cutting anything off.
        case drain(Drain)
    }

    /// A drain: first nobody is sent to the name, then to the real server, then it leaves.
    public struct Drain: Hashable, Sendable, Codable {
        /// How far it has come.
        public enum Phase: Hashable, Sendable, Codable {
            /// Out of the answers, until those that were given have expired, at this time.
            case withdrawn(until: Double)
            /// In the table with weight 0, until its connections have ended, or this time at the latest.
            case quiet(until: Double)
            /// Out of the table.
            case done
        }
        /// How far it has come.
        public var phase: Phase
        /// Seconds that connections have to end.
        public var patience: Double
        /// Connections that had not ended when the time was over; nil: all had.
        public var unended: Int?
    }

    /// What is to be.
    public var action: Action
    /// Since when, in seconds since 1970.
    public var since: Double
    /// Until when; nil: until somebody says otherwise.
    public var until: Double?
    /// Why, in the admin's words.
    public var reason: String?
    /// The virtual server or VIP that it was given to, where a real server has it from there.
    public var origin: Subject?
}

/// A weight that an admin has set.
public struct WeightOrder: Hashable, Sendable, Codable {
    /// The weight.
    public var weight: Int32
    /// Since when, in seconds since 1970.
    public var since: Double
    /// Why, in the admin's words.
    public var reason: String?
}

/// All orders that hold.
public struct OrderBook: Hashable, Sendable {
    /// What is to be of each subject, as it was ordered.
    public var orders: [Order.Subject: Order] = [:]
    /// What real servers have from orders to their virtual servers and VIPs.
    public var inherited: [Order.Subject: Order] = [:]
    /// Weights of real servers in the table, and of VIPs in answers.
    public var weights: [Order.Subject: WeightOrder] = [:]

    /// What holds for a subject: of its own order and one that it has from another, the one that keeps it out further.
    public subscript(subject: Order.Subject) -> Order? {
        guard let inherited = inherited[subject] else { return orders[subject] }
        guard let own = orders[subject] else { return inherited }
        return inherited.action.severity > own.action.severity ? inherited : own
    }

    /// What is ordered about a subject in one word; nil: nothing.
    public func word(_ subject: Order.Subject) -> String? {
        switch self[subject]?.action {
        case .up: "up"
        case .down: "down"
        case .disabled: "disabled"
        case .drain(let drain): drain.phase == .done ? "drained" : "draining"
        case nil: nil
        }
    }

    /// What is ordered about a subject, with the reason; nil: nothing.
    public func words(_ subject: Order.Subject) -> String? {
        let words =
            (weights[subject].map { ["weight \($0.weight) by order"] } ?? [])
            + (self[subject].map { [$0.words] } ?? [])
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }

    /// How many were given; what real servers have from others is not counted.
    public var count: Int { orders.count + weights.count }

    /// Whether there is none.
    public var isEmpty: Bool { orders.isEmpty && inherited.isEmpty && weights.isEmpty }
}

extension OrderBook: Codable {
    private struct Entry: Codable {
        var subject: Order.Subject
        var order: Order?
        var weight: WeightOrder?
        var inherited: Order?
    }

    /// Reads a list.
    public init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        while !list.isAtEnd {
            let entry = try list.decode(Entry.self)
            orders[entry.subject] = entry.order
            weights[entry.subject] = entry.weight
            inherited[entry.subject] = entry.inherited
        }
    }

    /// Writes a list, in a fixed order.
    public func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        let subjects = Set(orders.keys).union(weights.keys).union(inherited.keys)
        for subject in subjects.sorted(by: { "\($0)" < "\($1)" }) {
            try list.encode(
                Entry(
                    subject: subject, order: orders[subject], weight: weights[subject],
                    inherited: inherited[subject]))
        }
    }
}

extension Order.Subject: CustomStringConvertible {
    /// As events name it: `192.0.2.1`, `tcp 192.0.2.1:80`, `tcp 192.0.2.1:80 → 10.0.0.1:80`.
    public var description: String {
        switch self {
        case .realServer(let key, let endpoint): "\(key) → \(endpoint)"
        case .virtualServer(let key): "\(key)"
        case .vip(let address): "\(address)"
        }
    }

    /// What it is.
    public var kind: SubjectPattern.Kind {
        switch self {
        case .realServer: .realServer
        case .virtualServer: .virtualServer
        case .vip: .vip
        }
    }

    var names: [String] {
        switch self {
        case .realServer(let key, let endpoint):
            SubjectPattern.names(ofRealServer: "\(endpoint)", in: "\(key)")
        case .virtualServer(let key): SubjectPattern.names(ofVirtualServer: "\(key)")
        case .vip(let address): ["\(address)"]
        }
    }
}

extension Order {
    /// The order in words: `disabled (new disks)`, `down by order until 2026-11-27T14:00:00Z`, `draining`.
    var words: String {
        let what =
            switch action {
            case .up: "up by order"
            case .down: "down by order"
            case .disabled: "disabled"
            case .drain(let drain):
                drain.phase != .done
                    ? "draining"
                    : "drained" + (drain.unended.map { ", \(Self.unended($0))" } ?? "")
            }
        let end = until.map { " until \(Date(timeIntervalSince1970: $0).formatted(.iso8601))" } ?? ""
        return what + end + (origin.map { " with \($0)" } ?? "") + (reason.map { " (\($0))" } ?? "")
    }

    /// `1 connection did not end in time`
    static func unended(_ count: Int) -> String {
        "\(count) connection\(count == 1 ? "" : "s") did not end in time"
    }
}

extension Order.Action {
    /// Whether it is a drain, however far it has come.
    var isDrain: Bool { if case .drain = self { true } else { false } }

    /// How far it keeps a real server out.
    fileprivate var severity: Int {
        switch self {
        case .up: 0
        case .drain(let drain):
            switch drain.phase {
            case .withdrawn: 1
            case .quiet: 2
            case .done: 4
            }
        case .down: 3
        case .disabled: 5
        }
    }
}
