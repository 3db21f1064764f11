import Admin
import ControlProtocol
import Glibc
import Testing

@Suite("The control socket's file", .timeLimit(.minutes(1))) struct ListeningSocketTests {
    @Test(
        "It has the permissions that were asked for, whatever the umask",
        arguments: [0o600, 0o660, 0o666] as [UInt16])
    func permissions(mode: UInt16) throws {
        let folder = Folder()
        let server = try folder.open(ControlSocketPlace(path: folder.socket, permissions: mode))
        defer { server.close() }
        var status = stat()
        #expect(lstat(folder.socket, &status) == 0)
        #expect(status.st_mode == S_IFSOCK | mode_t(mode))
    }

    @Test("It belongs to whom it should", .enabled(if: geteuid() == 0, "only root may give files away"))
    func owner() throws {
        let folder = Folder()
        let place = ControlSocketPlace(path: folder.socket, owner: "nobody", group: "65534")
        let server = try folder.open(place)
        defer { server.close() }
        var status = stat()
        #expect(lstat(folder.socket, &status) == 0)
        #expect(status.st_uid == 65534)
        #expect(status.st_gid == 65534)
    }

    @Test("Missing folders are made, for all to enter and the owner to write")
    func folders() throws {
        let folder = Folder()
        let server = try folder.open(ControlSocketPlace(path: "\(folder.path)/deep/er/control.sock"))
        defer { server.close() }
        var status = stat()
        #expect(stat("\(folder.path)/deep/er", &status) == 0)
        #expect(status.st_mode & 0o7022 == 0)
        #expect(status.st_mode & 0o700 == 0o700)
    }

    @Test("A socket that nobody listens on is replaced")
    func stale() async throws {
        let folder = Folder()
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: folder.socket.utf8) }
        let isBound = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        #expect(isBound)
        close(descriptor)
        #expect(access(folder.socket, F_OK) == 0)
        try await folder.serve { (client: FakeClient) async throws in
            #expect(try await client.ask(.zones) == .zones(ZonesReport(zones: [])))
        }
    }

    @Test("A second server is refused, and leaves the first alone")
    func second() async throws {
        let folder = Folder()
        try await folder.serve { (client: FakeClient) async throws in
            let error = #expect(throws: ControlSocketError.self) { try folder.open() }
            #expect(
                error?.description
                    == "listen \(client.path): another process listens there; is swerved running already?")
            #expect(try await client.ask(.zones) == .zones(ZonesReport(zones: [])))
        }
    }

    @Test("The file of another server is not removed")
    func successor() throws {
        let folder = Folder()
        let first = try folder.open()
        unlink(folder.socket)
        let second = try folder.open()
        first.close()
        #expect(access(folder.socket, F_OK) == 0)
        second.close()
        #expect(access(folder.socket, F_OK) == -1)
    }

    @Test("What is no socket stays")
    func notASocket() throws {
        let folder = Folder()
        close(open(folder.socket, O_CREAT | O_WRONLY, 0o600))
        let error = #expect(throws: ControlSocketError.self) { try folder.open() }
        #expect(error?.description == "listen \(folder.socket): there is a file of that name that is no socket")
        #expect(access(folder.socket, F_OK) == 0)
    }

    @Test("A symbolic link is not followed")
    func link() throws {
        let folder = Folder()
        #expect(symlink("\(folder.path)/other", folder.socket) == 0)
        let error = #expect(throws: ControlSocketError.self) { try folder.open() }
        #expect(error?.description == "listen \(folder.socket): there is a symbolic link of that name")
        #expect(access("\(folder.path)/other", F_OK) == -1)
    }

    @Test(
        "Mistakes are told in words",
        arguments: [
            (ControlSocketPlace(path: ""), "listen : the path is empty"),
            (
                ControlSocketPlace(path: "/tmp/" + String(repeating: "x", count: 103)),
                "the path has 108 bytes, a socket's at most 107"
            ),
            (ControlSocketPlace(path: "/dev/null/control.sock"), "Not a directory"),
            (ControlSocketPlace(path: "/tmp/x.sock", owner: "no such user"), "there is no user 'no such user'"),
            (
                ControlSocketPlace(path: "/tmp/x.sock", group: "no such group"),
                "there is no group 'no such group'"
            ),
        ])
    func mistakes(place: ControlSocketPlace, words: String) {
        let error = #expect(throws: ControlSocketError.self) { try Folder().open(place) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
}
