public import Addresses

/// An address that an interface of this host has.
public struct InterfaceAddress: Hashable, Sendable {
    /// The address.
    public var address: IPAddress
    /// The length of its network.
    public var prefixLength: Int
    /// The interface's name.
    public var interface: String

    /// An address of an interface.
    public init(_ address: IPAddress, prefixLength: Int, interface: String) {
        self.address = address
        self.prefixLength = prefixLength
        self.interface = interface
    }
}

extension InterfaceAddress: CustomStringConvertible {
    /// `192.0.2.1/32 on lo`
    public var description: String { "\(address)/\(prefixLength) on \(interface)" }
}
