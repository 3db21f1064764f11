/// What a query says after its question.
public struct QueryExtras {
    /// Whether there is an OPT record.
    public var hasEDNS = false
    /// The version of EDNS.
    public var ednsVersion: UInt8 = 0
    /// The DO bit: DNSSEC records are wanted (RFC 3225).
    public var wantsDNSSEC = false
    /// The octets that the sender takes over UDP, as sent.
    public var udpSize: UInt16 = 0
    /// Where the data of the first COOKIE option begins, 0 without one, and its octets. Others are ignored
    /// (RFC 7873 §5.2).
    public var cookie: (start: Int, count: Int) = (0, 0)
    /// Whether there is an NSID option. What it holds is ignored (RFC 5001 §2.1).
    public var wantsServerID = false
    /// Whether there is a keepalive option.
    public var hasKeepalive = false
    /// Whether a keepalive option holds anything, which it must not in a query (RFC 7828 §3.2.1).
    public var isKeepaliveFilled = false
    /// Where a TSIG record begins; 0 without one.
    public var signature = 0

    /// Nothing yet.
    @inlinable public init() {}

    /// Reads what follows the question; false if it is malformed. What lies behind the last record that the
    /// header counts is ignored, as BIND and NSD do. The options of another version of EDNS are not looked at:
    /// their form isn't known.
    ///
    /// If an OPT record is what is malformed, or came before it, ``hasEDNS`` is true all the same: such a query
    /// is answered with an OPT record (RFC 6891 §6.1.1, §7).
    ///
    /// - Parameters:
    ///   - end: The octet after the question.
    ///   - counts: Records in the answer, authority and additional sections by the header.
    public mutating func read(
        _ query: RawSpan, after end: Int, counts: (answer: Int, authority: Int, additional: Int)
    ) -> Bool {
        var place = end
        if counts.answer | counts.authority | counts.additional == 0 { return true }
        for _ in 0..<(counts.answer + counts.authority) {
            guard let record = RecordFrame(query, at: place), record.type != .opt,
                record.type.rawValue != 250
            else { return false }
            place = record.end
        }
        for index in 0..<counts.additional {
            guard let record = RecordFrame(query, at: place) else { return false }
            if record.type == .opt {
                // One only, and of the root (RFC 6891 §6.1.1, §6.1.2).
                let isFirst = !hasEDNS
                hasEDNS = true
                if !isFirst || record.fields != place + 1 { return false }
                udpSize = query.big16(at: record.fields + 2)
                ednsVersion = query.octet(at: record.fields + 5)
                wantsDNSSEC = query.octet(at: record.fields + 6) & 0x80 != 0
                if ednsVersion == 0, !readOptions(query, from: record.fields + 10, to: record.end) {
                    return false
                }
            } else if record.type.rawValue == 250 {
                // The last record (RFC 8945 §5.1).
                if index != counts.additional - 1 { return false }
                signature = place
            }
            place = record.end
        }
        return true
    }

    /// Reads the options; those that aren't known are ignored (RFC 6891 §6.1.2).
    private mutating func readOptions(_ query: RawSpan, from start: Int, to end: Int) -> Bool {
        var place = start
        while place < end {
            if end - place < MessageSize.optionHeader { return false }
            let count = Int(query.big16(at: place + 2))
            let data = place + MessageSize.optionHeader
            if end - data < count { return false }
            switch EDNSOption(rawValue: query.big16(at: place)) {
            case .cookie: if cookie.start == 0 { cookie = (data, count) }
            case .serverID: wantsServerID = true
            case .keepalive:
                hasKeepalive = true
                if count != 0 { isKeepaliveFilled = true }
            default: break
            }
            place = data + count
        }
        return true
    }
}

extension QueryExtras {
    /// Where so many questions end; nil if they are not whole. Their names may be anything, pointers included.
    public static func end(ofQuestions count: Int, in query: RawSpan) -> Int? {
        var place = MessageSize.header
        for _ in 0..<count {
            guard let end = RecordFrame.end(ofName: query, at: place), query.byteCount - end >= 4 else {
                return nil
            }
            place = end + 4
        }
        return place <= query.byteCount ? place : nil
    }
}

/// Where the parts of a record lie in a message.
struct RecordFrame {
    /// The type.
    let type: RecordType
    /// The octet after the owner: type, class, TTL and length, ten octets, and then the data.
    let fields: Int
    /// The octet after the record.
    let end: Int

    /// Nil unless a whole record is there. Its owner's pointers may only lead back.
    init?(_ message: RawSpan, at start: Int) {
        guard let place = Self.end(ofName: message, at: start), message.byteCount - place >= 10 else {
            return nil
        }
        let length = Int(message.big16(at: place + 8))
        if message.byteCount - place - 10 < length { return nil }
        type = RecordType(message.big16(at: place))
        fields = place
        end = place + 10 + length
    }

    /// The octet after a name as it lies in a message; nil unless it is whole.
    static func end(ofName message: RawSpan, at start: Int) -> Int? {
        var place = start
        while true {
            if place >= message.byteCount { return nil }
            let octet = message.octet(at: place)
            if octet >= 0xC0 {
                if place + 1 >= message.byteCount { return nil }
                let target = Int(message.big16(at: place)) & 0x3FFF
                return target >= start || target < MessageSize.header ? nil : place + 2
            }
            if octet > 63 { return nil }
            place += Int(octet) + 1
            if octet == 0 { return place }
            if place - start > 254 { return nil }
        }
    }
}

extension RawSpan {
    /// One octet; a place beyond the end is a trap, so look first.
    @inlinable @inline(__always) public func octet(at offset: Int) -> UInt8 {
        precondition(UInt(bitPattern: offset) < UInt(bitPattern: byteCount))
        return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// Sixteen bits in network order; a place beyond the end is a trap, so look first.
    @inlinable @inline(__always) public func big16(at offset: Int) -> UInt16 {
        precondition(offset >= 0 && offset <= byteCount &- 2)
        return UInt16(bigEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt16.self))
    }

    /// Thirty-two bits in network order; a place beyond the end is a trap, so look first.
    @inlinable @inline(__always) public func big32(at offset: Int) -> UInt32 {
        precondition(offset >= 0 && offset &+ 4 <= byteCount)
        return UInt32(bigEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self))
    }

    /// Sixty-four bits in network order; a place beyond the end is a trap, so look first.
    @inlinable @inline(__always) public func big64(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset &+ 8 <= byteCount)
        return UInt64(bigEndian: unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
    }

    /// One octet; the place has to be known to lie before the end.
    @unsafe @inlinable @inline(__always) func uncheckedOctet(at offset: Int) -> UInt8 {
        unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
    }

    /// Two words of 64 bits in the machine's order; the place has to be known to lie 16 before the end.
    @unsafe @inlinable @inline(__always) func uncheckedWords(at offset: Int) -> (UInt64, UInt64) {
        (
            unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self),
            unsafe unsafeLoadUnaligned(fromUncheckedByteOffset: offset &+ 8, as: UInt64.self)
        )
    }
}
