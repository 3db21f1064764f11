// The kernel's numbers, from linux/ip_vs.h.

/// Commands of the family.
enum Command {
    static let newService: UInt8 = 1
    static let setService: UInt8 = 2
    static let deleteService: UInt8 = 3
    static let getService: UInt8 = 4
    static let newDestination: UInt8 = 5
    static let setDestination: UInt8 = 6
    static let deleteDestination: UInt8 = 7
    static let getDestination: UInt8 = 8
    static let setConfiguration: UInt8 = 12
    static let getConfiguration: UInt8 = 13
    static let getInformation: UInt8 = 15
    static let zero: UInt8 = 16
    static let flush: UInt8 = 17
}

/// Attributes of a command.
enum CommandAttribute {
    static let service: UInt16 = 1
    static let destination: UInt16 = 2
    static let timeoutTCP: UInt16 = 4
    static let timeoutTCPFin: UInt16 = 5
    static let timeoutUDP: UInt16 = 6
}

/// Attributes of a service.
enum ServiceAttribute {
    static let family: UInt16 = 1
    static let transport: UInt16 = 2
    static let address: UInt16 = 3
    static let port: UInt16 = 4
    static let mark: UInt16 = 5
    static let scheduler: UInt16 = 6
    static let flags: UInt16 = 7
    static let timeout: UInt16 = 8
    static let netmask: UInt16 = 9
    static let statistics: UInt16 = 10
    static let persistenceEngine: UInt16 = 11
    static let statistics64: UInt16 = 12
}

/// Attributes of a destination.
enum DestinationAttribute {
    static let address: UInt16 = 1
    static let port: UInt16 = 2
    static let forwarding: UInt16 = 3
    static let weight: UInt16 = 4
    static let upperThreshold: UInt16 = 5
    static let lowerThreshold: UInt16 = 6
    static let activeConnections: UInt16 = 7
    static let inactiveConnections: UInt16 = 8
    static let persistentConnections: UInt16 = 9
    static let statistics: UInt16 = 10
    static let family: UInt16 = 11
    static let statistics64: UInt16 = 12
    static let tunnelType: UInt16 = 13
    static let tunnelPort: UInt16 = 14
    static let tunnelFlags: UInt16 = 15
}

/// Attributes of statistics.
enum StatisticsAttribute {
    /// Connections, packets and octets in and out.
    static let totals: ClosedRange<UInt16> = 1...5
    /// The same in a second.
    static let rates: ClosedRange<UInt16> = 6...10
}

/// Attributes of the answer to `getInformation`.
enum InformationAttribute {
    static let version: UInt16 = 1
    static let connectionTableSize: UInt16 = 2
}

/// Address families.
enum FamilyNumber {
    static let v4: UInt16 = 2
    static let v6: UInt16 = 10
}

/// Ways to forward.
enum ForwardingNumber {
    static let masquerade: UInt32 = 0
    static let localNode: UInt32 = 1
    static let tunnel: UInt32 = 2
    static let directRouting: UInt32 = 3
    static let bypass: UInt32 = 4
    /// The bits that say the way; others describe connections.
    static let mask: UInt32 = 7
}

/// What wraps the packets of a tunnel.
enum TunnelNumber {
    static let ipip: UInt8 = 0
    static let gue: UInt8 = 1
    static let gre: UInt8 = 2
}
