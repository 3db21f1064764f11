import Addresses
import Director
package import Netlink

/// A request to the kernel's IPVS, and how it is written.
enum Request: Hashable, Sendable {
    /// One step towards a desired table.
    case change(Change)
    /// The kernel's version of IPVS and the size of its connection table.
    case information
    /// All services.
    case services
    /// One service; refused with ESRCH if there is none.
    case service(VirtualServerKey)
    /// All destinations of a service. An unknown service has none, and no error says so.
    case destinations(VirtualServerKey)
    /// How long connections are kept.
    case timeouts
    /// Keep connections that long.
    case setTimeouts(ConnectionTimeouts)
    /// Set the counters of a service, or of all, to zero.
    case zero(VirtualServerKey?)
    /// Remove all services.
    case flush

    /// The version of the family that the commands belong to.
    static let familyVersion: UInt8 = 1

    /// Whether the answer is a list.
    var isDump: Bool {
        switch self {
        case .services, .destinations: true
        default: false
        }
    }

    /// The command's number.
    var command: UInt8 {
        switch self {
        case .change(.addService): Command.newService
        case .change(.editService): Command.setService
        case .change(.deleteService): Command.deleteService
        case .change(.addDestination): Command.newDestination
        case .change(.editDestination): Command.setDestination
        case .change(.deleteDestination): Command.deleteDestination
        case .information: Command.getInformation
        case .services, .service: Command.getService
        case .destinations: Command.getDestination
        case .timeouts: Command.getConfiguration
        case .setTimeouts: Command.setConfiguration
        case .zero: Command.zero
        case .flush: Command.flush
        }
    }

    /// The request as it follows a message's header, byte for byte as ipvsadm 1.31 writes it.
    var payload: [UInt8] {
        GenericNetlink.payload(command, version: Self.familyVersion, writeAttributes)
    }

    /// Writes what the command needs.
    func writeAttributes(_ writer: inout AttributeWriter) {
        switch self {
        case .change(.addService(let key, let options)), .change(.editService(let key, let options)):
            writer.append(service: key, options)
        case .change(.deleteService(let key)):
            writer.append(service: key, nil)
        case .change(.addDestination(let key, let destination)),
            .change(.editDestination(let key, let destination)):
            writer.append(service: key, nil)
            writer.append(destination: destination)
        case .change(.deleteDestination(let key, let endpoint)):
            writer.append(service: key, nil)
            writer.append(destination: endpoint)
        case .destinations(let key):
            writer.append(service: key)
        case .service(let key):
            writer.append(
                service: key, ServiceOptions(scheduler: "", family: key.family, netmaskLength: 0))
        case .setTimeouts(let timeouts):
            writer.append(CommandAttribute.timeoutTCP, u32: timeouts.tcp)
            writer.append(CommandAttribute.timeoutTCPFin, u32: timeouts.tcpFin)
            writer.append(CommandAttribute.timeoutUDP, u32: timeouts.udp)
        case .zero(let key?):
            writer.append(service: key, nil)
        case .information, .services, .timeouts, .zero(nil), .flush:
            break
        }
    }
}

/// How long the kernel keeps a connection of which nothing is heard.
public struct ConnectionTimeouts: Hashable, Sendable {
    /// Seconds for a TCP connection; 0 in a request leaves it as it is.
    public var tcp: UInt32
    /// Seconds for a TCP connection after a FIN; 0 in a request leaves it as it is.
    public var tcpFin: UInt32
    /// Seconds for UDP; 0 in a request leaves it as it is.
    public var udp: UInt32

    /// These times.
    public init(tcp: UInt32 = 0, tcpFin: UInt32 = 0, udp: UInt32 = 0) {
        self.tcp = tcp
        self.tcpFin = tcpFin
        self.udp = udp
    }
}

extension ConnectionTimeouts: CustomStringConvertible {
    /// In seconds, as `ipvsadm -l --timeout` orders them.
    public var description: String { "tcp \(tcp) s, tcp-fin \(tcpFin) s, udp \(udp) s" }
}

extension ConnectionTimeouts {
    /// Reads the answer to `timeouts`.
    package init(_ answer: Attributes) throws(NetlinkError) {
        guard let tcp = answer[CommandAttribute.timeoutTCP]?.u32,
            let tcpFin = answer[CommandAttribute.timeoutTCPFin]?.u32,
            let udp = answer[CommandAttribute.timeoutUDP]?.u32
        else { throw .malformed("the timeouts") }
        self.init(tcp: tcp, tcpFin: tcpFin, udp: udp)
    }
}

/// What the kernel says of its IPVS.
public struct KernelInformation: Hashable, Sendable {
    /// The version, as in `1.2.1`.
    public var version: String
    /// Buckets of the connection table.
    public var connectionTableSize: Int

    /// Reads the answer to `information`.
    package init(_ answer: Attributes) throws(NetlinkError) {
        guard let version = answer[InformationAttribute.version]?.u32,
            let size = answer[InformationAttribute.connectionTableSize]?.u32
        else { throw .malformed("the version") }
        self.version = "\(version >> 16 & 255).\(version >> 8 & 255).\(version & 255)"
        connectionTableSize = Int(size)
    }
}
