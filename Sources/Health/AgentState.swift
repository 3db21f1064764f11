/// What an agent beside a real server says of it, by HAProxy's protocol: one line of words, divided by blanks or commas.
/// What a line does not speak of stays as it was, and so does all when the agent can't be asked.
public struct AgentState: Hashable, Sendable, Codable {
    /// Whether the real server is to be used at all.
    public enum Mode: String, Hashable, Sendable, Codable {
        /// As its check says.
        case ready
        /// It gets no new clients.
        case drain
        /// It is out.
        case maint
    }

    /// More than any agent means.
    public static let maximumPercentage = 1000

    /// Of the real server's weight so much counts.
    public private(set) var percentage = 100
    /// Whether it is down, whatever its check says.
    public private(set) var isDown = false
    /// Whether it is to be used at all.
    public private(set) var mode = Mode.ready
    /// The last line that was said; nil: none yet.
    public private(set) var line: String?
    /// Why it could not be asked last time; nil: it could.
    public private(set) var trouble: String?

    /// Of an agent that has said nothing.
    public init() {}

    /// Takes in what a probe of the agent has found: its line, or why there is none.
    public mutating func record(_ outcome: Outcome) {
        switch outcome {
        case .failure(let reason), .undecided(let reason): trouble = reason
        case .success(let line):
            trouble = nil
            self.line = line
            // What follows is for people.
            let words = line.prefix { $0 != "#" }.split { " \t,\r\n".contains($0) }
            for word in words { take(word.lowercased()) }
        }
    }

    private mutating func take(_ word: String) {
        switch word {
        case "up": isDown = false
        case "down", "fail", "stopped": isDown = true
        case "ready": mode = .ready
        case "drain": mode = .drain
        case "maint": mode = .maint
        default:
            // `maxconn:N` is for proxies, and unknown words are for others.
            let digits = word.dropLast()
            guard word.hasSuffix("%"), !digits.isEmpty, digits.count <= 9,
                digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
                let number = Int(digits)
            else { return }
            percentage = min(number, Self.maximumPercentage)
        }
    }

    /// Whether the real server is as its check and its weight say.
    public var isPlain: Bool { percentage == 100 && !isDown && mode == .ready }

    /// What it makes of the real server, in words: `down`, `drain`, `50 % of its weight`.
    public var words: String {
        var words: [String] = []
        if mode != .ready { words.append(mode.rawValue) }
        if isDown { words.append("down") }
        if percentage != 100 { words.append("\(percentage) % of its weight") }
        return words.isEmpty ? "up" : words.joined(separator: ", ")
    }
}
