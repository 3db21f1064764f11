internal import Glibc

/// What a process needs of its surroundings before it serves.
enum ProcessPreparation {
    /// Makes the process fit to serve, whatever started it. To be called before anything is opened.
    ///
    /// A log that nobody reads any more does not end it; what it opens never takes the place of a
    /// standard descriptor that was closed (the log would be written into a socket); and it may have
    /// as many descriptors as the system lets it: a connection through the relay takes two.
    static func prepare() {
        signal(SIGPIPE, SIG_IGN)
        openStandardDescriptors()
        raiseDescriptorLimit()
    }

    private static func openStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is taken, which is this one.
            _ = unsafe open("/dev/null", O_RDWR)
        }
    }

    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
