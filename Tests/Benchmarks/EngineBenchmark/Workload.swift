import Addresses
import DNSWire
import TestZones
import Zones

enum BenchmarkError: Error {
    case zone([ZoneIssue])
    case unanswered
}

/// A zone and questions about it.
struct Workload {
    let zone: Zone
    var marks = SteeringMarks.none
    var view = SteeringView.empty
    /// The queries, one after another.
    private(set) var octets: [UInt8] = []
    /// Where each begins, and where the last ends.
    private(set) var starts: [Int] = [0]

    /// The names h0000000 and on of a large zone.
    private(set) var hosts: Int?

    /// The options of an OPT record in each query; nil: there is none.
    private let options: [UInt8]?

    init(_ name: String, options: [UInt8]?) throws {
        self.options = options
        if let records = Int(name) {
            let origin = try DomainName("big.example")
            var builder = ZoneBuilder(origin: origin, recordCountHint: records)
            let hosts = try Self.fill(&builder, records)
            let (zone, issues) = builder.compile()
            guard let zone else { throw BenchmarkError.zone(issues) }
            self.zone = zone
            self.hosts = hosts
            var random = RepeatableRandom()
            for _ in 0..<20000 {
                let host = Self.number(random.next(hosts))
                if random.next(10) == 0 {
                    try ask("nx\(host).big.example A")
                } else {
                    try ask("h\(host).big.example \(["A", "A", "A", "AAAA", "MX"][random.next(5)])")
                }
            }
            return
        }
        let (zone, issues) = try compile(
            "yufu123.com",
            """
            @ 86400 SOA ns1 admin.yufu.com. 20180703 3600 300 604800 86400
            @ 86400 NS ns1
            ns1 86400 A 172.20.17.20
            www 86400 A 192.168.214.140
            @ 86400 A 192.168.214.140
            """ + (name == "alias" ? "\nalias 86400 CNAME www" : "")
                + (name == "referral"
                    ? "\nsub 86400 NS ns1.sub\nsub NS ns2.sub\nns1.sub 86400 A 192.0.2.1\nns2.sub 86400 A 192.0.2.2"
                    : ""))
        guard let zone else { throw BenchmarkError.zone(issues) }
        self.zone = zone
        switch name {
        case "small":
            for question in [
                "www.yufu123.com A", "yufu123.com A", "yufu123.com NS", "yufu123.com SOA", "nx.yufu123.com A",
            ] {
                try ask(question)
            }
        case "steered":
            var registry = SteeringRegistry()
            let vip = IPAddress.v4(IPv4Address(192, 168, 214, 140))
            marks = zone.marks(vips: [vip], policy: { _ in 0 }, registry: &registry)
            let entry = SteeringEntry(
                addresses: [WeightedAddress(address: vip, weight: 1)], timeToLive: 30, negativeTimeToLive: 30)
            view = SteeringView(registry.sets.map { _ in entry })
            try ask("www.yufu123.com A")
        case "alias": try ask("alias.yufu123.com A")
        case "referral": try ask("www.sub.yufu123.com A")
        default:
            // One question of the small zone, by name and type: for a look at one path alone.
            try ask(name.replacing(":", with: " "))
        }
        // For whole batches.
        let (few, lengths) = (octets, zip(starts, starts.dropFirst()).map { $1 - $0 })
        for _ in 1..<32 {
            octets += few
            for length in lengths { starts.append(starts.last! + length) }
        }
    }

    private mutating func ask(_ question: String) throws {
        var query = try TestQuery(question, edns: options == nil ? nil : 1232)
        query.options = options ?? []
        octets += query.message
        starts.append(octets.count)
    }

    private static func number(_ value: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: 7 - digits.count) + digits
    }

    /// The zone that one-zone.awk makes, without its text.
    private static func fill(_ builder: inout ZoneBuilder, _ records: Int) throws -> Int {
        let origin = builder.origin
        func add(_ line: String) throws {
            let record = try RecordText(line, origin: origin)
            builder.add(owner: record.owner, type: record.type, ttl: record.ttl, data: record.data)
        }
        try add("@ SOA ns1 admin 1 3600 300 604800 300")
        for line in ["@ NS ns1", "@ NS ns2", "ns1 A 192.0.2.1", "ns2 A 192.0.2.2"] { try add(line) }
        func put(_ owner: [[UInt8]], _ type: RecordType, _ data: [UInt8]) {
            let name = DomainName(uncheckedWire: owner.flatMap { [UInt8($0.count)] + $0 } + origin.wire)
            builder.add(owner: name, type: type, ttl: 3600, data: data)
        }
        func wire(_ labels: [[UInt8]]) -> [UInt8] {
            labels.flatMap { [UInt8($0.count)] + $0 } + origin.wire
        }
        var host = 0
        while builder.recordCount < records {
            func label(_ number: Int) -> [UInt8] { Array("h\(Self.number(number))".utf8) }
            let name = label(host)
            let address: [UInt8] = [10, UInt8(host >> 16 & 255), UInt8(host >> 8 & 255), UInt8(host & 255)]
            let server: [UInt8] = [192, 0, 2, UInt8(host & 255)]
            switch host % 10 {
            case 0..<6: put([name], .a, address)
            case 6:
                put([name], .a, address)
                put([name], .aaaa, [0x20, 1, 0x0D, 0xB8] + Array(repeating: 0, count: 10) + address.suffix(2))
            case 7:
                put([name], .mx, [0, 10] + wire([label(host - 1)]))
                let text = Array("v=spf1 ip4:10.\(address[1]).\(address[2]).\(address[3]) -all".utf8)
                put([name], .txt, [UInt8(text.count)] + text)
            case 8: put([name], .cname, wire([label(host - 3)]))
            default:
                for index in 1...2 { put([name], .ns, wire([Array("ns\(index)".utf8), name])) }
                for index in 1...2 { put([Array("ns\(index)".utf8), name], .a, server) }
            }
            host += 1
        }
        return host
    }
}

/// A generator that gives the same sequence in every run.
struct RepeatableRandom {
    private var state: UInt64 = 7

    mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(truncatingIfNeeded: state >> 33) % bound
    }
}
