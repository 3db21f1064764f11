/// Where a value stands in a JSON text, as in jq: `.status`, `.checks[0].state`, `.["a.b"]`; `.` is the whole.
public struct JSONPath: Hashable, Sendable, Codable {
    /// From a value to one in it.
    public enum Step: Hashable, Sendable, Codable {
        /// An object's member of this name.
        case member(String)
        /// An array's element, from 0 on.
        case element(Int)
    }

    /// Steps at most: as deep as a text may be that is looked at.
    public static let maximumSteps = 64

    /// The way from the whole to the value.
    public let steps: [Step]
    /// As it was written.
    public let text: String

    /// Reads a path; nil if it is none.
    public init?(_ text: String) {
        var rest = text.unicodeScalars[...]
        guard rest.first == "." || rest.first == "[" else { return nil }
        var steps: [Step] = []
        while let first = rest.popFirst() {
            if first == "." {
                if rest.isEmpty && steps.isEmpty { break }
                if rest.first == "[" { continue }
                let name = rest.prefix { !".[]\"".unicodeScalars.contains($0) }
                if name.isEmpty { return nil }
                steps.append(.member(String(String.UnicodeScalarView(name))))
                rest = rest[name.endIndex...]
            } else if first == "[", rest.first == "\"" {
                rest.removeFirst()
                guard let name = Self.quoted(&rest), rest.popFirst() == "]" else { return nil }
                steps.append(.member(name))
            } else if first == "[" {
                let digits = rest.prefix { ("0"..."9").contains($0) }
                guard digits.count < 10, let number = Int(String(String.UnicodeScalarView(digits))) else {
                    return nil
                }
                steps.append(.element(number))
                rest = rest[digits.endIndex...]
                guard rest.popFirst() == "]" else { return nil }
            } else {
                return nil
            }
            if steps.count > Self.maximumSteps { return nil }
        }
        self.steps = steps
        self.text = text
    }

    /// A name up to its quote; a backslash lets a quote or a backslash stand in it.
    private static func quoted(_ rest: inout Substring.UnicodeScalarView) -> String? {
        var name = String.UnicodeScalarView()
        while var next = rest.popFirst() {
            if next == "\"" { return String(name) }
            if next == "\\" {
                guard let escaped = rest.popFirst(), escaped == "\"" || escaped == "\\" else { return nil }
                next = escaped
            }
            name.append(next)
        }
        return nil
    }
}
