/// The control socket before anyone serves it: made early, while the process still may.
public struct AdminSocket: Sendable {
    let listening: ListeningSocket
    let path: String

    /// Makes the socket and listens. Either an `AdminServer` runs on it, or `close` must follow.
    /// - Throws: `listen /run/swerve/control.sock: …`
    public static func open(_ place: ControlSocketPlace) throws(ControlSocketError) -> AdminSocket {
        AdminSocket(listening: try ListeningSocket.open(place), path: place.path)
    }

    /// Closes the socket and removes its file, where no server ever ran.
    public func close() {
        listening.close()
        listening.removeFile()
    }
}
