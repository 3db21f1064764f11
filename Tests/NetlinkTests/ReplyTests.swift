import Testing

@testable import Netlink

/// To the request with number 7 from a socket with address 42.
@Suite("Answers of the kernel") struct ReplyTests {
    var reply = Reply(sequence: 7, port: 42)

    private static func message(
        _ type: UInt16, _ flags: Message.Flags = [], sequence: UInt32 = 7, port: UInt32 = 42,
        payload: [UInt8] = []
    ) -> Message {
        Message(type: type, flags: flags, sequence: sequence, port: port, payload: payload[...])
    }

    private static let part = message(0x20, .multipart, payload: [1, 2, 3, 4])
    private static let done = message(3, .multipart, payload: Int32(0).hostBytes)
    private static let acknowledgement = message(
        2, payload: Int32(0).hostBytes + [UInt8](repeating: 0, count: 16))

    private mutating func take(_ messages: [Message], from sender: UInt32 = 0) throws -> Reply.Progress {
        try reply.take(messages.flatMap(\.bytes)[...], from: sender)
    }

    @Test("yes without more")
    mutating func success() throws {
        #expect(try take([Self.acknowledgement]) == .complete([]))
    }

    @Test("an answer and then yes, in one datagram or in two")
    mutating func answer() throws {
        #expect(try take([Self.part, Self.acknowledgement]) == .complete([Self.part]))
        reply = Reply(sequence: 7, port: 42)
        #expect(try take([Self.part]) == .incomplete)
        #expect(try take([Self.acknowledgement]) == .complete([Self.part]))
    }

    @Test("a list over several datagrams")
    mutating func list() throws {
        #expect(try take([Self.part, Self.part]) == .incomplete)
        #expect(try take([Self.part]) == .incomplete)
        #expect(try take([Self.done]) == .complete([Self.part, Self.part, Self.part]))
    }

    @Test("a list that changed is to be asked for again, once it is at its end")
    mutating func interrupted() throws {
        #expect(try take([Self.message(0x20, [.multipart, .dumpInterrupted])]) == .incomplete)
        #expect(try take([Self.done]) == .interrupted)
    }

    @Test("so is one of which a part was lost")
    mutating func overrun() throws {
        #expect(try take([Self.part, Self.message(4), Self.done]) == .interrupted)
        reply = Reply(sequence: 7, port: 42)
        reply.noteLoss()
        #expect(try take([Self.done]) == .interrupted)
    }

    @Test("what belongs to another request, another socket or comes from another process counts for nothing")
    mutating func foreign() throws {
        let refusal = Int32(-1).hostBytes + [UInt8](repeating: 0, count: 16)
        #expect(try take([Self.message(2, sequence: 6, payload: refusal)]) == .incomplete)
        #expect(try take([Self.message(2, port: 41, payload: refusal)]) == .incomplete)
        #expect(try take([Self.message(2, payload: refusal)], from: 99) == .incomplete)
        #expect(try take([Self.message(1), Self.acknowledgement]) == .complete([]))
    }

    @Test("no, in a number")
    mutating func refusal() throws {
        let payload = Int32(-3).hostBytes + [UInt8](repeating: 0, count: 16)
        #expect(throws: NetlinkError.refused(3, message: nil)) { try take([Self.message(2, payload: payload)]) }
        #expect(NetlinkError.refused(3, message: nil).description == "No such process")
    }

    @Test("no, at the end of a list")
    mutating func refusalAtTheEnd() throws {
        #expect(throws: NetlinkError.refused(1, message: nil)) {
            try take([Self.message(3, .multipart, payload: Int32(-1).hostBytes)])
        }
    }

    @Test("no, in words", arguments: [true, false])
    mutating func words(isCapped: Bool) throws {
        var words = AttributeWriter()
        words.append(2, u32: 4)
        words.append(1, string: "Invalid prefix")
        let request = Self.message(0x20, payload: [1, 2, 3, 4, 5, 6, 7, 8]).bytes
        var flags: Message.Flags = [.acknowledgementAttributes]
        if isCapped { flags.insert(.capped) }
        let payload = Int32(-22).hostBytes + (isCapped ? Array(request.prefix(16)) : request) + words.bytes
        #expect(throws: NetlinkError.refused(22, message: "Invalid prefix")) {
            try take([Self.message(2, flags, payload: payload)])
        }
        #expect(
            NetlinkError.refused(22, message: "Invalid prefix").description
                == "Invalid argument (Invalid prefix)")
    }

    @Test("an acknowledgement too short for a number is an error, as is the lowest number")
    mutating func shortAcknowledgement() throws {
        #expect(throws: NetlinkError.malformed("an acknowledgement without an error's number")) {
            try take([Self.message(2, payload: [0, 0])])
        }
        #expect(throws: NetlinkError.refused(.max, message: nil)) {
            try take([Self.message(2, payload: Int32.min.hostBytes)])
        }
    }

    @Test("a message whose length does not fit is an error", arguments: [0, 15, 17, 0xFFFF_FFFF] as [UInt32])
    mutating func length(length: UInt32) throws {
        let bytes = length.hostBytes + Self.acknowledgement.bytes[4..<16]
        #expect(throws: NetlinkError.malformed("a message's length does not fit")) {
            try reply.take(bytes[...], from: 0)
        }
    }

    @Test("no octets are taken as more than a message or an error", arguments: 0..<100)
    mutating func noise(seed: UInt64) throws {
        var noise = Noise(state: seed)
        for _ in 0..<50 {
            var bytes = Self.message(UInt16(noise.next() % 6), payload: noise.bytes(Int(noise.next() % 64)))
                .bytes
            for _ in 0..<noise.next() % 4 {
                bytes[Int(noise.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: noise.next())
            }
            do {
                let progress = try reply.take(bytes[...], from: 0)
                if case .complete(let messages) = progress { #expect(messages.count <= 50) }
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }
}
