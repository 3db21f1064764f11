internal import FoundationEssentials

/// How requests and responses travel: JSON, one object per line, over a unix stream socket.
///
/// Keys are sorted, so that equal values give equal lines.
public enum ControlLine {
    /// The version of the messages. It changes only if an older reader could misunderstand a newer
    /// writer; new keys alone don't change it.
    public static let version = 1
    /// Bytes of a request with its end of line; names and addresses are all that is long in one.
    public static let maximumRequestLength = 64 * 1024
    /// Bytes of a response with its end of line: room for the reports of some 200,000 zones.
    public static let maximumResponseLength = 64 * 1024 * 1024

    /// The line of a request, with its end.
    public static func encode(_ request: Request) throws(Failure) -> [UInt8] { try line(of: request) }

    /// The line of a response, with its end.
    public static func encode(_ response: Response) throws(Failure) -> [UInt8] { try line(of: response) }

    /// Reads a request; the failure is meant for the one who sent it.
    public static func request(from line: some Collection<UInt8>) throws(Failure) -> Request {
        try value(from: line)
    }

    /// Reads a response.
    public static func response(from line: some Collection<UInt8>) throws(Failure) -> Response {
        try value(from: line)
    }

    /// Any value as JSON for people and scripts: indented, keys sorted, without an end of line.
    public static func readable(_ value: some Encodable) throws(Failure) -> String {
        String(
            decoding: try json(value, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]), as: UTF8.self)
    }

    private struct Envelope: Decodable {
        var version: Int
    }

    private static func line(of value: some Encodable) throws(Failure) -> [UInt8] {
        try json(value, [.sortedKeys, .withoutEscapingSlashes]) + [UInt8(ascii: "\n")]
    }

    private static func json(
        _ value: some Encodable, _ formatting: JSONEncoder.OutputFormatting
    ) throws(Failure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw Failure("can't be written as JSON: \(error)")
        }
    }

    private static func value<Value: Decodable>(from line: some Collection<UInt8>) throws(Failure) -> Value {
        let data = Data(line)
        let decoder = JSONDecoder()
        guard let envelope = try? decoder.decode(Envelope.self, from: data) else {
            throw Failure("not a message of swervectl's protocol: \(excerpt(of: data))")
        }
        if envelope.version != version {
            throw Failure(
                "the message has version \(envelope.version) of the protocol, version \(version) is spoken here",
                hint: "swervectl and swerved should come from one installation")
        }
        do {
            return try decoder.decode(Value.self, from: data)
        } catch {
            throw Failure("the message is not understood: \(words(of: error))")
        }
    }

    private static func words(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.isEmpty
                ? "" : " in " + context.codingPath.map(\.stringValue).joined(separator: ".")
        }
        return switch error {
        case .keyNotFound(let key, let context): "'\(key.stringValue)' is missing\(place(context))"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.debugDescription + place(context)
        @unknown default: "\(error)"
        }
    }

    private static func excerpt(of data: Data) -> String {
        let text = String(decoding: data.prefix(60), as: UTF8.self)
        return "'" + text.map { $0.isASCII && ($0.asciiValue ?? 0) < 0x20 ? "?" : String($0) }.joined() + "'"
    }
}
