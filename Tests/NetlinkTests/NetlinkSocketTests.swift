import Netlink
import Testing

private let isAvailable: Bool = {
    do {
        _ = try NetlinkSocket(.generic)
        return true
    } catch {
        return false
    }
}()

@Suite("Sockets to the kernel", .enabled(if: isAvailable, "this machine has no netlink"))
struct NetlinkSocketTests {
    @Test("the links hold one of type loopback (772)")
    func links() throws {
        var socket = try NetlinkSocket(.route)
        // struct ifinfomsg: family, padding, type of the hardware, index, flags, mask of changes
        let answers = try socket.dump(18, payload: [UInt8](repeating: 0, count: 16))
        #expect(answers.contains { UInt16(hostBytes: $0.payload.dropFirst(2).prefix(2)) == 772 })
        // The socket is good for more than one request.
        #expect(try socket.dump(18, payload: [UInt8](repeating: 0, count: 16)).count == answers.count)
    }

    @Test("an unknown request is refused, and the socket stays good")
    func refused() throws {
        var socket = try NetlinkSocket(.route)
        do {
            _ = try socket.request(0xFFF, payload: [])
            Issue.record("the kernel knows what it can't know")
        } catch {
            #expect(error.errno == 95 || error.errno == 22)
        }
        #expect(try !socket.dump(18, payload: [UInt8](repeating: 0, count: 16)).isEmpty)
    }

    @Test("a family that no kernel has")
    func family() {
        do {
            _ = try GenericNetlink(family: "NO_SUCH_FAMILY", version: 1)
            Issue.record("the kernel knows what it can't know")
        } catch {
            #expect(error == .refused(2, message: nil) || error.errno == 93)
        }
    }
}
