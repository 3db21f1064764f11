import Addresses
import DNSClient
import DNSWire
import Foundation
import FuzzTargets

/// What a flood came to.
struct FloodCount: Sendable {
    var packets = 0
    /// Questions of the client that behaves, the answers to them, and tries beyond the first.
    var questions = 0
    var answers = 0
    var repeats = 0

    static func + (a: Self, b: Self) -> Self {
        FloodCount(
            packets: a.packets + b.packets, questions: a.questions + b.questions,
            answers: a.answers + b.answers,
            repeats: a.repeats + b.repeats)
    }
}

/// Sends hostile packets to a server, and good questions between them.
struct Flood: Sendable {
    let server: Endpoint

    /// Packets between two questions. So many of several senders fit into the kernel's default buffer of a socket,
    /// beyond which it drops whatever comes, the good with the bad.
    private static let burst = 24
    /// As often as resolvers ask before they give up.
    private static let tries = 5

    /// Sends packets over both transports from several threads.
    func send(_ packets: Int, seed: UInt64 = 1) async throws -> FloodCount {
        try await withThrowingTaskGroup(of: FloodCount.self) { group in
            for sender in 0..<3 as Range<UInt64> {
                group.addTask { try udp(packets * 3 / 10, seed: seed + sender) }
            }
            group.addTask { try tcp(packets / 10, seed: seed + 3) }
            return try await group.reduce(FloodCount(), +)
        }
    }

    private func udp(_ packets: Int, seed: UInt64) throws -> FloodCount {
        var hostile = HostilePackets(seed: seed)
        var count = FloodCount()
        var socket = try ClientSocket(.udp, to: server)
        let good = try ClientSocket(.udp, to: server, patience: 1)
        while count.packets < packets {
            for _ in 0..<Self.burst { socket.send(hostile.next()) }
            count.packets += Self.burst
            try ask(good, &count)
            // The answers to the hostile are never read; another port each now and then.
            if count.packets % (Self.burst * 100) == 0 { socket = try ClientSocket(.udp, to: server) }
        }
        return count
    }

    /// Connections of which each sends a few messages, some without an end.
    private func tcp(_ packets: Int, seed: UInt64) throws -> FloodCount {
        var hostile = HostilePackets(seed: seed)
        var count = FloodCount()
        let good = try ClientSocket(.udp, to: server, patience: 1)
        while count.packets < packets {
            let socket = try ClientSocket(.tcp, to: server)
            for _ in 0..<(1 + hostile.number(below: 20)) {
                let packet = hostile.next()
                count.packets += 1
                let isTaken =
                    switch hostile.number(below: 12) {
                    // Without its length, with a length that lies, and cut in two.
                    case 0: socket.send(packet)
                    case 1: socket.send([UInt8(hostile.number(below: 256)), 0] + packet)
                    case 2:
                        socket.send([UInt8(packet.count >> 8)])
                            && socket.send([UInt8(packet.count & 255)] + packet)
                    default: socket.sendMessage(packet)
                    }
                if !isTaken { break }
            }
            try ask(good, &count)
            if hostile.number(below: 4) == 0 {
                try ask(ClientSocket(.tcp, to: server), &count)
            }
        }
        return count
    }

    /// A good question, which has an answer in a few tries.
    private func ask(_ socket: ClientSocket, _ count: inout FloodCount) throws {
        let id = UInt16(truncatingIfNeeded: count.questions)
        let query = try Message.query("www.example.com", .a, id: id, udpSize: 1232)
        count.questions += 1
        for attempt in 0..<Self.tries {
            if attempt > 0 { count.repeats += 1 }
            if !socket.sendMessage(query) { continue }
            // An answer may be a late one, to an earlier try.
            while let answer = socket.receiveMessage() {
                if answer.id != id { continue }
                if answer.isResponse && answer.responseCode == 0 && answer.answerCount == 1 {
                    count.answers += 1
                }
                return
            }
        }
    }
}

/// What a process holds.
struct Holdings {
    /// Bytes in memory.
    let memory: Int
    let descriptors: Int

    init(of process: Int32) throws {
        let pages = try String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8).split(separator: " ")
        memory = (Int(pages[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE))
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/fd").count
    }
}
