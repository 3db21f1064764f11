internal import Addresses
internal import DNSWire

/// Access lists as a query sees them: flat, without a reference count.
///
/// An element, 40 octets: u32 kind, u32 where the elements of a list end, and a network's address and
/// mask, 16 octets each, as numbers of the machine.
struct AccessTable: Sendable {
    private let view: FlatView

    private enum Kind {
        static let any: UInt32 = 0
        static let v4: UInt32 = 1
        static let v6: UInt32 = 2
        static let list: UInt32 = 3
        static let nothing: UInt32 = 4
        static let negated: UInt32 = 8
    }

    private static let elementSize = 40

    init(_ view: FlatView) {
        self.view = view
    }

    /// Whether the list between two places says yes to an address.
    func allows(_ address: IPAddress, list: (start: Int, end: Int)) -> Bool {
        decide(address, from: list.start, to: list.end) ?? false
    }

    private func decide(_ address: IPAddress, from start: Int, to end: Int) -> Bool? {
        var place = start
        while place < end {
            let head = view.word32(at: place)
            let next = Int(view.word32(at: place + 4))
            let holds =
                switch head & 7 {
                case Kind.any: true
                case Kind.list: decide(address, from: place + Self.elementSize, to: next) == true
                case Kind.v4, Kind.v6: contains(address, at: place, isV4: head & 7 == Kind.v4)
                default: false
                }
            if holds { return head & Kind.negated == 0 }
            place = next
        }
        return nil
    }

    private func contains(_ address: IPAddress, at place: Int, isV4: Bool) -> Bool {
        switch address {
        case .v4(let v4):
            let difference = UInt64(v4.rawValue) ^ view.word64(at: place + 16)
            return isV4 && difference & view.word64(at: place + 32) == 0
        case .v6(let v6):
            let high = (v6.high ^ view.word64(at: place + 8)) & view.word64(at: place + 24)
            let low = (v6.low ^ view.word64(at: place + 16)) & view.word64(at: place + 32)
            return !isV4 && high | low == 0
        }
    }

    /// Appends a list; where it begins and ends.
    static func append(_ list: AccessList, to buffer: inout FlatBuffer) -> (start: Int, end: Int) {
        let start = buffer.count
        append(list.elements, to: &buffer)
        return (start, buffer.count)
    }

    private static func append(_ elements: [AccessList.Element], to buffer: inout FlatBuffer) {
        for element in elements {
            let place = buffer.extend(by: elementSize)
            var kind: UInt32
            switch element.scope {
            case .any: kind = Kind.any
            // Resolved before they come here; what was not resolved holds nobody.
            case .localhost, .localnets: kind = Kind.nothing
            case .network(let network):
                let length = network.length
                switch network.address {
                case .v4(let v4):
                    kind = Kind.v4
                    buffer.store(UInt64(v4.rawValue), at: place + 16)
                    buffer.store(UInt64(UInt32.max << UInt32(32 - length)), at: place + 32)
                case .v6(let v6):
                    kind = Kind.v6
                    buffer.store(v6.high, at: place + 8)
                    buffer.store(v6.low, at: place + 16)
                    buffer.store(UInt64.max << UInt64(64 - min(length, 64)), at: place + 24)
                    buffer.store(UInt64.max << UInt64(64 - max(length - 64, 0)), at: place + 32)
                }
            case .list(let list):
                kind = Kind.list
                append(list, to: &buffer)
            }
            if element.isNegated { kind |= Kind.negated }
            buffer.store(kind, at: place)
            buffer.store(UInt32(buffer.count), at: place + 4)
        }
    }
}
