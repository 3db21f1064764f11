internal import NIOHTTP1

/// Reads the answer to one request as it comes in (RFC 9112): status line, fields, and a body by its length, in chunks,
/// or up to the end of the connection. What it keeps is bounded, whatever the server sends.
///
/// Lines may end without CR (§2.2); all else has to be as the RFC says.
package struct HTTPAnswerReader {
    /// What has come to what end.
    package enum Progress {
        /// More has to come.
        case unfinished
        /// It is whole.
        case complete(HTTPAnswer)
        /// In words: it is no answer.
        case failed(String)
    }

    /// What is expected next.
    private enum State {
        case statusLine
        case fields
        /// So many bytes, and then the end.
        case body(Int)
        case bodyUpToTheEnd
        case chunkSize
        case chunk(Int)
        case chunkEnd
        case trailer
    }

    /// Bytes that may come before the header is whole: twice its bound, which leaves room for some interim answers.
    private static let maximumHeaderBytes = 2 * HTTPAnswer.maximumHeader
    /// Bytes that an answer may have in all, all framing included: four times the largest body.
    private static let maximumBytes = 4 * HTTPAnswer.maximumBody
    /// By which the framing of chunks may be larger than the body that has come in them.
    private static let maximumFraming = HTTPAnswer.maximumHeader
    /// Of a line that says how large a chunk is, with its extensions.
    private static let maximumChunkLine = 8 * 1024
    private static let beginning = Array("HTTP/1.".utf8)

    private let isHead: Bool
    /// Whether the body of an answer with a status is looked at.
    private let hasBody: @Sendable (Int) -> Bool
    private var state = State.statusLine
    /// What has come of a line that is not yet whole.
    private var line: [UInt8] = []
    private var headerBytes = 0
    private var bytes = 0
    /// Of lines around chunks.
    private var framingBytes = 0
    private var answer = HTTPAnswer(status: 0)
    private var length: Int?
    private var isCoded = false
    private var isChunked = false

    /// - Parameters:
    ///   - isHead: Whether `HEAD` was asked.
    ///   - hasBody: Whether the body of an answer with a status is looked at.
    package init(isHead: Bool, hasBody: @escaping @Sendable (Int) -> Bool) {
        self.isHead = isHead
        self.hasBody = hasBody
    }

    /// What is waited for.
    var phase: Phase {
        switch state {
        case .statusLine, .fields: .waiting
        default: .reading
        }
    }

    /// Takes in what has come.
    package mutating func take(_ part: ArraySlice<UInt8>) -> Progress {
        bytes += part.count
        var rest = part
        while !rest.isEmpty {
            switch state {
            case .body(let missing):
                keep(rest.prefix(missing))
                let left = missing - rest.count
                if left <= 0 || isFull { return .complete(answer) }
                state = .body(left)
                rest = []
            case .bodyUpToTheEnd:
                keep(rest)
                if isFull { return .complete(answer) }
                rest = []
            case .chunk(let missing):
                keep(rest.prefix(missing))
                if isFull { return .complete(answer) }
                state = missing > rest.count ? .chunk(missing - rest.count) : .chunkEnd
                rest = rest.dropFirst(missing)
            case .statusLine, .fields, .chunkSize, .chunkEnd, .trailer:
                let end = rest.firstIndex(of: 10)
                line += rest[..<(end ?? rest.endIndex)]
                if let reason = judgeLine(isWhole: end != nil) { return .failed(reason) }
                guard let end else {
                    rest = []
                    break
                }
                rest = rest[(end + 1)...]
                if line.last == 13 { line.removeLast() }
                let progress = takeLine()
                line.removeAll(keepingCapacity: true)
                guard case .unfinished = progress else { return progress }
            }
        }
        if case .waiting = phase, bytes > Self.maximumHeaderBytes {
            return .failed(
                "the answer has no end of its header in \(Self.maximumHeaderBytes >> 10) KB")
        }
        if bytes > Self.maximumBytes {
            return .failed("the answer is larger than \(Self.maximumBytes >> 10) KB")
        }
        return .unfinished
    }

    /// Takes in that the connection has ended; nil if that is no end of the answer.
    package func takeEnd() -> HTTPAnswer? {
        if case .bodyUpToTheEnd = state { return answer }
        return nil
    }

    // MARK: Lines

    /// Why a line that is perhaps not yet whole can't be one of an answer.
    private mutating func judgeLine(isWhole: Bool) -> String? {
        switch state {
        case .statusLine:
            let beginning = Self.beginning
            if !line.starts(with: beginning.prefix(line.count)) || isWhole && line.count < beginning.count {
                return notHTTP("it begins with '\(String(decoding: line.prefix(40), as: UTF8.self).quotable)'")
            }
            fallthrough
        case .fields, .trailer:
            if headerBytes + line.count > HTTPAnswer.maximumHeader {
                return "the answer's header is larger than \(HTTPAnswer.maximumHeader >> 10) KB"
            }
            if isWhole { headerBytes += line.count + 1 }
        case .chunkSize, .chunkEnd:
            if line.count > Self.maximumChunkLine { return notHTTP("a chunk without a size") }
            if isWhole { framingBytes += line.count + 1 }
            if framingBytes > answer.body.count + Self.maximumFraming {
                return "the answer comes in chunks that are all but empty"
            }
        case .body, .bodyUpToTheEnd, .chunk: break
        }
        return nil
    }

    private mutating func takeLine() -> Progress {
        switch state {
        case .statusLine:
            // HTTP/1.1 200, and perhaps a reason after a blank
            guard line.count >= 12, line[7].isDigit, line[8] == 32, line.count == 12 || line[12] == 32,
                let status = Self.number(line[9..<12], radix: 10), status >= 100
            else {
                return .failed(
                    notHTTP("its status line is '\(String(decoding: line, as: UTF8.self).quotable)'"))
            }
            answer = HTTPAnswer(status: status)
            (length, isCoded, isChunked) = (nil, false, false)
            state = .fields
        case .fields:
            if line.isEmpty { return endHeader() }
            // What goes on with a field (§5.2) matters in none that is looked at.
            if line[0] == 32 || line[0] == 9 { break }
            if let reason = takeField() { return .failed(reason) }
        case .chunkSize:
            let digits = line.prefix { $0 != UInt8(ascii: ";") && $0 != 32 && $0 != 9 }
            guard let size = Self.number(digits, radix: 16) else {
                return .failed(notHTTP("a chunk without a size"))
            }
            state = size == 0 ? .trailer : .chunk(size)
        case .chunkEnd:
            if !line.isEmpty { return .failed(notHTTP("a chunk is longer than it says")) }
            state = .chunkSize
        case .trailer:
            if line.isEmpty { return .complete(answer) }
        case .body, .bodyUpToTheEnd, .chunk: break
        }
        return .unfinished
    }

    private mutating func takeField() -> String? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0,
            line[..<colon].allSatisfy({ $0 > 32 && $0 < 127 })
        else { return notHTTP("a field is '\(String(decoding: line, as: UTF8.self).quotable)'") }
        var value = line[(colon + 1)...]
        while let first = value.first, first == 32 || first == 9 { value.removeFirst() }
        while let last = value.last, last == 32 || last == 9 { value.removeLast() }
        answer.headers.add(
            name: String(decoding: line[..<colon], as: UTF8.self), value: String(decoding: value, as: UTF8.self)
        )
        switch colon {
        case 14 where isField("content-length"):
            guard let number = Self.number(value, radix: 10), length == nil || length == number else {
                return notHTTP("its length is '\(String(decoding: value, as: UTF8.self).quotable)'")
            }
            length = number
        case 17 where isField("transfer-encoding"):
            isCoded = true
            let last = value.split(separator: UInt8(ascii: ",")).last ?? []
            let word = String(decoding: last, as: UTF8.self).lowercased()
            isChunked = word.filter { $0 != " " && $0 != "\t" } == "chunked"
        default: break
        }
        return nil
    }

    private func isField(_ name: StaticString) -> Bool {
        name.withUTF8Buffer { name in
            line.prefix(name.count).elementsEqual(name) { $0 | 32 == $1 }
        }
    }

    /// How long the body is (§6.3).
    private mutating func endHeader() -> Progress {
        switch answer.status {
        case 100, 102...199:
            state = .statusLine
            headerBytes = 0
            return .unfinished
        case _ where isHead || !hasBody(answer.status), 101, 204, 304:
            return .complete(answer)
        default: break
        }
        if isCoded, length != nil { return .failed(notHTTP("it has a length and a transfer coding")) }
        state = isChunked ? .chunkSize : isCoded ? .bodyUpToTheEnd : length.map { .body($0) } ?? .bodyUpToTheEnd
        if case .body(0) = state { return .complete(answer) }
        return .unfinished
    }

    // MARK: Parts

    private var isFull: Bool { answer.body.count >= HTTPAnswer.maximumBody }

    private mutating func keep(_ part: ArraySlice<UInt8>) {
        answer.body += part.prefix(HTTPAnswer.maximumBody - answer.body.count)
    }

    private func notHTTP(_ reason: String) -> String { "the answer is no HTTP: \(reason)" }

    /// A number of at most 15 digits, which no arithmetic can make too large.
    private static func number(_ digits: ArraySlice<UInt8>, radix: Int) -> Int? {
        guard (1...15).contains(digits.count) else { return nil }
        var number = 0
        for digit in digits {
            let value: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - 48
            case UInt8(ascii: "a")...UInt8(ascii: "f") where radix == 16: value = digit - 87
            case UInt8(ascii: "A")...UInt8(ascii: "F") where radix == 16: value = digit - 55
            default: return nil
            }
            number = number * radix + Int(value)
        }
        return number
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (48...57).contains(self) }
}
