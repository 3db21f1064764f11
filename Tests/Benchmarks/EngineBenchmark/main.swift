import Addresses
import Answering
import DNSWire
import Glibc
import Telemetry
import TestZones
import Zones

// EngineBenchmark ZONE QUERIES: asks the responder alone, without sockets, QUERIES questions of a zone and
// prints the time of one and the zone's memory; with `udp:` in front of ZONE, a worker of the UDP server, with `udp2:` two.
//
// ZONE is `small` (the five records of the article, a fifth of the questions each for www, apex A, NS, SOA and a
// name that isn't there), `steered` (the same with www steered), `alias`, `referral`, or a number of records (names with A,
// AAAA, MX, TXT, CNAME and delegations, one question in ten for a name that isn't there), as
// one-zone.awk makes them. With `limited:` in front of it all responses are over a rate limit that is logged only, with `dropped:`
// all are held back by one. With `+edns`, `+cookie`, `+server-cookie` or `+nsid` behind it each query has an OPT
// record: bare, with a client's cookie, with a server cookie that is good, with an NSID option. Instructions: see
// engine.sh, which runs this under callgrind.

let arguments = CommandLine.arguments
guard arguments.count == 3, let rounds = Int(arguments[2]) else {
    usage()
}
func usage() -> Never {
    print(
        "usage: EngineBenchmark [udp:|udp2:|limited:|dropped:]small|steered|alias|referral|NAME:TYPE|RECORDS[+edns|+cookie|…] QUERIES"
    )
    exit(64)
}

let clock = ContinuousClock()
let start = clock.now
var name = arguments[1]
let isRandom = name.hasPrefix("random:")
if isRandom { name.removeFirst(7) }
var workers: Int?
for (prefix, count) in [("udp:", 1), ("udp2:", 2)] where name.hasPrefix(prefix) {
    name.removeFirst(prefix.count)
    workers = count
}
var limits = RateLimits()
for (prefix, isLogOnly) in [("limited:", true), ("dropped:", false)] where name.hasPrefix(prefix) {
    name.removeFirst(prefix.count)
    (limits.responses, limits.referrals, limits.nodata, limits.nxdomains) = (1, 1, 1, 1)
    limits.slip = 0
    limits.isLogOnly = isLogOnly
}
let options = AnswerOptions(
    rateLimiter: limits.isLimiting ? RateLimiter(limits) : nil,
    cookies: CookieOptions(secrets: [.random()]), identity: ServerIdentity(serverID: Array("fra1".utf8)))
var queryOptions: [UInt8]?
let clientCookie: [UInt8] = [0, 10, 0, 8] + Array(0..<8)
if let plus = name.firstIndex(of: "+") {
    switch name[plus...] {
    case "+edns": queryOptions = []
    case "+cookie": queryOptions = clientCookie
    case "+server-cookie":
        let empty = SnapshotStore(Snapshot(catalog: ZoneCatalog([:]), options: options))
        var responder = Responder(store: empty, counters: WorkerCounters(), seed: 1)
        var query = try TestQuery(". A", edns: 1232)
        query.options = clientCookie
        var answer = [UInt8](repeating: 0, count: 512)
        let count = answer.withUnsafeMutableBytes {
            responder.answer(query.message.span.bytes, from: .v4(.loopback), port: 53, over: .tcp, into: $0)
        }
        // REFUSED: the cookie, and an extended error of six octets.
        queryOptions = Array(answer[..<count].dropLast(6).suffix(28))
    case "+nsid": queryOptions = [0, 3, 0, 0]
    default: usage()
    }
    name.removeSubrange(plus...)
}
let workload = try Workload(name, options: queryOptions)
let loaded = clock.now
print("\(workload.zone.recordCount) records in \(loaded - start), \(workload.zone.memory) octets")

let served = ServedZone(zone: workload.zone, marks: workload.marks)
let store = SnapshotStore(
    Snapshot(catalog: ZoneCatalog([workload.zone.origin: served]), view: workload.view, options: options))
if let workers {
    try askOverUDP(workload, of: store, workers: workers, rounds: rounds)
    exit(0)
}
let counters = WorkerCounters()
// By batches, as the UDP server does it.
let width = 32
var responder = Responder(store: store, counters: counters, seed: 1, width: width)
// The places of a batch's answers, as far apart as the server's; and of its queries, where those are made on the way.
let stride = 3 * 64 + 2 * 4096
let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: width * stride, alignment: 64)
memory.initializeMemory(as: UInt8.self, repeating: 0)
@MainActor func exchange(_ index: Int, query: UnsafeRawPointer? = nil, count: Int = 0) -> Exchange {
    let place = UnsafeMutableRawBufferPointer(rebasing: memory[(index % width * stride)...].prefix(stride))
    let room = UnsafeMutableRawBufferPointer(rebasing: place[4160..<8256])
    var exchange = Exchange(query: query ?? UnsafeRawPointer(place.baseAddress!), room: room)
    (exchange.count, exchange.client, exchange.port) = (count, .v4(.loopback), 53)
    return exchange
}
let octets = workload.octets
let starts = workload.starts
var total = 0
var asked = 0
var questions = try workload.hosts.flatMap { isRandom ? try RandomQuestions(hosts: $0) : nil }
var begin = clock.now
if questions != nil {
    let batch = UnsafeMutableBufferPointer<Exchange>.allocate(capacity: width)
    for index in 0..<width { batch.initializeElement(at: index, to: exchange(index)) }
    begin = clock.now
    while rounds > asked {
        for index in 0..<width {
            let query = questions!.next()
            UnsafeMutableRawBufferPointer(rebasing: memory[(index * stride)...]).copyBytes(from: query)
            batch[index].count = query.count
        }
        responder.answer(batch, over: .udp)
        for index in 0..<width { total += batch[index].size }
        asked += width
    }
} else {
    octets.withUnsafeBytes { bytes in
        var exchanges = (0..<(starts.count - 1)).map {
            exchange($0, query: bytes.baseAddress! + starts[$0], count: starts[$0 + 1] - starts[$0])
        }
        exchanges.withUnsafeMutableBufferPointer { exchanges in
            begin = clock.now
            var first = 0
            while rounds > asked {
                let batch = exchanges[first...].prefix(width)
                responder.answer(UnsafeMutableBufferPointer(rebasing: batch), over: .udp)
                for index in batch.indices { total += exchanges[index].size }
                asked += batch.count
                first = batch.endIndex == exchanges.count ? 0 : batch.endIndex
            }
        }
    }
}
let elapsed = clock.now - begin
print("\(asked) answers, \(total) octets, \(elapsed / max(asked, 1)) each")
for counter in Counter.allCases where counters.value(of: counter) > 0 {
    print("\(counter) \(counters.value(of: counter))")
}
