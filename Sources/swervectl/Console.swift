internal import ArgumentParser
internal import ControlProtocol
internal import Glibc

/// Standard output and standard error.
enum Console {
    /// Whether people look at standard output (colours are for them only; NO_COLOR turns them off).
    static let isColoured = SystemCalls.wantsColours

    /// Writes lines to standard output; a line's end is added if it lacks. The program ends where nobody reads them any
    /// more (`| head`), or where there is no room for them.
    static func write(_ text: String) {
        switch tell(text) {
        case 0: return
        case EPIPE: exit(1)
        case let error:
            complain("swervectl: write standard output: \(SystemCalls.words(for: error))")
            exit(1)
        }
    }

    /// Writes lines to standard output, if they can be written: 0, or the number of the error.
    @discardableResult
    static func tell(_ text: String) -> CInt { put(text, to: STDOUT_FILENO) }

    /// Writes lines to standard error.
    static func complain(_ text: String) { put(text, to: STDERR_FILENO) }

    /// Tells why, and gives the exit status to throw.
    static func ends(with error: ClientError) -> ExitCode {
        complain("swervectl: \(error)")
        return error.exitCode
    }

    /// Tells why, and gives exit status 1 to throw.
    static func fails(_ reason: String, hint: String? = nil) -> ExitCode {
        complain("swervectl: \(reason)" + (hint.map { "\nhint: \($0)" } ?? ""))
        return .failure
    }

    /// A report as JSON.
    static func json(_ report: some Encodable) throws -> String {
        do {
            return try ControlLine.readable(report)
        } catch {
            throw fails(error.message)
        }
    }

    @discardableResult
    private static func put(_ text: String, to descriptor: CInt) -> CInt {
        if text.isEmpty { return 0 }
        return SystemCalls.write(Array((text.hasSuffix("\n") ? text : text + "\n").utf8), to: descriptor)
    }
}
