internal import DNSWire
internal import Zones

/// Which NSEC or NSEC3 records an answer needs (RFC 4035 §3.1.3, RFC 5155 §7.2), and no others.
extension Responder {
    /// The name doesn't exist, and no wildcard stands in for it (RFC 4035 §3.1.3.2, RFC 5155 §7.2.2).
    mutating func proveAbsence(_ step: ChainStep, _ zone: CompiledZone) {
        switch zone.denialKind {
        case .none: return
        case .nsec:
            proofs.insert(spanning(step, zone, labels: labels(step)), of: step.index)
            proofs.insert(zone.wildcardDenial(below: step.found.node), of: step.index)
        case .nsec3:
            let encloser = proveEncloser(step, zone, node: step.found.node, labels: step.found.labels)
            proofs.insert(spanning(step, zone, labels: encloser.labels &+ 1), of: step.index)
            proofs.insert(zone.wildcardDenial(below: encloser.node), of: step.index)
        }
    }

    /// A node has no rrset of the type asked; for a delegation: no DS (RFC 4035 §3.1.3.1, RFC 5155 §7.2.3,
    /// §7.2.4, §7.2.7).
    mutating func proveLack(_ step: ChainStep, _ zone: CompiledZone) {
        let node = step.found.node
        guard let denial = zone.denial(of: node) else { return }
        if denial.isMatch || zone.denialKind == .nsec {
            proofs.insert(denial.node, of: step.index)
            return
        }
        // Opt-out: an insecure delegation, or a name that is only there for some.
        let labels = step.found.labels
        let encloser = proveEncloser(step, zone, node: node, labels: labels)
        // Of a chain that lacks even the apex nothing is proved by a longer name than the one that was asked.
        if encloser.labels >= labels { return }
        let span =
            encloser.labels &+ 1 == labels
            ? denial.node : spanning(step, zone, labels: encloser.labels &+ 1)
        proofs.insert(span, of: step.index)
    }

    /// A wildcard stands in for the name, which isn't there itself (RFC 4035 §3.1.3.3, RFC 5155 §7.2.6).
    mutating func proveExpansion(_ step: ChainStep, _ zone: CompiledZone) {
        let depth = zone.denialKind == .nsec ? labels(step) : step.found.labels &+ 1
        proofs.insert(spanning(step, zone, labels: depth), of: step.index)
    }

    /// The wildcard that stands in for the name has no rrset of the type (RFC 4035 §3.1.3.4, RFC 5155 §7.2.5).
    mutating func proveLackOfWildcard(_ step: ChainStep, _ zone: CompiledZone) {
        if zone.denialKind == .nsec3 {
            let labels = step.found.labels
            _ = proveEncloser(step, zone, node: ancestor(step, zone, labels: labels), labels: labels)
        }
        proveExpansion(step, zone)
        if let denial = zone.denial(of: step.found.node) { proofs.insert(denial.node, of: step.index) }
    }

    /// Writes what was gathered into the authority section.
    mutating func writeProofs(_ draft: inout Draft) {
        for index in 0..<proofs.count {
            let proof = proofs[index]
            let zone = table.catalog[proof.zone].zone
            let type = zone.denialKind == .nsec ? RecordType.nsec : RecordType.nsec3
            guard let rrset = zone.rrset(of: proof.node, type: type) else { continue }
            draft.authorities &+= append(rrset, of: zone, node: proof.node, owner: 0, &draft)
        }
        proofs.removeAll()
    }

    /// Notes the record that matches the closest encloser that has one, of a node, itself counted.
    private mutating func proveEncloser(
        _ step: ChainStep, _ zone: CompiledZone, node: Int, labels: Int
    ) -> (node: Int, labels: Int) {
        var node = node
        var labels = labels
        while true {
            if node != 0, let denial = zone.denial(of: node), denial.isMatch {
                proofs.insert(denial.node, of: step.index)
                return (node, labels)
            }
            if labels <= zone.apexLabels { return (node, labels) }
            labels &-= 1
            node = ancestor(step, zone, labels: labels)
        }
    }

    private mutating func labels(_ step: ChainStep) -> Int {
        step.isFirst ? question.labelCount : target.labelCount
    }

    private mutating func spanning(_ step: ChainStep, _ zone: CompiledZone, labels: Int) -> Int {
        step.isFirst
            ? zone.denial(spanning: question, labels: labels) : zone.denial(spanning: target, labels: labels)
    }

    private mutating func ancestor(_ step: ChainStep, _ zone: CompiledZone, labels: Int) -> Int {
        step.isFirst ? zone.find(question, labels: labels) : zone.find(target, labels: labels)
    }
}
