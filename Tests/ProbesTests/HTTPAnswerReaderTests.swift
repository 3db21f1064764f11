import NIOHTTP1
import Testing

@testable import Probes

@Suite("Answers as they come in (RFC 9112)")
struct HTTPAnswerReaderTests {
    /// What an answer comes to: its status and body, that more has to come, or why it is none.
    private func finding(
        _ text: String, isHead: Bool = false, statuses: [ClosedRange<Int>] = [200...299], ends: Bool = false,
        cutAt cut: Int = 0
    ) -> String {
        var reader = HTTPAnswerReader(isHead: isHead) { status in statuses.contains { $0.contains(status) } }
        let bytes = Array(text.utf8)
        for part in [bytes[..<cut], bytes[cut...]] {
            switch reader.take(part) {
            case .unfinished: break
            case .complete(let answer): return words(answer)
            case .failed(let reason): return reason
            }
        }
        if ends, let answer = reader.takeEnd() { return words(answer) }
        return "unfinished \(reader.phase)"
    }

    private func words(_ answer: HTTPAnswer) -> String {
        "\(answer.status) '\(String(decoding: answer.body, as: UTF8.self))'"
            + (answer.headers.first(name: "location").map { " to \($0)" } ?? "")
    }

    @Test(
        "however it comes in parts",
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nRS 1", "200 'RS 1'"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nRS 1 and more", "200 'RS 1'"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 ''"),
            ("HTTP/1.1 200 OK\r\ncontent-length:\t 4 \r\n\r\nRS 1", "200 'RS 1'"),
            ("HTTP/1.0 200 OK\nContent-Length: 4\n\nRS 1", "200 'RS 1'"),
            ("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok", "200 'ok'"),
            ("HTTP/1.1 200 \r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", "200 'ok'"),
            ("HTTP/1.1 204 No Content\r\n\r\nmore", "204 ''"),
            (
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1",
                "200 '1'"
            ),
            // A body that is not looked at need not come.
            ("HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\n", "503 ''"),
            ("HTTP/1.1 302 Found\r\nLocation: /a\r\nLOCATION: /b\r\n\r\n", "302 '' to /a"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nRS\r\n2;a=b\r\n 1\r\n0\r\n\r\n",
                "200 'RS 1'"
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n00A\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
                "200 '0123456789'"
            ),
            // What is no answer
            ("HTTQ/1.1 200 OK\r\n", "the answer is no HTTP: it begins with 'HTTQ/1.1 200 OK?'"),
            ("HTTP/1.1 2000 OK\r\n", "the answer is no HTTP: its status line is 'HTTP/1.1 2000 OK'"),
            ("HTTP/1.1 20 OK\r\n", "the answer is no HTTP: its status line is 'HTTP/1.1 20 OK'"),
            ("HTTP/1.1 099 OK\r\n", "the answer is no HTTP: its status line is 'HTTP/1.1 099 OK'"),
            ("HTTP/1.1 200 OK\r\nName : x\r\n\r\n", "the answer is no HTTP: a field is 'Name : x'"),
            ("HTTP/1.1 200 OK\r\n: x\r\n\r\n", "the answer is no HTTP: a field is ': x'"),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "the answer is no HTTP: its length is '-1'"),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "the answer is no HTTP: its length is '2'"
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
                "the answer is no HTTP: its length is '99999999999999999999'"
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                "the answer is no HTTP: it has a length and a transfer coding"
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
                "the answer is no HTTP: a chunk without a size"
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n",
                "the answer is no HTTP: a chunk without a size"
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nRS 1\r\n",
                "the answer is no HTTP: a chunk is longer than it says"
            ),
        ])
    func parts(text: String, expected: String) {
        for cut in 0...text.utf8.count {
            let found = finding(text, cutAt: cut)
            // The beginning is judged as soon as it can't be one.
            if expected.contains("begins with"), cut >= 4, cut < text.utf8.count {
                #expect(found.hasPrefix("the answer is no HTTP: it begins with 'HTTQ"))
            } else {
                #expect(found == expected, "cut after \(cut)")
            }
        }
    }

    @Test(arguments: [
        ("HTTP/1.0 200 OK\r\n\r\nRS 1", "unfinished while reading the body", "200 'RS 1'"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nRS 1", "unfinished while reading the body",
            "200 'RS 1'"
        ),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nRS 1", "unfinished while reading the body",
            "unfinished while reading the body"
        ),
        (
            "HTTP/1.1 200 OK\r\nX: y\r\n", "unfinished while waiting for the answer",
            "unfinished while waiting for the answer"
        ),
        ("", "unfinished while waiting for the answer", "unfinished while waiting for the answer"),
    ])
    func ends(text: String, open: String, ended: String) {
        #expect(finding(text) == open)
        #expect(finding(text, ends: true) == ended)
    }

    @Test("HEAD has no body, and which statuses have one is the check's matter")
    func bodies() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
        #expect(finding(text, isHead: true) == "200 ''")
        #expect(finding("HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno", statuses: [404...404]) == "404 'no'")
    }

    @Test(
        "what never ends is cut short",
        arguments: [
            ("HTTP/1.1 200 OK\r\n", "X: y\r\n", "the answer's header is larger than 64 KB"),
            ("HTTP/1.1 200 OK\r\nX: ", "y", "the answer's header is larger than 64 KB"),
            ("", "HTTP/1.1 100 Continue\r\n\r\n", "the answer has no end of its header in 128 KB"),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "0",
                "the answer is no HTTP: a chunk without a size"
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n",
                "the answer's header is larger than 64 KB"
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "1;\(String(repeating: "x", count: 99))\r\n.\r\n",
                "the answer comes in chunks that are all but empty"
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n.\r\n",
                "the answer comes in chunks that are all but empty"
            ),
            // As many octets around them as in them.
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "5\r\n.....\r\n", "200"),
        ])
    func floods(start: String, piece: String, expected: String) {
        var reader = HTTPAnswerReader(isHead: false) { $0 == 200 }
        let pieces = Array(String(repeating: piece, count: 1000).utf8)
        _ = reader.take(Array(start.utf8)[...])
        // Four megabytes, more than any bound.
        for _ in 0..<(4 << 20) / pieces.count + 1 {
            switch reader.take(pieces[...]) {
            case .unfinished: break
            case .complete(let answer): return #expect("\(answer.status)" == expected)
            case .failed(let reason): return #expect(reason == expected)
            }
        }
        Issue.record("it goes on for ever")
    }

    @Test("of a large body the first 256 KB decide")
    func largeBody() {
        let text = "HTTP/1.0 200 OK\r\n\r\n" + String(repeating: "x", count: 300 << 10)
        #expect(finding(text) == "200 '\(String(repeating: "x", count: 256 << 10))'")
    }
}
