internal import Addresses
internal import Director
internal import Sockets

/// One connection of a client, from its acceptance to its end; a loop's own.
final class TCPConnection {
    /// How far it has come, and so how long it may be idle.
    enum Phase: Int, CaseIterable {
        case connecting, open, halfClosed
    }

    let service: RelayService
    let client: Int32
    let clientEndpoint: Endpoint
    var phase = Phase.connecting
    /// The connection to the real server; -1 while there is none.
    var server: Int32 = -1
    /// The real server that it counts for.
    var destination: Destination?
    var tried: Set<Endpoint> = []
    /// From the client to the real server, and back.
    var request = Flow()
    var answer = Flow()
    var hasRequestEnded = false
    var hasAnswerEnded = false
    /// Is in the loop's list of those that have more to do.
    var isContinued = false

    /// Its place in the loop's table, and its neighbours in the list of its phase, the longest idle first.
    let slot: Int
    var lastActivity: UInt64
    var previous = -1
    var next = -1

    init(_ service: RelayService, client: Int32, from endpoint: Endpoint, slot: Int, now: UInt64) {
        self.service = service
        self.client = client
        clientEndpoint = endpoint
        self.slot = slot
        lastActivity = now
    }
}
