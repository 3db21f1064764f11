/// What the kernel says to one request, put together from the datagrams that arrive; no socket in it.
package struct Reply {
    /// What to do after a datagram.
    package enum Progress: Hashable {
        /// More is to come.
        case incomplete
        /// All messages are here.
        case complete([Message])
        /// The list is not reliable and is to be asked for again.
        case interrupted
    }

    /// The number that the request carries.
    let sequence: UInt32
    /// The address of the socket that sent it.
    let port: UInt32

    private var messages: [Message] = []
    private var isInterrupted = false

    /// What is to come for a request.
    package init(sequence: UInt32, port: UInt32) {
        self.sequence = sequence
        self.port = port
    }

    /// Notes that a datagram was lost for lack of room. The rest of a list is still to be received: the kernel
    /// starts no other one before.
    package mutating func noteLoss() { isInterrupted = true }

    /// Takes one datagram. Messages that belong to another request (one that was given up) are passed over.
    package mutating func take(_ datagram: ArraySlice<UInt8>, from sender: UInt32) throws(NetlinkError)
        -> Progress
    {
        // Only the kernel has address 0; other processes may send to us too.
        if sender != 0 { return .incomplete }
        for message in try Message.messages(in: datagram) {
            if message.sequence != sequence || message.port != port { continue }
            if message.flags.contains(.dumpInterrupted) { isInterrupted = true }
            switch message.type {
            case Message.Control.noOperation: continue
            case Message.Control.overrun: isInterrupted = true
            case Message.Control.error:
                try Self.check(message, attributesAfter: Self.errorLength(message))
                return finished
            case Message.Control.done:
                // The end of a list may say an error in its own first four octets (absent in old kernels).
                if !message.payload.isEmpty { try Self.check(message, attributesAfter: 4) }
                return finished
            default: messages.append(message)
            }
        }
        return .incomplete
    }

    private var finished: Progress { isInterrupted ? .interrupted : .complete(messages) }

    private static func check(_ message: Message, attributesAfter offset: Int) throws(NetlinkError) {
        guard let code = Int32(hostBytes: message.payload.prefix(4)) else {
            throw .malformed("an acknowledgement without an error's number")
        }
        if code == 0 { return }
        var text: String?
        if message.flags.contains(.acknowledgementAttributes),
            let attributes = try? Attributes(message.payload.dropFirst(offset))
        {
            text = attributes[1].map(\.string)
        }
        // Errors are negative; a positive one would be no errno either, but must not be taken for success.
        throw .refused(code == .min ? .max : abs(code), message: text?.isEmpty == true ? nil : text)
    }

    /// Octets before an error's attributes: its number, and the request or at least its header.
    private static func errorLength(_ message: Message) -> Int {
        let request = message.payload.dropFirst(4)
        if message.flags.contains(.capped) { return 4 + Message.headerLength }
        return 4 + aligned(Int(UInt32(hostBytes: request.prefix(4)) ?? 0))
    }
}
