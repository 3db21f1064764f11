import Addresses
package import Director
package import Netlink

/// A service as the kernel lists it.
package struct ListedService: Hashable, Sendable {
    /// What tells it apart.
    package var key: VirtualServerKey
    /// Its properties.
    package var options: ServiceOptions
    /// What was counted.
    package var traffic = Traffic()
}

extension AttributeWriter {
    /// Writes what tells a service apart, as in a request for its destinations.
    mutating func append(service key: VirtualServerKey) {
        append(CommandAttribute.service) { $0.appendIdentity(key) }
    }

    /// Writes a service with its properties, all of which the kernel wants for a new or changed one. Without
    /// options it is ipvsadm's form for requests that need none.
    mutating func append(service key: VirtualServerKey, _ options: ServiceOptions?) {
        let options = options ?? ServiceOptions(scheduler: "", family: key.family)
        append(CommandAttribute.service) { writer in
            writer.appendIdentity(key)
            writer.append(ServiceAttribute.scheduler, string: options.scheduler)
            if let engine = options.persistenceEngine {
                writer.append(ServiceAttribute.persistenceEngine, string: engine)
            }
            // The mask says which flags are meant: all.
            writer.append(
                ServiceAttribute.flags, bytes: options.flags.rawValue.hostBytes + UInt32.max.hostBytes)
            writer.append(ServiceAttribute.timeout, u32: options.timeout)
            let length = UInt32(options.netmaskLength)
            switch key.family {
            case .v4: writer.append(ServiceAttribute.netmask, networkU32: ~0 << (32 - min(length, 32)))
            case .v6: writer.append(ServiceAttribute.netmask, u32: length)
            }
        }
    }

    private mutating func appendIdentity(_ key: VirtualServerKey) {
        append(ServiceAttribute.family, u16: key.family.number)
        switch key {
        case .endpoint(let transport, let endpoint):
            append(ServiceAttribute.transport, u16: transport.rawValue)
            append(ServiceAttribute.address, bytes: endpoint.address.union)
            append(ServiceAttribute.port, networkU16: endpoint.port)
        case .firewallMark(let mark, _):
            append(ServiceAttribute.mark, u32: mark)
        }
    }
}

extension ListedService {
    /// Reads a service from the attributes of an answer; nil for a protocol or a family that Swerve doesn't know.
    package init?(_ answer: Attributes) throws(NetlinkError) {
        guard let nest = answer[CommandAttribute.service] else { throw .malformed("a service is missing") }
        let service = try nest.nested()
        guard let number = service[ServiceAttribute.family]?.u16 else { throw .malformed("a service's family") }
        guard let family = AddressFamily(number: number) else { return nil }
        if let mark = service[ServiceAttribute.mark] {
            guard let mark = mark.u32 else { throw .malformed("a service's mark") }
            key = .firewallMark(mark, family)
        } else {
            guard let number = service[ServiceAttribute.transport]?.u16,
                let union = service[ServiceAttribute.address]?.payload,
                let address = IPAddress(union: union, family: family),
                let port = service[ServiceAttribute.port]?.networkU16
            else { throw .malformed("a service's address") }
            guard let transport = TransportProtocol(rawValue: number) else { return nil }
            key = .endpoint(transport, Endpoint(address, port: port))
        }
        options = try ServiceOptions(service, family: family)
        traffic = try Traffic(
            service, wide: ServiceAttribute.statistics64, narrow: ServiceAttribute.statistics)
    }
}

extension ServiceOptions {
    fileprivate init(_ service: Attributes, family: AddressFamily) throws(NetlinkError) {
        guard let scheduler = service[ServiceAttribute.scheduler]?.string,
            let flags = service[ServiceAttribute.flags].flatMap({ UInt32(hostBytes: $0.payload.prefix(4)) }),
            let timeout = service[ServiceAttribute.timeout]?.u32,
            let netmask = service[ServiceAttribute.netmask]
        else { throw .malformed("a service's options") }
        let length: Int?
        switch family {
        case .v4: length = netmask.networkU32.map { (~$0).leadingZeroBitCount }
        case .v6: length = netmask.u32.map { Int(min($0, 128)) }
        }
        guard let length else { throw .malformed("a service's netmask") }
        let engine = service[ServiceAttribute.persistenceEngine]?.string
        // 2 is the kernel's own mark that the service is in its hash table.
        self.init(
            scheduler: scheduler, flags: ServiceFlags(rawValue: flags & ~2), timeout: timeout, family: family,
            netmaskLength: UInt8(length), persistenceEngine: engine?.isEmpty == true ? nil : engine)
    }
}
