/// A socket to one family of generic netlink, which is known by its name and has another number at each boot.
public struct GenericNetlink: ~Copyable {
    private var socket: NetlinkSocket
    private let identifier: UInt16
    private let version: UInt8

    /// Opens a socket to a family; `.refused(ENOENT)` if the kernel has none of this name and no module for it.
    /// The kernel loads the family's module by itself when it is asked for.
    public init(family: String, version: UInt8, timeout: Duration = .seconds(5)) throws(NetlinkError) {
        var socket = try NetlinkSocket(.generic, timeout: timeout)
        var request = AttributeWriter(after: Self.header(Controller.getFamily, version: 1))
        request.append(Controller.familyName, string: family)
        let answers = try socket.request(Controller.identifier, payload: request.bytes)
        guard let answer = answers.first,
            let identifier = try Self.attributes(of: answer)[Controller.familyID]?.u16
        else { throw .malformed("no number for the family \(family)") }
        self.socket = socket
        self.identifier = identifier
        self.version = version
    }

    /// Sends a command that changes or reads one thing; the attributes of each answer.
    public mutating func request(
        _ command: UInt8, _ attributes: (inout AttributeWriter) -> Void = { _ in }
    ) throws(NetlinkError) -> [Attributes] {
        let payload = Self.payload(command, version: version, attributes)
        return try Self.attributes(of: socket.request(identifier, payload: payload))
    }

    /// Sends a command for all there is; the attributes of each answer.
    public mutating func dump(
        _ command: UInt8, _ attributes: (inout AttributeWriter) -> Void = { _ in }
    ) throws(NetlinkError) -> [Attributes] {
        let payload = Self.payload(command, version: version, attributes)
        return try Self.attributes(of: socket.dump(identifier, payload: payload))
    }

    /// A command as it follows a message's header: its own header of four octets and attributes.
    public static func payload(
        _ command: UInt8, version: UInt8, _ attributes: (inout AttributeWriter) -> Void = { _ in }
    ) -> [UInt8] {
        var writer = AttributeWriter(after: header(command, version: version))
        attributes(&writer)
        return writer.bytes
    }

    /// The family of families.
    private enum Controller {
        static let identifier: UInt16 = 0x10
        static let getFamily: UInt8 = 3
        static let familyID: UInt16 = 1
        static let familyName: UInt16 = 2
    }

    private static let headerLength = 4

    private static func header(_ command: UInt8, version: UInt8) -> [UInt8] { [command, version, 0, 0] }

    private static func attributes(of messages: [Message]) throws(NetlinkError) -> [Attributes] {
        var result: [Attributes] = []
        for message in messages { result.append(try attributes(of: message)) }
        return result
    }

    private static func attributes(of message: Message) throws(NetlinkError) -> Attributes {
        if message.payload.count < headerLength { throw .malformed("an answer without its header") }
        return try Attributes(message.payload.dropFirst(headerLength))
    }
}
