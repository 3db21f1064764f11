import Glibc
import Privileges

/// Becomes the user named by the argument, then prints what the kernel says about the process and
/// about a thread started afterwards.
@main enum PrivilegesProbe {
    static func main() { run() }

    // Not in main(), which belongs to the main actor, as would the thread's closure.
    private static func run() {
        do {
            try Privileges.become(CommandLine.arguments[1])
        } catch {
            print(error)
            exit(1)
        }
        printRights(of: "process", from: "/proc/self/status")
        var thread = pthread_t()
        unsafe pthread_create(
            &thread, nil,
            { _ in
                PrivilegesProbe.printRights(of: "thread", from: "/proc/thread-self/status")
                return nil
            }, nil)
        pthread_join(thread, nil)
        // Root again?
        print("setuid", setuid(0) == 0 ? "possible" : "impossible")
    }

    private static let fields = [
        "Uid:", "Gid:", "Groups:", "CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:", "NoNewPrivs:",
    ]

    /// Prints a thread's rights as `name Uid: …`.
    private static func printRights(of name: String, from path: String) {
        guard let file = unsafe fopen(path, "r") else { return }
        defer { unsafe fclose(file) }
        var line: UnsafeMutablePointer<CChar>?
        var size = 0
        while unsafe getline(&line, &size, file) > 0 {
            guard let text = unsafe line.map({ unsafe String(cString: $0) }) else { continue }
            if fields.contains(where: { text.hasPrefix($0) }) { print("\(name) \(text)", terminator: "") }
        }
        unsafe free(line)
    }
}
