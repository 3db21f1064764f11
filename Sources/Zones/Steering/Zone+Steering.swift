public import Addresses
public import DNSWire

/// What of a zone steering decides about.
extension Zone {
    /// Marks the A and AAAA rrsets that have a VIP among their addresses. Names that are a name server
    /// of the zone are never marked; glue isn't either, nor is what is signed: a part of it would be bogus.
    ///
    /// - Parameter policy: The caller's number for what was configured for a name.
    public func marks(
        vips: Set<IPAddress>, policy: (DomainName) -> UInt16, registry: inout SteeringRegistry
    ) -> SteeringMarks {
        SteeringMarks(steeredRRSets(vips: vips, policy: policy), registry: &registry)
    }

    /// The rrsets that ``marks(vips:policy:registry:)`` marks. Looks at every address of the zone, so that it is worth
    /// keeping for as long as zone, VIPs and policies stay the same.
    public func steeredRRSets(vips: Set<IPAddress>, policy: (DomainName) -> UInt16) -> [SteeredRRSet] {
        if vips.isEmpty { return [] }
        var rrsets: [SteeredRRSet] = []
        forEachAddressSet { node, rrset in
            if content.flags(of: node).contains(.nameServer) { return }
            if !(0..<rrset.count).contains(where: { vips.contains(address($0, of: rrset)) }) { return }
            if content.signatures(of: rrset, node: node).count > 0 { return }
            let ttl = UInt32(bigEndian: content.heap.word32(at: rrset.start + 6))
            let set = SteeredSet(
                type: rrset.type, addresses: addresses(of: rrset), timeToLive: ttl,
                policy: policy(name(of: node)))
            rrsets.append(SteeredRRSet(place: rrset.place, set: set))
        }
        return rrsets
    }

    /// The place in the view of a steered rrset; nil if the rrset isn't steered, or not there.
    public func steeredIndex(of owner: DomainName, type: RecordType, marks: SteeringMarks) -> UInt32? {
        guard owner.isAtOrBelow(origin) else { return nil }
        var key = NameKey()
        key.read(owner)
        let node = content.find(key, labels: key.labelCount)
        guard node != 0, let rrset = content.rrset(of: node, type: type) else { return nil }
        return unsafe marks.table.index(of: rrset).map { UInt32($0) }
    }

    /// Names whose address steering cannot withdraw although it is a VIP: name servers of the zone,
    /// glue, what is signed, and the hints of SVCB and HTTPS; by name and type.
    public func steeringWarnings(
        vips: Set<IPAddress>
    ) -> [(owner: DomainName, type: RecordType, message: String)] {
        if vips.isEmpty { return [] }
        var warnings: [(owner: DomainName, type: RecordType, message: String)] = []
        forEachNode { node in
            let flags = content.flags(of: node)
            for index in 0..<content.rrsetCount(of: node) {
                let rrset = content.rrset(of: node, index: index)
                let records = { self.records(of: rrset, owner: self.name(of: node)) }
                switch rrset.type {
                case .a, .aaaa:
                    let isSigned = content.signatures(of: rrset, node: node).count > 0
                    guard flags.contains(.nameServer) || isSigned else { continue }
                    for address in addresses(of: rrset) where vips.contains(address) {
                        let name = name(of: node)
                        let reason =
                            isSigned
                            ? "\(name) \(rrset.type) is signed" : "\(name) is a name server of \(origin)"
                        warnings.append(
                            (name, rrset.type, "\(reason): its VIP \(address) is never withdrawn"))
                    }
                case .ns where flags.contains(.delegation):
                    for record in glue(of: rrset, owner: name(of: node)) {
                        guard let address = IPAddress(bytes: record.data), vips.contains(address),
                            // What is no delegation's own is warned about where it stands, or steered.
                            self.records(of: record.owner, type: record.type).isEmpty
                        else { continue }
                        warnings.append(
                            (
                                record.owner, record.type,
                                "\(record.owner) is glue of \(name(of: node)): its VIP \(address) is never withdrawn"
                            ))
                    }
                case .svcb, .https:
                    for record in records() {
                        for address in ServiceHints.addresses(in: record.data) where vips.contains(address) {
                            warnings.append(
                                (
                                    record.owner, record.type,
                                    "a hint of \(record.owner) \(record.type) has the VIP \(address): "
                                        + "it is never withdrawn"
                                ))
                        }
                    }
                default: continue
                }
            }
        }
        return warnings.sorted { ($0.owner, $0.type, $0.message) < ($1.owner, $1.type, $1.message) }
    }

    private func forEachAddressSet(_ body: (_ node: Int, _ rrset: RRSet) -> Void) {
        forEachNode { node in
            for index in 0..<content.rrsetCount(of: node) {
                let rrset = content.rrset(of: node, index: index)
                if rrset.type == .a || rrset.type == .aaaa { body(node, rrset) }
            }
        }
    }

    private func addresses(of rrset: RRSet) -> [IPAddress] {
        (0..<rrset.count).map { address($0, of: rrset) }
    }

    /// One address of an rrset of type A or AAAA, whose records are of one length, one after another.
    private func address(_ index: Int, of rrset: RRSet) -> IPAddress {
        let octets = rrset.type == .a ? 4 : 16
        let start = rrset.start + index * (RRSet.recordHeader + octets) + RRSet.recordHeader
        if rrset.type == .a {
            return .v4(IPv4Address(rawValue: UInt32(bigEndian: content.heap.word32(at: start))))
        }
        return .v6(
            IPv6Address(
                high: UInt64(bigEndian: content.heap.word64(at: start)),
                low: UInt64(bigEndian: content.heap.word64(at: start + 8))))
    }
}

/// The addresses in the data of SVCB and HTTPS records (RFC 9460 §7.3).
enum ServiceHints {
    /// The addresses of the parameters ipv4hint (4) and ipv6hint (6).
    static func addresses(in data: [UInt8]) -> [IPAddress] {
        var place = 2
        while place < data.count, data[place] != 0 { place += Int(data[place]) + 1 }
        place += 1
        var addresses: [IPAddress] = []
        while place + 4 <= data.count {
            let key = Int(data[place]) << 8 | Int(data[place + 1])
            let length = Int(data[place + 2]) << 8 | Int(data[place + 3])
            let end = place + 4 + length
            if end > data.count { break }
            let octets = key == 4 ? 4 : key == 6 ? 16 : 0
            if octets > 0 {
                for start in stride(from: place + 4, through: end - octets, by: octets) {
                    if let address = IPAddress(bytes: data[start..<(start + octets)]) {
                        addresses.append(address)
                    }
                }
            }
            place = end
        }
        return addresses
    }
}
