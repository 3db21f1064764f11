internal import Probes

/// What a real server answers to a check: the first octet says how it was asked, the second how large the parts are in
/// which the rest comes.
enum HTTPAnswers {
    static func run(_ input: [UInt8]) throws(Finding) {
        guard input.count >= 2 else { return }
        let whole = read(input, partSize: .max)
        let inParts = read(input, partSize: Int(input[1]) + 1)
        switch (whole, inParts) {
        case (.complete(let one), .complete(let other)):
            try require(one == other, "an answer is another one in parts")
            try require((100...999).contains(one.status), "a status of \(one.status)")
            try require(one.body.count <= HTTPAnswer.maximumBody, "a body of \(one.body.count) octets")
            try require(input[0] & 1 == 0 || one.body.isEmpty, "a body on HEAD")
        case (.unfinished, .unfinished): break
        case (.failed(let one), .failed(let other)):
            for reason in [one, other] {
                try require(reason.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "words that can't be logged")
            }
        default: throw Finding("\(whole) as a whole, \(inParts) in parts")
        }
    }

    private static func read(_ input: [UInt8], partSize: Int) -> HTTPAnswerReader.Progress {
        let isBodyWanted = input[0] & 2 == 0
        var reader = HTTPAnswerReader(isHead: input[0] & 1 == 1) { isBodyWanted || $0 < 300 }
        var rest = input[2...]
        while !rest.isEmpty {
            let progress = reader.take(rest.prefix(partSize))
            guard case .unfinished = progress else { return progress }
            rest = rest.dropFirst(partSize)
        }
        return reader.takeEnd().map { .complete($0) } ?? .unfinished
    }

    static let words = [
        "HTTP/1.1 ", "HTTP/1.0 200 OK", "200", "204", "304", "100 Continue", "\r\n", "\r\n\r\n", "\n\n", ": ",
        "Content-Length: ", "Transfer-Encoding: ", "chunked", "gzip, chunked", "0\r\n\r\n", "1\r\n", ";a=b",
        "fffffffffffffff", "Location: /",
    ]

    static let seeds: [[UInt8]] = [
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nRS 1",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nRS\r\n2;a=b\r\n 1\r\n0\r\nX: y\r\n\r\n",
        "HTTP/1.0 200 OK\n\nup to the end",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nA: b\r\n c\r\nContent-Length: 2\r\n\r\nno",
    ].flatMap { text in [0, 1, 2].map { [$0, 6] + Array(text.utf8) } }
}
