public import Answering
internal import DNSWire
internal import Zones

/// A small zone to serve.
public enum ExampleZone {
    /// `example.com` with `www A` of this address, `big TXT` of some 20,000 octets.
    public static func snapshot(www: [UInt8] = [192, 0, 2, 1], options: AnswerOptions = AnswerOptions()) throws
        -> Snapshot
    {
        let origin = try DomainName("example.com")
        let server = try DomainName("ns1.example.com")
        var builder = ZoneBuilder(origin: origin)
        let numbers: [UInt8] = [0, 0, 0, 1, 0, 0, 14, 16, 0, 0, 3, 132, 0, 9, 58, 128, 0, 0, 1, 44]
        let soa = server.wire + (try DomainName("admin.example.com")).wire + numbers
        builder.add(owner: origin, type: .soa, ttl: 3600, data: soa)
        builder.add(owner: origin, type: .ns, ttl: 3600, data: server.wire)
        builder.add(owner: server, type: .a, ttl: 3600, data: [192, 0, 2, 53])
        builder.add(owner: try DomainName("www.example.com"), type: .a, ttl: 300, data: www)
        for index in 0..<100 {
            let text = [UInt8(200)] + [UInt8](repeating: UInt8(index), count: 200)
            builder.add(owner: try DomainName("big.example.com"), type: .txt, ttl: 300, data: text)
        }
        let (zone, _) = builder.compile()
        return Snapshot(catalog: ZoneCatalog([origin: ServedZone(zone: zone)]), options: options)
    }
}
