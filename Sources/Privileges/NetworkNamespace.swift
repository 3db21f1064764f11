internal import CLinux
internal import Glibc

/// A network namespace by its name, as `ip netns` has them.
public enum NetworkNamespace {
    /// Where the namespaces of `ip netns` are.
    private static let folder = "/run/netns/"

    /// The file of a namespace: of `ip netns` by name, any other by its path.
    public static func path(of name: String) -> String { name.hasPrefix("/") ? name : folder + name }

    /// Makes the process one of a network namespace. If it is one already nothing happens; else the program begins
    /// anew there, with the same arguments, since a namespace belongs to threads, and there may be several by now.
    ///
    /// To be called before anything is opened. Returns only where there was nothing to be done.
    /// - Throws: `network namespace 'lvs': No such file or directory`
    public static func enter(_ name: String) throws(PrivilegeError) {
        let operation = "network namespace '\(name)'"
        let path = path(of: name)
        let isThere = unsafe clinux_is_in_network(path)
        if isThere < 0 { throw PrivilegeError(operation, code: -isThere) }
        if isThere == 1 { return }
        let code = unsafe clinux_enter_network(path)
        if code < 0 { throw PrivilegeError(operation, code: -code) }
        // What is there now and isn't the namespace would make this go on for ever.
        if unsafe clinux_is_in_network(path) != 1 { throw PrivilegeError("\(operation): it is another now") }
        let arguments = unsafe CommandLine.arguments.map { unsafe strdup($0) } + [nil]
        _ = unsafe execv("/proc/self/exe", arguments)
        throw PrivilegeError("\(operation): start there", code: errno)
    }
}
