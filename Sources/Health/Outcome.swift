/// What one probe found.
public enum Outcome: Hashable, Sendable {
    /// The real server did what was asked, as the words say (`HTTP 200 in 3 ms`).
    case success(String)
    /// It did not, for this reason (`connection refused`, `HTTP 503`).
    case failure(String)
    /// Trouble on this host (EMFILE, ENOBUFS, EADDRNOTAVAIL, EPERM) kept the probe from asking; it says
    /// nothing about the real server.
    case undecided(String)
}
