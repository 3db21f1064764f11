public import Answering

/// The engine: an input is a query, put to each world over both transports.
public enum Engine {
    // One responder for all inputs, as in a worker; runs of one process follow each other.
    nonisolated(unsafe) private static var worlds: [World] = []

    static func run(_ input: [UInt8]) throws(Finding) {
        if worlds.isEmpty { worlds = try Worlds.all() }
        for world in worlds { try check(input, in: world) }
    }

    /// Puts a query to a world over both transports; an error unless both answers are right in their form,
    /// and agree.
    @discardableResult
    public static func check(
        _ query: [UInt8], in world: World
    ) throws(Finding) -> (udp: MessageForm?, tcp: MessageForm?) {
        let udp = try check(query, over: .udp, in: world)
        let tcp = try check(query, over: .tcp, in: world)
        try require((udp == nil) == (tcp == nil), "one transport is silent")
        guard let udp, let tcp else { return (nil, nil) }
        // A chain that was cut may have ended otherwise. Cookies are required over UDP alone (RFC 7873 §5.2.3),
        // and a keepalive option that holds something is a mistake over TCP alone (RFC 7828 §3.3.2).
        let mayDiffer =
            udp.isTruncated || udp.code == 23
            || tcp.code == 1 && zip(query, query.dropFirst()).contains { $0 == 0 && $1 == 11 }
        try require(udp.code == tcp.code || mayDiffer, "code \(udp.code) over UDP, \(tcp.code) over TCP")
        try require(!tcp.isTruncated, "truncated over TCP")
        // Steered sets may begin with another address each time; ANY may be shorter over UDP (RFC 8482).
        let type = query.count > 12 && udp.question.count > 4 ? udp.question.suffix(4).prefix(2) : []
        if !mayDiffer && !type.elementsEqual([0, 255]) {
            for section in 0..<2 where udp.section(section).count != tcp.section(section).count {
                // The zone's servers, which an answer doesn't need, are left out where they don't fit.
                if section == 1 && !udp.section(0).isEmpty { continue }
                throw Finding("section \(section) differs between transports")
            }
        }
        return (udp, tcp)
    }

    /// Puts a query to a world; an error unless the answer is right in its form. Nil for silence.
    public static func check(
        _ query: [UInt8], over transport: Transport, in world: World
    ) throws(Finding) -> MessageForm? {
        let octets = world.answer(query, over: transport)
        let mayBeSilent = query.count < 12 || query[2] & 0x80 != 0
        if octets.isEmpty {
            try require(mayBeSilent, "silence")
            return nil
        }
        try require(!mayBeSilent, "an answer to what is none of ours")
        let answer = try MessageForm(octets)
        try checkHeader(of: answer, to: query)
        try checkQuestion(of: answer, to: query)
        try checkSize(of: answer, to: query, transport, world.options)
        try checkSignatures(of: answer)
        try checkOptions(of: answer, transport)
        return answer
    }

    private static func checkHeader(of answer: MessageForm, to query: [UInt8]) throws(Finding) {
        try require(answer.header[0] == word(query, 0), "the identifier")
        let flags = answer.header[1]
        let asked = word(query, 2)
        try require(flags & 0x8000 != 0, "no QR")
        // Opcode and RD as they came; RA, Z, AD and CD clear.
        try require(flags & 0x7900 == asked & 0x7900 && flags & 0xF0 == 0, "flags \(flags) to \(asked)")
        let opcode = asked >> 11 & 15
        // What is wrong with EDNS comes first (RFC 6891 §6.1.3, §7).
        if opcode != 0 {
            try require([1, 4, 16].contains(answer.code), "opcode \(opcode) with code \(answer.code)")
        }
        let known = [0, 1, 2, 3, 4, 5, 6, 9, 16, 23]
        try require(known.contains(answer.code), "code \(answer.code)")
        if [1, 2, 4, 5, 9, 16].contains(answer.code) {
            try require(flags & 0x0400 == 0, "AA with code \(answer.code)")
            try require(answer.header[3] == 0 && answer.header[4] == 0, "records with code \(answer.code)")
        }
    }

