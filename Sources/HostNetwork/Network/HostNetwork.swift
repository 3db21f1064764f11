public import Addresses
import Netlink

/// The links, addresses and routes of this host, in the network namespace of the calling thread. Every method
/// opens a socket of its own, blocks while the kernel answers (microseconds), and may be called from anywhere.
public struct HostNetwork: Sendable {
    /// The only one there is.
    public init() {}

    /// All links.
    public func links() throws(HostNetworkError) -> [Link] {
        try attempt("read the links") { socket throws(NetlinkError) in
            try Self.map(socket.dump(RouteMessage.getLink, payload: RouteMessage.linkHeader)) {
                message throws(NetlinkError) in try Link(message)
            }
        }
    }

    /// All addresses.
    public func addresses() throws(HostNetworkError) -> [InterfaceAddress] {
        let names = try names()
        return try attempt("read the addresses") { socket throws(NetlinkError) in
            try Self.map(socket.dump(RouteMessage.getAddress, payload: RouteMessage.addressHeader())) {
                message throws(NetlinkError) in try InterfaceAddress(message, names: names)
            }
        }
    }

    /// Adds an address as a network of its own (/32, /128). An IPv6 address can be bound at once (no duplicate
    /// address detection, which the real servers' own copies would fail) and never becomes the source of what
    /// this host sends by itself (it is deprecated from the start). Its local route comes from a work queue of the
    /// kernel's, a moment later.
    ///
    /// - Returns: false if the interface had the address already, in a network of any length.
    public func add(_ address: IPAddress, to interface: String) throws(HostNetworkError) -> Bool {
        if try addresses().contains(where: { $0.address == address && $0.interface == interface }) {
            return false
        }
        let action = "add \(address)/\(address.family.bits) to \(interface)"
        let index = try index(of: interface, action)
        do {
            try attempt(action) { socket throws(NetlinkError) in
                _ = try socket.request(
                    RouteMessage.newAddress, flags: [.create, .exclusive], payload: Self.payload(address, index)
                )
            }
        } catch  where error.errno == HostNetworkError.Number.exists {
            return false
        }
        return true
    }

    /// Removes an address that is a network of its own.
    ///
    /// - Returns: false if the interface didn't have it.
    public func remove(_ address: IPAddress, from interface: String) throws(HostNetworkError) -> Bool {
        let action = "remove \(address)/\(address.family.bits) from \(interface)"
        let index: Int32
        do {
            index = try self.index(of: interface, action)
        } catch  where error.errno == HostNetworkError.Number.noDevice {
            return false
        }
        do {
            try attempt(action) { socket throws(NetlinkError) in
                _ = try socket.request(RouteMessage.deleteAddress, payload: Self.payload(address, index))
            }
        } catch  where error.errno == HostNetworkError.Number.addressNotAvailable {
            return false
        }
        return true
    }

    /// The way to an address; nil if there is none.
    public func route(to address: IPAddress) throws(HostNetworkError) -> Route? {
        let names = try names()
        var request = AttributeWriter(
            after: RouteMessage.routeHeader(address.family.number, length: address.family.bits))
        request.append(1, bytes: address.bytes)
        let answer: RouteAnswer?
        do {
            answer = try attempt("look up the route to \(address)") { socket throws(NetlinkError) in
                try Self.map(socket.request(RouteMessage.getRoute, payload: request.bytes)) {
                    message throws(NetlinkError) in try RouteAnswer(message)
                }.first
            }
        } catch  where Self.noRoute.contains(error.errno ?? 0) {
            return nil
        }
        guard let answer, [RouteAnswer.Kind.unicast, RouteAnswer.Kind.local].contains(answer.kind),
            let interface = answer.link.flatMap({ names[$0] })
        else { return nil }
        return Route(
            isLocal: answer.kind == RouteAnswer.Kind.local, gateway: answer.gateway, interface: interface,
            source: answer.source)
    }

    /// The networks that are reached without a router, from the table of ordinary routes.
    public func connectedNetworks() throws(HostNetworkError) -> [ConnectedNetwork] {
        let names = try names()
        return try attempt("read the routes") { socket throws(NetlinkError) in
            try Self.map(socket.dump(RouteMessage.getRoute, payload: RouteMessage.routeHeader())) {
                message throws(NetlinkError) in
                let answer = try RouteAnswer(message)
                guard answer.kind == RouteAnswer.Kind.unicast, answer.table == RouteAnswer.mainTable,
                    !answer.isCached, !answer.isMultipath, answer.gateway == nil,
                    let network = answer.destination.flatMap({ Prefix($0, length: answer.destinationLength) }),
                    let interface = answer.link.flatMap({ names[$0] })
                else { return nil }
                return ConnectedNetwork(network, interface: interface)
            }
        }
    }

    /// What a lookup says where there is no route: none, unreachable, prohibited, or thrown away.
    private static let noRoute: Set<Int32> = [
        HostNetworkError.Number.networkUnreachable, HostNetworkError.Number.hostUnreachable,
        HostNetworkError.Number.permissionDenied, HostNetworkError.Number.invalid,
    ]

    private func names() throws(HostNetworkError) -> [Int32: String] {
        Dictionary(try links().map { ($0.index, $0.name) }, uniquingKeysWith: { $1 })
    }

    private func index(of interface: String, _ action: String) throws(HostNetworkError) -> Int32 {
        guard let link = try links().first(where: { $0.name == interface }) else {
            throw HostNetworkError(action, errno: HostNetworkError.Number.noDevice)
        }
        return link.index
    }

    private static func payload(_ address: IPAddress, _ index: Int32) -> [UInt8] {
        let noDuplicateAddressDetection: UInt8 = 2
        var writer = AttributeWriter(
            after: RouteMessage.addressHeader(
                address.family.number, length: address.family.bits,
                flags: address.family == .v6 ? noDuplicateAddressDetection : 0, index: index))
        writer.append(2, bytes: address.bytes)
        writer.append(1, bytes: address.bytes)
        if address.family == .v6 {
            // Preferred for 0 seconds, valid for ever; two times that the kernel writes.
            writer.append(6, bytes: UInt32(0).hostBytes + UInt32.max.hostBytes + UInt64(0).hostBytes)
        }
        return writer.bytes
    }

    private func attempt<Result>(
        _ action: String, _ body: (inout NetlinkSocket) throws(NetlinkError) -> Result
    ) throws(HostNetworkError) -> Result {
        do {
            var socket = try NetlinkSocket(.route)
            return try body(&socket)
        } catch {
            throw HostNetworkError(action, error)
        }
    }

    private static func map<Result>(
        _ messages: [Message], _ body: (Message) throws(NetlinkError) -> Result?
    ) throws(NetlinkError) -> [Result] {
        var results: [Result] = []
        for message in messages {
            if let result = try body(message) { results.append(result) }
        }
        return results
    }
}
