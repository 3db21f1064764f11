import Addresses
import Answering
import DNSWire
import Glibc
import Telemetry
import TestZones
import Zones

// EngineBenchmark ZONE QUERIES: asks the responder alone, without sockets, QUERIES questions of a zone and
// prints the time of one and the zone's memory.
//
// ZONE is `small` (the five records of the article, a fifth of the questions each for www, apex A, NS, SOA and a
// name that isn't there), `steered` (the same with www steered), `alias`, `referral`, or a number of records (names with A,
// AAAA, MX, TXT, CNAME and delegations, one question in ten for a name that isn't there), as zones.py makes
// them. With `limited:` in front of it all responses are over a rate limit that is logged only, with `dropped:`
// all are held back by one. With `+edns`, `+cookie`, `+server-cookie` or `+nsid` behind it each query has an OPT
// record: bare, with a client's cookie, with a server cookie that is good, with an NSID option. Instructions: see
// engine.sh, which runs this under callgrind.

let arguments = CommandLine.arguments
guard arguments.count == 3, let rounds = Int(arguments[2]) else {
    usage()
}
func usage() -> Never {
    print(
        "usage: EngineBenchmark [limited:|dropped:]small|steered|alias|referral|NAME:TYPE|RECORDS[+edns|+cookie|…] QUERIES"
    )
    exit(64)
}

let clock = ContinuousClock()
let start = clock.now
var name = arguments[1]
let isRandom = name.hasPrefix("random:")
if isRandom { name.removeFirst(7) }
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
let counters = WorkerCounters()
var responder = Responder(store: store, counters: counters, seed: 1)
let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 65535, alignment: 64)
let octets = workload.octets
let starts = workload.starts
let client = IPAddress.v4(.loopback)
var total = 0
var asked = 0
let begin = clock.now
var questions = try workload.hosts.flatMap { isRandom ? try RandomQuestions(hosts: $0) : nil }
while questions != nil, rounds > asked {
    let query = questions!.next()
    total += responder.answer(query.span.bytes, from: client, port: 53, over: .udp, into: output)
    asked += 1
}
octets.withUnsafeBytes { bytes in
    var index = 0
    for _ in asked..<rounds {
        let query = UnsafeRawBufferPointer(rebasing: bytes[starts[index]..<starts[index + 1]])
        total += responder.answer(query.bytes, from: client, port: 53, over: .udp, into: output)
        index = index + 2 == starts.count ? 0 : index + 1
    }
}
let elapsed = clock.now - begin
output.deallocate()
print("\(rounds) answers, \(total) octets, \(elapsed / max(rounds, 1)) each")
for counter in Counter.allCases where counters.value(of: counter) > 0 {
    print("\(counter) \(counters.value(of: counter))")
}
