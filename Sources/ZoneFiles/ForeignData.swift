internal import Addresses
internal import CLDNS
internal import DNSWire
internal import Synchronization

/// Data that libldns turns into wire form, which is APL's prefixes: one record at a time, from text whose directives,
/// parentheses and comments are gone.
enum ForeignData {
    /// libldns asks the C library for services and protocols, which answers in memory of its own.
    private static let turn = Mutex<Void>(())

    /// Reads the rest of an entry.
    static func read(
        _ type: RecordType, _ lexer: inout Lexer, into buffer: inout WireBuffer, origin: borrowing WireBuffer
    ) throws(Mistake) {
        let start = lexer.offset
        let text = try lexer.remainingText()
        let range = lexer.wordRange(from: start)
        // No record's data needs more: four characters an octet.
        if text.count > 4 * 65535 { throw Lexer.tooLong(range) }
        for word in String(decoding: text, as: UTF8.self).split(separator: " ") where !isPrefix(word) {
            var mistake = Mistake("invalid data for \(type): invalid prefix '\(word.prefix(64))'", at: range)
            mistake.concernsForm = true
            throw mistake
        }
        let originOctets = origin.copy
        switch convert(type, text: text, origin: originOctets) {
        case .failure(let failure):
            var mistake = Mistake("invalid data for \(type): \(failure.reason)", at: range)
            mistake.concernsForm = true
            throw mistake
        case .success(let octets):
            buffer.clear()
            buffer.append(contentsOf: octets)
        }
        do throws(RecordData.Invalid) {
            try RecordData.validate(type, buffer.octets)
        } catch {
            throw Mistake("invalid data for \(type): \(error.reason)", at: range)
        }
    }

    /// Whether a word is a prefix of an APL record (RFC 3123 §5). libldns lets a number go on with other signs, and be
    /// larger than its field.
    private static func isPrefix(_ word: Substring) -> Bool {
        let parts = word.drop { $0 == "!" }.split(
            separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard word.prefix(2) != "!!", parts.count == 2 else { return false }
        let network = parts[1].split(separator: "/", omittingEmptySubsequences: false)
        guard network.count == 2, network[1].utf8.allSatisfy({ (48...57).contains($0) }),
            UInt8(network[1]) != nil
        else { return false }
        return switch parts[0] {
        case "1": IPv4Address(String(network[0])) != nil
        case "2": IPv6Address(String(network[0])) != nil
        default: false
        }
    }

    /// Why libldns didn't take it.
    struct Failure: Error {
        let reason: String
    }

    private static func convert(
        _ type: RecordType, text: [UInt8], origin: [UInt8]
    ) -> Result<[UInt8], Failure> {
        let line = Array(". 0 IN \(type) ".utf8) + text + [0]
        return turn.withLock { _ in
            unsafe line.withUnsafeBufferPointer { line in
                unsafe origin.withUnsafeBufferPointer { origin in
                    unsafe convert(line: line, origin: origin)
                }
            }
        }
    }

    @unsafe
    private static func convert(
        line: UnsafeBufferPointer<UInt8>, origin: UnsafeBufferPointer<UInt8>
    ) -> Result<[UInt8], Failure> {
        let originData = unsafe ldns_rdf_new_frm_data(
            LDNS_RDF_TYPE_DNAME, origin.count, origin.baseAddress)
        guard let originData = unsafe originData else { return .failure(Failure(reason: "out of memory")) }
        defer { unsafe ldns_rdf_deep_free(originData) }
        var record: UnsafeMutablePointer<ldns_rr>?
        let status = unsafe line.withMemoryRebound(to: CChar.self) { text in
            unsafe ldns_rr_new_frm_str(&record, text.baseAddress, 0, originData, nil)
        }
        guard status == LDNS_STATUS_OK, let record = unsafe record else {
            let words = unsafe ldns_get_errorstr_by_id(status).map { unsafe String(cString: $0) }
            return .failure(Failure(reason: words ?? "not understood"))
        }
        defer { unsafe ldns_rr_free(record) }
        var octets: [UInt8] = []
        for index in 0..<(unsafe ldns_rr_rd_count(record)) {
            guard let field = unsafe ldns_rr_rdf(record, index) else { continue }
            let size = unsafe ldns_rdf_size(field)
            guard let data = unsafe ldns_rdf_data(field) else { continue }
            unsafe octets += UnsafeRawBufferPointer(start: data, count: size)
        }
        return .success(octets)
    }
}
