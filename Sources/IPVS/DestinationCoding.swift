package import Addresses
package import Director
package import Netlink

/// A destination as the kernel lists it.
package struct ListedDestination: Hashable, Sendable {
    /// What it is.
    package var destination: Destination
    /// Its connections.
    package var connections: ConnectionCounts
    /// What was counted.
    package var traffic = Traffic()
}

extension AttributeWriter {
    /// Writes a destination with its properties, in ipvsadm's order.
    mutating func append(destination: Destination) {
        append(CommandAttribute.destination) { writer in
            let endpoint = destination.endpoint
            writer.append(DestinationAttribute.family, u16: endpoint.address.family.number)
            writer.append(DestinationAttribute.address, bytes: endpoint.address.union)
            writer.append(DestinationAttribute.port, networkU16: endpoint.port)
            writer.append(DestinationAttribute.forwarding, u32: destination.forwarding.number)
            writer.append(DestinationAttribute.weight, u32: UInt32(bitPattern: destination.weight))
            let tunnel = destination.tunnel.numbers
            writer.append(DestinationAttribute.tunnelType, u8: tunnel.type)
            writer.append(DestinationAttribute.tunnelPort, networkU16: tunnel.port)
            writer.append(DestinationAttribute.tunnelFlags, u16: tunnel.flags)
            writer.append(DestinationAttribute.upperThreshold, u32: destination.upperThreshold)
            writer.append(DestinationAttribute.lowerThreshold, u32: destination.lowerThreshold)
        }
    }

    /// Writes what tells a destination apart, in ipvsadm's form, which fills in the rest.
    mutating func append(destination endpoint: Endpoint) {
        append(destination: Destination(endpoint))
    }
}

extension ListedDestination {
    /// Reads a destination of a service of this family from the attributes of an answer; nil for a family that
    /// Swerve doesn't know.
    package init?(_ answer: Attributes, serviceFamily: AddressFamily) throws(NetlinkError) {
        guard let nest = answer[CommandAttribute.destination] else {
            throw .malformed("a destination is missing")
        }
        let attributes = try nest.nested()
        var family = serviceFamily
        // Kernels before 3.18 don't name the family; it's the service's then.
        if let number = attributes[DestinationAttribute.family]?.u16 {
            guard let named = AddressFamily(number: number) else { return nil }
            family = named
        }
        guard let union = attributes[DestinationAttribute.address]?.payload,
            let address = IPAddress(union: union, family: family),
            let port = attributes[DestinationAttribute.port]?.networkU16,
            let forwarding = attributes[DestinationAttribute.forwarding]?.u32,
            let weight = attributes[DestinationAttribute.weight]?.u32
        else { throw .malformed("a destination's properties") }
        destination = Destination(
            Endpoint(address, port: port), forwarding: Forwarding(number: forwarding),
            weight: Int32(bitPattern: weight),
            upperThreshold: attributes[DestinationAttribute.upperThreshold]?.u32 ?? 0,
            lowerThreshold: attributes[DestinationAttribute.lowerThreshold]?.u32 ?? 0,
            tunnel: Tunnel(attributes))
        connections = ConnectionCounts(
            active: Int(attributes[DestinationAttribute.activeConnections]?.u32 ?? 0),
            inactive: Int(attributes[DestinationAttribute.inactiveConnections]?.u32 ?? 0),
            persistent: Int(attributes[DestinationAttribute.persistentConnections]?.u32 ?? 0))
        traffic = try Traffic(
            attributes, wide: DestinationAttribute.statistics64, narrow: DestinationAttribute.statistics)
    }
}

extension Forwarding {
    fileprivate var number: UInt32 {
        switch self {
        case .gate: ForwardingNumber.directRouting
        case .ipip: ForwardingNumber.tunnel
        case .masq: ForwardingNumber.masquerade
        }
    }

    /// The kernel delivers to itself what it routes to an address of its own, so that `localNode`, which old
    /// kernels report then, is `gate`; `bypass` is never a destination's.
    fileprivate init(number: UInt32) {
        switch number & ForwardingNumber.mask {
        case ForwardingNumber.masquerade: self = .masq
        case ForwardingNumber.tunnel: self = .ipip
        default: self = .gate
        }
    }
}

extension Tunnel {
    fileprivate var numbers: (type: UInt8, port: UInt16, flags: UInt16) {
        switch self {
        case .ipip: (TunnelNumber.ipip, 0, 0)
        case .gue(let port, let flags): (TunnelNumber.gue, port, flags)
        case .gre(let flags): (TunnelNumber.gre, 0, flags)
        }
    }

    fileprivate init(_ attributes: Attributes) {
        let port = attributes[DestinationAttribute.tunnelPort]?.networkU16 ?? 0
        let flags = attributes[DestinationAttribute.tunnelFlags]?.u16 ?? 0
        switch attributes[DestinationAttribute.tunnelType]?.u8 {
        case TunnelNumber.gue: self = .gue(port: port, flags: flags)
        case TunnelNumber.gre: self = .gre(flags: flags)
        default: self = .ipip
        }
    }
}
