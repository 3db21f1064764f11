import DNSWire
import Diagnostics
import Foundation
import ZoneFiles

/// Another server's program that checks zone files.
enum Checker: String, CaseIterable, Sendable {
    case bind = "named-checkzone"
    case nsd = "nsd-checkzone"
    case knot = "kzonecheck"

    /// Its arguments before the file. `-i local`: without questions to the network; the rest is the default.
    private var arguments: String {
        switch self {
        case .bind: "-i local example.com"
        case .nsd: "example.com"
        case .knot: "-v -o example.com"
        }
    }

    /// Where it is; nil if it isn't installed.
    var path: String? {
        ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"].map { "\($0)/\(rawValue)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Gives it the files `0.zone` and so on of a folder, one process for each, two at a time. A process that takes more
    /// than a second is ended, and has refused the file.
    func start(in folder: URL, count: Int) throws -> [Process] {
        try (0...1).map { first in
            let script = """
                i=\(first)
                while [ $i -lt \(count) ]; do
                    (ulimit -t 1; exec \(path ?? rawValue) \(arguments) $i.zone) >$i.\(rawValue) 2>&1
                    echo $i $?
                    i=$((i + 2))
                done >\(rawValue).status.\(first)
                """
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", script]
            process.currentDirectoryURL = folder
            process.standardInput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            return process
        }
    }

    /// What it said to each of the files, when it is through.
    func outcomes(in folder: URL, count: Int) throws -> [Outcome] {
        var statuses: [Int: Substring] = [:]
        for first in 0...1 {
            let file = folder.appending(path: "\(rawValue).status.\(first)")
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                let words = line.split(separator: " ")
                if words.count == 2, let index = Int(words[0]) { statuses[index] = words[1] }
            }
        }
        return try (0..<count).map { index in
            guard let status = statuses[index] else {
                throw CheckerFailure(reason: "\(rawValue) has not checked the file of case \(index)")
            }
            let data = try Data(contentsOf: folder.appending(path: "\(index).\(rawValue)"))
            return Outcome(isRefused: status != "0", words: String(decoding: data, as: UTF8.self))
        }
    }
}

/// What a program makes of a file.
struct Outcome: Sendable {
    var isRefused: Bool
    /// What it says about it.
    var words: String

    /// The numbers of lines in what it says.
    var lines: Set<Int> {
        Set(words.matches(of: /(?:\.zone|\.inc)(?::|', line )([0-9]+)/).compactMap { Int($0.1) })
    }
}

/// The checkers didn't do what they were asked.
struct CheckerFailure: Error {
    let reason: String
}
