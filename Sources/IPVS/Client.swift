import Addresses
import Director
import Netlink

/// Speaks with the kernel's IPVS in one network namespace; blocks while the kernel answers.
struct Client: ~Copyable {
    private var netlink: GenericNetlink

    /// Opens a socket; the kernel loads its module ip_vs for it.
    init() throws(NetlinkError) {
        netlink = try GenericNetlink(family: "IPVS", version: Request.familyVersion)
    }

    /// Carries out one step.
    mutating func apply(_ change: Change) throws(NetlinkError) { _ = try answers(.change(change)) }

    /// The kernel's version of IPVS.
    mutating func information() throws(NetlinkError) -> KernelInformation {
        try KernelInformation(single(.information))
    }

    /// How long connections are kept.
    mutating func timeouts() throws(NetlinkError) -> ConnectionTimeouts {
        try ConnectionTimeouts(single(.timeouts))
    }

    /// Keeps connections for as long; 0 leaves a time as it is.
    mutating func set(_ timeouts: ConnectionTimeouts) throws(NetlinkError) {
        _ = try answers(.setTimeouts(timeouts))
    }

    /// Sets the counters of all services to zero.
    mutating func zero() throws(NetlinkError) { _ = try answers(.zero(nil)) }

    /// Everything that the kernel holds. A service that goes while it is read is left out.
    mutating func listing() throws(NetlinkError) -> [(
        service: ListedService, destinations: [ListedDestination]
    )] {
        var listing: [(service: ListedService, destinations: [ListedDestination])] = []
        for answer in try answers(.services) {
            guard let service = try ListedService(answer) else { continue }
            var destinations: [ListedDestination] = []
            for answer in try answers(.destinations(service.key)) {
                if let destination = try ListedDestination(answer, serviceFamily: service.key.family) {
                    destinations.append(destination)
                }
            }
            // No destinations is also what the kernel says of a service that it doesn't know.
            if destinations.isEmpty, try !exists(service.key) { continue }
            listing.append((service, destinations))
        }
        return listing
    }

    private mutating func exists(_ key: VirtualServerKey) throws(NetlinkError) -> Bool {
        do {
            _ = try answers(.service(key))
            return true
        } catch .refused(ErrorNumber.noSuchProcess, _) {
            return false
        }
    }

    private mutating func single(_ request: Request) throws(NetlinkError) -> Attributes {
        guard let answer = try answers(request).first else { throw .malformed("no answer but success") }
        return answer
    }

    private mutating func answers(_ request: Request) throws(NetlinkError) -> [Attributes] {
        if request.isDump { return try netlink.dump(request.command, request.writeAttributes) }
        return try netlink.request(request.command, request.writeAttributes)
    }
}

/// The numbers of errors that mean something of their own here.
enum ErrorNumber {
    static let notPermitted: Int32 = 1
    static let noEntry: Int32 = 2
    static let noSuchProcess: Int32 = 3
    static let exists: Int32 = 17
    static let invalid: Int32 = 22
    static let outOfRange: Int32 = 34
    static let protocolNotSupported: Int32 = 93
    static let familyNotSupported: Int32 = 97
}
