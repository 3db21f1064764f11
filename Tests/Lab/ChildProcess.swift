import Foundation
import Glibc

/// A program and everything that it starts: a session of its own, of which nothing is left when it has ended.
///
/// Foundation's Process waits until each descendant has ended, and that of a guest which died may never do so.
struct ChildProcess {
    /// What could not be started, and why.
    struct Failure: Error {
        var program: String
        var errno: Int32
    }

    /// POSIX_SPAWN_SETSID of spawn.h, which the C library shows under _GNU_SOURCE only.
    private static let sessionOfItsOwn: Int16 = 0x80

    /// Also the number of the session.
    let identifier: pid_t

    /// Starts a program; without input, and with its output at the end of a file.
    init(_ program: String, _ arguments: [String], environment: [String: String], output: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_APPEND | O_CREAT, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The thread of a task has all signals blocked, and what it starts would have too.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Self.sessionOfItsOwn | Int16(POSIX_SPAWN_SETSIGMASK))
        let words = ([program] + arguments).map { strdup($0) } + [nil]
        let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + variables).forEach { free($0) } }
        var identifier = pid_t()
        let error = posix_spawn(&identifier, program, &actions, &attributes, words, variables)
        if error != 0 { throw Failure(program: program, errno: error) }
        self.identifier = identifier
    }

    /// Returns once the program itself has ended, with its status as a shell has it, and ends what it has left;
    /// cancelled, it is asked to end at once.
    func end() async -> Int32 {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    var status: Int32 = 0
                    while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
                    for process in remains { kill(process, SIGKILL) }
                    let signal = status & 0x7F
                    continuation.resume(returning: signal == 0 ? status >> 8 & 0xFF : 128 + signal)
                }
            }
        } onCancel: {
            kill(identifier, SIGTERM)
        }
    }

    /// The processes of its session.
    var remains: [pid_t] {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return processes.compactMap { pid_t($0) }.filter { process in
            guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
                let end = text.lastIndex(of: ")")
            else { return false }
            // After the name: state, parent, group, session (proc_pid_stat(5)).
            let fields = text[end...].split(separator: " ")
            return fields.count > 4 && fields[1] != "Z" && pid_t(fields[4]) == identifier
        }
    }
}
