import Foundation

/// A program that failed, or did something unexpected.
struct ProgramError: Error, CustomStringConvertible {
    let description: String
}

/// Other people's programs.
enum Program {
    /// Where a program is; nil if it isn't installed.
    static func path(_ name: String) -> String? {
        ["/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"].map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// What a program prints to standard output.
    static func output(of path: String?, _ arguments: [String]) throws -> String {
        guard let path else { throw ProgramError(description: "not installed") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
