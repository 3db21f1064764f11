package import Addresses
package import Netlink

// The messages of rtnetlink (linux/rtnetlink.h, if_link.h, if_addr.h): a fixed part in the machine's order, then
// attributes.

/// Types of messages.
enum RouteMessage {
    static let newAddress: UInt16 = 20
    static let deleteAddress: UInt16 = 21
    static let getLink: UInt16 = 18
    static let getAddress: UInt16 = 22
    static let getRoute: UInt16 = 26

    /// The fixed part of a request for links: 16 octets.
    static let linkHeader = [UInt8](repeating: 0, count: 16)

    /// The fixed part of a request about addresses: 8 octets.
    static func addressHeader(_ family: UInt8 = 0, length: Int = 0, flags: UInt8 = 0, index: Int32 = 0)
        -> [UInt8]
    {
        [family, UInt8(length), flags, 0] + index.hostBytes
    }

    /// The fixed part of a request for routes: 12 octets.
    static func routeHeader(_ family: UInt8 = 0, length: Int = 0) -> [UInt8] {
        [family, UInt8(length)] + [UInt8](repeating: 0, count: 10)
    }
}

extension AddressFamily {
    /// The kernel's number of the family.
    var number: UInt8 { self == .v4 ? 2 : 10 }
}

extension Link {
    /// Reads a message about a link.
    package init(_ message: Message) throws(NetlinkError) {
        let payload = message.payload
        guard payload.count >= 16, let type = UInt16(hostBytes: payload.dropFirst(2).prefix(2)),
            let index = Int32(hostBytes: payload.dropFirst(4).prefix(4)),
            let flags = UInt32(hostBytes: payload.dropFirst(8).prefix(4))
        else { throw .malformed("a link") }
        let attributes = try Attributes(payload.dropFirst(16))
        guard let name = attributes[3]?.string else { throw .malformed("a link without a name") }
        self.init(
            index: index, name: name, hardwareType: type, flags: Flags(rawValue: flags),
            hardwareAddress: attributes[1].map { Array($0.payload) } ?? [],
            kind: try attributes[18]?.nested()[1]?.string)
    }
}

extension InterfaceAddress {
    /// Reads a message about an address; nil for one of another family or of a link that is gone.
    package init?(_ message: Message, names: [Int32: String]) throws(NetlinkError) {
        let payload = message.payload
        guard payload.count >= 8, let family = payload.first, let length = payload.dropFirst().first,
            let index = Int32(hostBytes: payload.dropFirst(4).prefix(4))
        else { throw .malformed("an address") }
        guard let interface = names[index], [2, 10].contains(family) else { return nil }
        let attributes = try Attributes(payload.dropFirst(8))
        // Where there is another end, attribute 1 is that and 2 the own address.
        guard let bytes = (attributes[2] ?? attributes[1])?.payload, let address = IPAddress(bytes: bytes)
        else {
            throw .malformed("an address without octets")
        }
        self.init(address, prefixLength: Int(length), interface: interface)
    }
}

/// A message about a route.
package struct RouteAnswer {
    /// Types of routes.
    enum Kind {
        static let unicast: UInt8 = 1
        static let local: UInt8 = 2
    }

    /// The table of ordinary routes.
    static let mainTable: UInt32 = 254

    let family: UInt8
    let destinationLength: Int
    let kind: UInt8
    let table: UInt32
    let isCached: Bool
    let attributes: Attributes

    /// Reads a message about a route.
    package init(_ message: Message) throws(NetlinkError) {
        let payload = Array(message.payload)
        guard payload.count >= 12, let flags = UInt32(hostBytes: payload[8..<12]) else {
            throw .malformed("a route")
        }
        family = payload[0]
        destinationLength = Int(payload[1])
        kind = payload[7]
        isCached = flags & 0x200 != 0
        attributes = try Attributes(payload[12...])
        table = attributes[15]?.u32 ?? UInt32(payload[4])
    }

    /// Where the route leads.
    package var destination: IPAddress? { attributes[1].flatMap { IPAddress(bytes: $0.payload) } }
    var link: Int32? { attributes[4]?.u32.map { Int32(bitPattern: $0) } }
    /// The address that is used for what this host sends there.
    package var source: IPAddress? { attributes[7].flatMap { IPAddress(bytes: $0.payload) } }

    /// The next hop, which may be of the other family (then after its two octets of family).
    package var gateway: IPAddress? {
        if let gateway = attributes[5] { return IPAddress(bytes: gateway.payload) }
        return attributes[18].flatMap { IPAddress(bytes: $0.payload.dropFirst(2)) }
    }

    /// Whether there are several next hops, each of which may have a gateway.
    var isMultipath: Bool { attributes[9] != nil }
}
