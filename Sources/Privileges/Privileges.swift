internal import CLinux
internal import Glibc

/// A right of root's that the kernel knows by number.
public enum Capability: UInt64, CaseIterable, Sendable {
    /// Ports below 1024.
    case bindService = 10
    /// Addresses, routes, sysctls and IPVS.
    case networkAdministration = 12
    /// Raw and packet sockets: the announcement of an address.
    case rawSockets = 13

    var bit: UInt64 { 1 << rawValue }
}

/// Why rights could not be given up; the process should end then.
public struct PrivilegeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done and why it failed: `become user 'swerve': no such user`.
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    init(_ operation: String, code: Int32) {
        var text = [CChar](repeating: 0, count: 256)
        let length = text.count
        let known = unsafe strerror_r(code, &text, length) == 0
        let message = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.init("\(operation): \(known ? message : "error \(code)")")
    }
}

/// Gives up what a name server and director doesn't need.
public enum Privileges {
    /// Becomes the named user and keeps, of the capabilities that the process has, those in
    /// `keeping`; nothing started from here on can gain any.
    ///
    /// Capabilities belong to a thread, and a new thread has those of the one that starts it: call
    /// this on the first thread, before another starts. Threads that run already change their user
    /// too and lose all capabilities.
    ///
    /// A process that is this user already (a service manager's `User=` with ambient capabilities)
    /// only reduces its capabilities. One that is neither root nor this user cannot change, an error.
    /// - Throws: `become user 'swerve': no such user`, `become user 'swerve': setresuid: …`
    public static func become(
        _ name: String, keeping: [Capability] = Capability.allCases
    ) throws(PrivilegeError) {
        let operation = "become user '\(name)'"
        var user = swerve_user()
        switch unsafe swerve_find_user(name, &user) {
        case 0: break
        case -1: throw PrivilegeError("\(operation): no such user")
        case let code: throw PrivilegeError(operation, code: code)
        }
        var code: Int32 = 0
        let permitted = unsafe swerve_permitted_capabilities(&code)
        if code != 0 { throw PrivilegeError("\(operation): capget", code: code) }
        let kept = permitted & keeping.reduce(0) { $0 | $1.bit }

        // Needs CAP_SETPCAP, which a service manager may have withheld; then the set is its affair.
        code = swerve_bound_capabilities(kept)
        if code != 0 && code != EPERM {
            throw PrivilegeError("\(operation): prctl PR_CAPBSET_DROP", code: code)
        }

        if getuid() != user.user || geteuid() != user.user {
            var step: UnsafePointer<CChar>?
            code = unsafe swerve_become(name, user, &step)
            if code != 0 {
                let call = unsafe step.map { unsafe String(cString: $0) } ?? ""
                throw PrivilegeError("\(operation): \(call)", code: code)
            }
        }
        code = swerve_set_capabilities(kept)
        if code != 0 { throw PrivilegeError("\(operation): capset", code: code) }
        code = swerve_gain_no_privileges()
        if code != 0 { throw PrivilegeError("\(operation): prctl PR_SET_NO_NEW_PRIVS", code: code) }
    }

    /// Whether this thread holds a capability.
    public static func holds(_ capability: Capability) -> Bool {
        var code: Int32 = 0
        let permitted = unsafe swerve_permitted_capabilities(&code)
        return code == 0 && permitted & capability.bit != 0
    }
}
