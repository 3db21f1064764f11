internal import ArgumentParser
internal import Daemon
internal import Foundation

/// The daemon's command line.
struct Arguments: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "swerved", abstract: "Serves DNS zones and directs virtual servers, in the foreground.",
        discussion: """
            Logs to standard error. SIGHUP reads the files again, SIGTERM and SIGINT end it with status 0. \
            swervectl asks it how it is.
            """)

    @Option(
        name: [.customShort("c"), .customLong("config")],
        help: ArgumentHelp("The configuration, in named.conf's language.", valueName: "FILE"))
    var file = "/etc/swerve/swerve.conf"

    @Option(
        name: .short, help: ArgumentHelp("The user to become once all sockets are open.", valueName: "USER"))
    var user: String?

    @Option(
        help: ArgumentHelp("A file that has the process's number while it runs.", valueName: "PATH"))
    var pidFile: String?

    @Flag(help: "Write errors alone to standard error, where a log-file has the rest.")
    var quiet = false

    @Flag(name: [.customShort("v"), .long], help: "Show the version.")
    var version = false
}

@main
enum Swerved {
    // Rights belong to threads, so everything up to the first await happens on the first thread.
    static func main() async {
        let arguments = Arguments.parseOrExit()
        if arguments.version {
            print("swerved \(Daemon.version)")
            return
        }
        // A reload that is asked for while the first configuration is read needs nothing done, and an end nothing ended.
        signal(SIGHUP, SIG_IGN)
        for number in [SIGTERM, SIGINT] { signal(number) { _ in _exit(0) } }
        let daemon: Daemon
        do {
            daemon = try Daemon(
                configurationFile: arguments.file, user: arguments.user, isQuiet: arguments.quiet)
        } catch {
            Log.say("\(error)\nswerved: not started")
            exit(1)
        }
        // Before there is anything that must not stay behind.
        let arrivals = Signals.take([SIGTERM, SIGINT, SIGHUP])
        if let path = arguments.pidFile, !PidFile.write(path) {
            Log.say("swerved: write \(path): \(String(cString: strerror(errno)))\nswerved: not started")
            exit(1)
        }
        defer { if let path = arguments.pidFile { PidFile.remove(path) } }
        let (reloads, reload) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        do {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await daemon.run(reloads: reloads) }
                tasks.addTask {
                    for await signal in arrivals {
                        if signal != SIGHUP { return }
                        reload.yield()
                    }
                }
                try await tasks.next()
                reload.finish()
                tasks.cancelAll()
                try await tasks.waitForAll()
            }
        } catch {
            Log.say("swerved: \(error)")
            if let path = arguments.pidFile { PidFile.remove(path) }
            exit(1)
        }
    }
}

/// The file that has this process's number while it runs.
enum PidFile {
    /// Writes it; false with errno if it can't be written.
    static func write(_ path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        if descriptor < 0 { return false }
        defer { close(descriptor) }
        let text = Array("\(getpid())\n".utf8)
        return Foundation.write(descriptor, text, text.count) == text.count
    }

    /// Removes it, if it is still ours.
    static func remove(_ path: String) {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        if text == "\(getpid())\n" { unlink(path) }
    }
}

/// Signals as a stream, instead of their ordinary effect.
enum Signals {
    /// Where a handler, which may do next to nothing, leaves the numbers.
    nonisolated(unsafe) private static var bell: Int32 = -1

    /// Takes them from now on; none is lost. To be called once.
    static func take(_ numbers: [Int32]) -> AsyncStream<Int32> {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { fatalError("a pipe: \(String(cString: strerror(errno)))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        bell = ends[1]
        for number in numbers {
            signal(number) { number in
                let before = errno
                var octet = UInt8(truncatingIfNeeded: number)
                _ = write(Signals.bell, &octet, 1)
                errno = before
            }
        }
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        let output = ends[0]
        Thread.detachNewThread {
            var octet: UInt8 = 0
            while true {
                if read(output, &octet, 1) == 1 { continuation.yield(Int32(octet)) }
            }
        }
        return stream
    }
}
