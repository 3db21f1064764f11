import Foundation
import Testing

/// The samples of ldirectord's package, with their real servers on loopback, at ports 30,000 higher.
struct Samples {
    /// What becomes of the real servers.
    enum Standing: String, CustomTestStringConvertible {
        /// All are checked as the sample says, and none takes connections.
        case closed
        /// All but the first take connections, and that alone is checked, of TCP.
        case open

        var testDescription: String { rawValue }
    }

    static let path = "/usr/share/doc/ldirectord/examples/ldirectord.cf"

    /// All of them in one file.
    private(set) var text = "checkinterval=1\nnegotiatetimeout=1\nquiescent=no\n"
    /// The real servers of each.
    private(set) var servers: [Int] = []
    /// The lines of the table: virtual servers, and those behind them.
    private(set) var lineCount = 0
    /// Of them, fallbacks.
    private(set) var fallbackCount = 0
    /// Where connections are taken.
    private(set) var open: [(address: String, port: UInt16)] = []

    private let standing: Standing
    private var isUDP = false
    private var isSix = false
    private var isOracle = false

    init(_ standing: Standing) throws {
        self.standing = standing
        for line in try String(contentsOfFile: Self.path, encoding: .utf8).split(separator: "\n") {
            let line = line.hasPrefix("#") ? line.dropFirst() : line
            if line.hasPrefix("virtual") {
                begin(line)
            } else if line.hasPrefix("\t"), !servers.isEmpty {
                add(line)
            }
        }
    }

    /// Whether a line of the table is one of a fallback.
    func isFallback(_ line: String) -> Bool {
        line.contains("-> 127.0.0.1:") || line.contains("-> [::1]:30119 ")
    }

    private mutating func begin(_ line: Substring) {
        servers.append(0)
        lineCount += 1
        isUDP = false
        isSix = line.hasPrefix("virtual6")
        // Some have the address and port of another one.
        write(Self.raised(line.replacing(/192\.168\.[0-9]+\.[0-9]+/, with: "10.0.0.\(servers.count)")))
    }

    private mutating func add(_ line: Substring) {
        // Without a login ldirectord doesn't look at pop (the manual says so).
        let line =
            standing == .closed ? String(line.replacing(/#(login|passwd)/) { "\($0.output.1)" }) : String(line)
        let words = line.dropFirst().split(separator: "=", maxSplits: 1)
        switch words[0] {
        case "real", "real6": addServer(line)
        case "fallback", "fallback6": write(Self.raised(line))
        case "checkport": if !isSix { write("\tcheckport=\(30_000 + Int(words[1])!)") }
        case "service":
            isOracle = words[1] == "oracle"
            write(line)
        case "protocol":
            isUDP = words[1] == "udp"
            write(line)
        case "checktype": addCheck(String(words[1]))
        default: write(line)
        }
    }

    private mutating func addServer(_ line: String) {
        // What the two read differently (the manual says so), and addresses that lead away or to nobody.
        var line = line.replacing("::5060", with: ":5060").replacing(
            /192\.168\.[0-9]+\.|10\.0\.1\.|sql0/, with: "127.0.\(servers.count).")
        if isSix { line.replace(/\[.*\]:119/, with: "[::1]:\(120 + servers.last!)") }
        line = Self.raised(line)
        write(line)
        let first = servers.last!
        var address = isSix ? "::1" : String(line.firstMatch(of: /127[0-9.]+/)!.output)
        // That of the firewall mark has none.
        let port = UInt16(line.firstMatch(of: /[0-9\]]:([0-9]+)/)?.output.1 ?? "30080")!
        var count = 1
        if let range = line.firstMatch(of: /([0-9]+)->127\.0\.[0-9]+\.([0-9]+)/) {
            count = Int(range.output.2)! - Int(range.output.1)! + 1
        }
        for number in first..<first + count {
            if standing == .open, !isUDP, number > 0 { open.append((address, port)) }
            if !isSix {
                let octets = address.split(separator: ".")
                address = "\(octets[0...2].joined(separator: ".")).\(Int(octets[3])! + 1)"
            }
        }
        servers[servers.count - 1] += count
    }

    private mutating func addCheck(_ written: String) {
        let check =
            switch standing {
            // Pings are a matter of privilege, and Oracle's driver is one that nobody has.
            case .closed: written == "ping" ? "on" : isOracle ? "connect" : written
            case .open: written == "on" || isUDP ? "on" : "connect"
            }
        write("\tchecktype=\(check)")
        // Where nobody is up it is the fallback.
        if check == "on" {
            lineCount += servers.last!
        } else if standing == .open {
            lineCount += servers.last! - 1
        } else {
            lineCount += 1
            fallbackCount += 1
        }
    }

    private static func raised(_ line: some StringProtocol) -> String {
        String(line).replacing(/:([0-9]+)( |$)/) { ":\(30_000 + Int($0.output.1)!)\($0.output.2)" }
    }

    private mutating func write(_ line: some StringProtocol) { text += line + "\n" }
}
