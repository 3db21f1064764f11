import Foundation
import Testing

/// A request that ipvsadm 1.31 sent to a 6.1 kernel.
struct RecordedRequest: Sendable, CustomTestStringConvertible {
    var name: String
    var flags: UInt16
    var payload: [UInt8]

    var testDescription: String { name }

    /// All of them, in order; see ipvsadm-requests.txt.
    static let all: [RecordedRequest] = {
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "ipvsadm-requests.txt")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "=" })
            guard words.count == 4, let flags = UInt16(words[2].dropFirst(2), radix: 16) else { return nil }
            return RecordedRequest(name: String(words[0]), flags: flags, payload: bytes(words[3]))
        }
    }()

    private static func bytes(_ hex: Substring) -> [UInt8] {
        stride(from: 0, to: hex.utf8.count, by: 2).compactMap { offset in
            UInt8(hex.dropFirst(offset).prefix(2), radix: 16)
        }
    }
}
