internal import Addresses
internal import Director
internal import HostNetwork
internal import IPVS
internal import Netlink

/// What the kernel says, in datagrams each of which has its length before it.
enum NetlinkReplies {
    static func run(_ input: [UInt8]) throws(Finding) {
        var reply = Reply(sequence: 1, port: 2)
        var rest = input[...]
        do throws(NetlinkError) {
            while rest.count >= 2 {
                let length = Int(rest[rest.startIndex]) | Int(rest[rest.startIndex + 1]) << 8
                let datagram = rest.dropFirst(2).prefix(length)
                rest = rest.dropFirst(2 + length)
                if case .complete(let messages) = try reply.take(datagram, from: 0) {
                    for message in messages { try? read(message) }
                    return
                }
            }
        } catch {
            try require(!error.description.isEmpty, "an error without words")
        }
        // Whatever belongs to it or not, as the message that it is.
        for message in (try? Message.messages(in: input[...])) ?? [] {
            let again = try? Message.messages(in: message.bytes[...])
            try require(again == [message], "a message is read as another")
            try? read(message)
        }
    }

    private static func read(_ message: Message) throws(NetlinkError) {
        _ = try? Link(message)
        _ = try? InterfaceAddress(message, names: [1: "lo", 2: "eth0"])
        if let route = try? RouteAnswer(message) { _ = (route.destination, route.gateway, route.source) }
        let attributes = try Attributes(message.payload.dropFirst(4))
        _ = try? ListedService(attributes)
        for family in [AddressFamily.v4, .v6] {
            _ = try? ListedDestination(attributes, serviceFamily: family)
        }
        _ = try? KernelInformation(attributes)
        _ = try? ConnectionTimeouts(attributes)
    }

    static var seeds: [[UInt8]] {
        let service: [UInt8] = attributes { writer in
            writer.append(1) { service in
                service.append(1, u16: 2)
                service.append(2, u16: 6)
                service.append(3, bytes: [192, 0, 2, 1] + [UInt8](repeating: 0, count: 12))
                service.append(4, networkU16: 80)
                service.append(6, string: "rr")
                service.append(7, bytes: [UInt8](repeating: 2, count: 8))
                service.append(8, u32: 300)
                service.append(9, networkU32: .max)
                service.append(11, string: "sip")
            }
        }
        let marked: [UInt8] = attributes { writer in
            writer.append(1) { service in
                service.append(1, u16: 10)
                service.append(5, u32: 7)
                service.append(6, string: "wlc")
                service.append(7, bytes: [UInt8](repeating: 0, count: 8))
                service.append(8, u32: 0)
                service.append(9, u32: 64)
            }
        }
        let destination: [UInt8] = attributes { writer in
            writer.append(2) { destination in
                destination.append(1, bytes: [192, 0, 2, 2] + [UInt8](repeating: 0, count: 12))
                destination.append(2, networkU16: 80)
                for type in [3, 4, 5, 6, 7, 8, 9] as [UInt16] { destination.append(type, u32: 2) }
                destination.append(11, u16: 2)
                destination.append(13, u8: 1)
                destination.append(14, networkU16: 6080)
                destination.append(15, u16: 1)
            }
        }
        let information = attributes { writer in
            for type in [1, 2, 4, 5, 6] as [UInt16] { writer.append(type, u32: 0x010201) }
        }
        var link = AttributeWriter(after: [0, 0, 1, 0, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
        link.append(3, string: "eth0")
        link.append(1, bytes: [2, 0, 0, 0, 0, 1])
        link.append(18) { $0.append(1, string: "veth") }
        var address = AttributeWriter(after: [2, 24, 0, 0, 1, 0, 0, 0])
        address.append(1, bytes: [192, 0, 2, 1])
        address.append(2, bytes: [192, 0, 2, 1])
        var route = AttributeWriter(after: [2, 24, 0, 0, 254, 0, 0, 1, 0, 0, 0, 0])
        route.append(1, bytes: [192, 0, 2, 0])
        route.append(4, u32: 2)
        route.append(5, bytes: [192, 0, 2, 1])
        route.append(15, u32: 254)
        let done = Message(type: 3, flags: .multipart, sequence: 1, port: 2, payload: [0, 0, 0, 0])
        let refusal = Message(
            type: 2, flags: [.capped, .acknowledgementAttributes], sequence: 1, port: 2,
            payload: (Int32(-22).hostBytes + [UInt8](repeating: 0, count: 16) + [8, 0, 1, 0, 110, 111, 33, 0])[
                ...])
        let payloads = [service, marked, destination, information, link.bytes, address.bytes, route.bytes]
        let parts = payloads.map {
            Message(type: 32, flags: .multipart, sequence: 1, port: 2, payload: $0[...]).bytes
        }
        return parts + parts.map { datagram($0 + done.bytes) } + [
            datagram(parts[0]) + datagram(parts[2]) + datagram(done.bytes), datagram(refusal.bytes),
            refusal.bytes,
        ]
    }

    private static func attributes(_ body: (inout AttributeWriter) -> Void) -> [UInt8] {
        // The header of generic netlink comes first.
        var writer = AttributeWriter(after: [1, 1, 0, 0])
        body(&writer)
        return writer.bytes
    }

    private static func datagram(_ bytes: [UInt8]) -> [UInt8] { UInt16(bytes.count).hostBytes + bytes }
}
