internal import ControlProtocol

/// What arrives at the control socket, in pieces, and what swervectl reads.
enum ControlLines {
    static func run(_ input: [UInt8]) throws(Finding) {
        var buffer = LineBuffer(maximumLength: 4096)
        var lines: [[UInt8]] = []
        var place = 0
        reading: while place < input.count {
            // The first octet says how long the pieces are, so that one may end anywhere.
            let end = min(input.count, place + Int(input[0]) + 1)
            buffer.append(input[place..<end])
            place = end
            while true {
                do throws(LineBuffer.LineTooLong) {
                    guard let line = try buffer.next() else { break }
                    lines.append(line)
                } catch {
                    break reading
                }
            }
        }
        try require(buffer.rest.count <= 4096 + 256, "\(buffer.rest.count) octets kept")
        lines.append(buffer.rest)
        lines.append(input)
        for line in lines {
            if let request = try? ControlLine.request(from: line) {
                guard let again = try? ControlLine.request(from: ControlLine.encode(request).dropLast()) else {
                    throw Finding("\(request) can't be read again")
                }
                try require(again == request, "\(request) is read as \(again)")
            }
            if let response = try? ControlLine.response(from: line) {
                guard let text = try? ControlLine.encode(response),
                    let again = try? ControlLine.response(from: text.dropLast())
                else { throw Finding("\(response) can't be read again") }
                try require(again == response, "\(response) is read as \(again)")
            }
        }
    }

    static let words = [
        "\"command\":", "\"version\":1", "\"reload\"", "\"explain\"", "\"zone\":", "\"name\":", "\"type\":",
        "\"from\":", "\"failure\":", "\"message\":", "null", "true", "1e999", "\\u0000", "\\ud800", "[[[[[[[[",
        "{\"a\":{\"a\":",
    ]

    static var seeds: [[UInt8]] {
        let requests: [Request] = [
            .status, .stats, .reload(zone: nil), .reload(zone: "example.com"), .zones, .servers,
            .table(TableRequest(isActual: true)),
            .explain(name: "www.example.com", type: "A", from: "192.0.2.1"), .follow,
        ]
        let responses: [Response] = [
            .failure(Failure("no", hint: "yes")),
            .reload(
                ReloadReport(
                    isComplete: true, isConfigurationApplied: true,
                    zones: [.init(name: "example.com", result: .loaded, oldSerial: 1, newSerial: 2)])),
        ]
        let lines =
            requests.compactMap { try? ControlLine.encode($0) }
            + responses.compactMap { try? ControlLine.encode($0) }
        return lines + [Array(lines.joined()), Array("\r\n{}\n[]\n".utf8)]
    }
}