    /// The question comes back octet by octet, unless it could not be read.
    private static func checkQuestion(of answer: MessageForm, to query: [UInt8]) throws(Finding) {
        if answer.question.isEmpty {
            try require([0, 1, 4, 16, 23].contains(answer.code), "code \(answer.code) without a question")
            try require(answer.records.isEmpty, "records without a question")
        } else {
            let end = answer.question.endIndex
            try require(query.count >= end && query[12..<end] == answer.question, "another question")
        }
        // EDNS only to those who speak it: the root, type 41, somewhere behind the header.
        if answer.opt != nil {
            try require(word(query, 10) > 0, "an OPT record unasked")
        }
    }

    private static func checkSize(
        of answer: MessageForm, to query: [UInt8], _ transport: Transport, _ options: AnswerOptions
    ) throws(Finding) {
        let size = answer.octets.count
        if transport == .udp {
            var limit = 512
            if answer.opt != nil, let offered = offeredSize(in: query) {
                limit = max(512, min(offered, Int(options.maximumUDPSize)))
            }
            try require(size <= limit, "\(size) octets where \(limit) are allowed")
        }
        if [1, 4, 5].contains(answer.code) {
            // A cookie and an extended error apart, which the OPT record's data is.
            let own = size - (answer.opt?.data.count ?? 0)
            try require(own <= query.count, "\(size) octets of refusal to \(query.count)")
        }
    }

    /// Signatures and proofs come to those who ask for them, and stand beside what they sign (RFC 4035 §3.1).
    private static func checkSignatures(of answer: MessageForm) throws(Finding) {
        let signatures = answer.records.filter { $0.type == 46 }
        let type = answer.question.suffix(4).prefix(2).reduce(0) { $0 << 8 | Int($1) }
        if [46, 47, 50, 255].contains(type) { return }
        let wantsThem = (answer.opt?.ttl ?? 0) & 0x8000 != 0
        try require(
            wantsThem || !answer.records.contains { [46, 47, 50].contains($0.type) }, "signatures unasked")
        for signature in signatures where signature.data.count > 1 {
            let covered = Int(signature.data[0]) << 8 | Int(signature.data[1])
            let isThere = answer.records.contains {
                $0.section == signature.section && $0.type == covered && $0.owner == signature.owner
            }
            try require(isThere, "a signature of type \(covered) without its records")
        }
    }

    /// Whole options, none twice, none that only clients send or that another transport has.
    private static func checkOptions(of answer: MessageForm, _ transport: Transport) throws(Finding) {
        guard var rest = answer.opt?.data[...] else { return }
        var codes: [Int] = []
        while !rest.isEmpty {
            let head = rest.prefix(4).map(Int.init)
            try require(head.count == 4, "an option ends early")
            let length = head[2] << 8 | head[3]
            try require(rest.count >= 4 + length, "an option of \(length) octets")
            codes.append(head[0] << 8 | head[1])
            rest = rest.dropFirst(4 + length)
        }
        try require(Set(codes).count == codes.count, "options \(codes)")
        // NSID, keepalive and cookie; errors; nothing of client subnets (RFC 7871 §7.2.1).
        try require(Set(codes).isSubset(of: [3, 10, 11, 15]), "options \(codes)")
        try require(transport == .tcp || !codes.contains(11), "keepalive over UDP (RFC 7828 §3.2.1)")
    }

    /// The largest size that any OPT record of a query could offer, by its first octets.
    private static func offeredSize(in query: [UInt8]) -> Int? {
        var largest: Int?
        for place in query.indices.dropFirst(12).dropLast(10)
        where query[place] == 0 && query[place + 1] == 0 && query[place + 2] == 41 {
            largest = max(largest ?? 0, word(query, place + 3))
        }
        return largest
    }

    private static func word(_ octets: [UInt8], _ place: Int) -> Int {
        Int(octets[place]) << 8 | Int(octets[place + 1])
    }
}
