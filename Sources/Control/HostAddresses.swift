public import Addresses

/// What keeping VIPs on an interface asks of the host. HostNetwork does it for real.
public struct HostAddresses: Sendable {
    /// Adds an address to an interface; false if it was there already.
    public var add: @Sendable (IPAddress, String) -> Result<Bool, HostTrouble>
    /// Removes an address from an interface; false if it was not there.
    public var remove: @Sendable (IPAddress, String) -> Result<Bool, HostTrouble>
    /// Tells the neighbours where an address is; the interfaces on which it was told.
    public var announce: @Sendable (IPAddress, String) -> Result<[String], HostTrouble>

    /// The three operations.
    public init(
        add: @escaping @Sendable (IPAddress, String) -> Result<Bool, HostTrouble>,
        remove: @escaping @Sendable (IPAddress, String) -> Result<Bool, HostTrouble>,
        announce: @escaping @Sendable (IPAddress, String) -> Result<[String], HostTrouble>
    ) {
        self.add = add
        self.remove = remove
        self.announce = announce
    }
}

/// Why the host would not do something, in words.
public struct HostTrouble: Error, Sendable, CustomStringConvertible {
    /// What was being done, on what, and the error.
    public var description: String

    /// Trouble in these words.
    public init(_ description: String) {
        self.description = description
    }
}
