import Addresses
import Diagnostics
import Director
import Health
import Testing

@testable import Settings

@Suite("The services and check types of ldirectord.cf")
struct LdirectordServiceTests {
    private func check(_ lines: String, virtual: String = "virtual=192.0.2.1:7") throws -> Check {
        let text = "\(virtual)\n  real=192.0.2.2 gate\n  \(lines)"
        let director = try readLdirectord(text).accepted().director
        return try #require(director.virtualServers.first?.realServers.first?.check)
    }

    @Test(
        "Each service asks in its own protocol, at its own port, within its own time",
        arguments: [
            (
                "service=ftp", ServiceCheck(.ftp, login: "anonymous", password: "ldirectord@localhost"), 21, 30
            ),
            (
                "service=ftp\n  login=\"a\"\n  passwd=\"b\"\n  request=\"welcome.msg\"\n  receive=\"test\"",
                ServiceCheck(.ftp, request: "/welcome.msg", receive: "test", login: "a", password: "b"), 21, 30
            ),
            ("service=smtp", ServiceCheck(.smtp), 25, 30), ("service=submission", ServiceCheck(.smtp), 587, 30),
            (
                "service=pop\n  login=\"a\"\n  passwd=\"b\"", ServiceCheck(.pop, login: "a", password: "b"),
                110,
                30
            ), ("service=pops", ServiceCheck(.pop, isSecure: true), 995, 30),
            ("service=imap", ServiceCheck(.imap), 143, 30),
            ("service=imaps", ServiceCheck(.imap, isSecure: true), 993, 30),
            ("service=nntp", ServiceCheck(.nntp), 119, 30),
            (
                "service=ldap\n  request=\"dc=upmc, dc=fr\"\n  receive=\"dc=upmc, dc=fr\"",
                ServiceCheck(.ldap, request: "dc=upmc, dc=fr", receive: "dc=upmc, dc=fr"), 389, 5
            ), ("service=ldaps", ServiceCheck(.ldap, isSecure: true), 636, 5),
            (
                "service=dns\n  protocol=udp\n  request=\"x.y.z\"\n  receive=\"127.0.0.1\"",
                ServiceCheck(.dns, isUDP: true, request: "x.y.z", receive: "127.0.0.1"), 53, 30
            ),
            (
                "service=dns\n  request=\"x.y.z\"\n  receive=\"1\"",
                ServiceCheck(.dns, request: "x.y.z", receive: "1"), 53, 30
            ),
            (
                "service=mysql\n  login=\"u\"\n  passwd=\"p\"\n  database=\"d\"\n  request=\"SELECT * FROM link\"",
                ServiceCheck(.mysql, request: "SELECT * FROM link", login: "u", password: "p", database: "d"),
                3306, 30
            ),
            (
                "service=pgsql\n  login=\"u\"\n  request=\"SELECT 1\"",
                ServiceCheck(.pgsql, request: "SELECT 1", login: "u"), 5432, 30
            ),
            (
                "service=radius\n  protocol=udp\n  login=\"u\"\n  passwd=\"p\"\n  secret=\"s\"\n  checktimeout=1",
                ServiceCheck(.radius, isUDP: true, login: "u", password: "p", secret: "s"), 1812, 1
            ),
            (
                "service=sip\n  protocol=udp", ServiceCheck(.sip, isUDP: true, login: "ldirectord@localhost"),
                5060, 30
            ), ("service=sip\n  login=\"a@b\"", ServiceCheck(.sip, login: "a@b"), 5060, 30),
            (
                "service=simpletcp\n  checkport=9\n  request=\"PING\\n\"\n  receive=\"PONG\"",
                ServiceCheck(.simpletcp, request: "PING\\n", receive: "PONG"), 9, 30
            ),
        ])
    func services(_ lines: String, _ service: ServiceCheck, _ port: UInt16, _ seconds: Int) throws {
        let check = try check(lines)
        #expect(check.method == .service(service))
        #expect(check.target.port == port && check.timeout == .seconds(seconds))
    }

    @Test("A request of a real server's own is in the form of its service")
    func ownRequests() throws {
        let text = """
            virtual=192.0.2.1:389
              real=192.0.2.2:389 gate 1 "dc=a", "a"
              real=192.0.2.3:389 gate
              request="dc=b"
            """
        let servers = try readLdirectord(text).accepted().director.virtualServers[0].realServers
        #expect(
            servers.map(\.check.method) == [
                .service(ServiceCheck(.ldap, request: "dc=a", receive: "a")),
                .service(ServiceCheck(.ldap, request: "dc=b")),
            ])
    }

    @Test(
        "Check types",
        arguments: [
            ("checktype=ping", Check.Method.ping(attempts: 1), 0, 5),
            ("checktype=ping\n  checkcount=3\n  checktimeout=2", .ping(attempts: 3), 0, 6),
            ("checktype=connect\n  protocol=udp", .ping(attempts: 1), 0, 5),
            (
                "checktype=external\n  checkcommand=\"/bin/check me\"",
                .external(
                    ExternalCheck(command: "/bin/check me", arguments: ["192.0.2.1", "7", "192.0.2.2", "0"])),
                0,
                5
            ),
            (
                "checktype=external-perl\n  checkcommand=/x.pl",
                .external(
                    ExternalCheck(command: "perl", arguments: ["/x.pl", "192.0.2.1", "7", "192.0.2.2", "0"])),
                0,
                5
            ),
            (
                "checktype=3\n  service=smtp",
                .alternating(connections: 3, connectTimeout: .seconds(5), .service(ServiceCheck(.smtp))), 25, 30
            ),
            (
                "checktype=connect2\n  service=http\n  checktimeout=2",
                .alternating(connections: 2, connectTimeout: .seconds(2), .http(HTTPCheck())), 80, 2
            ), ("checktype=2\n  service=none", .constant(true), 0, 5),
            ("service=oracle", .connect, 1521, 30),
            (
                "service=http_proxy\n  request=\"http://x/y\"\n  receive=\"z\"",
                .http(HTTPCheck(path: "http://x/y", isProxy: true, receive: "z")), 3128, 30
            ),
        ])
    func types(_ lines: String, _ method: Check.Method, _ port: UInt16, _ seconds: Int) throws {
        let check = try check(lines)
        #expect(check.method == method)
        #expect(check.target.port == port && check.timeout == .seconds(seconds))
    }

    @Test(
        "What a program is told of the virtual server",
        arguments: [
            ("virtual=5", "  real=192.0.2.2:81 gate", ["5", "0", "192.0.2.2", "81"]),
            ("virtual=5", "  real=192.0.2.2 gate", ["5", "0", "192.0.2.2", "0"]),
            // The port that is written, whatever is checked and wherever packets go.
            (
                "virtual=192.0.2.1:80", "  real=192.0.2.2:81 gate\n  checkport=82",
                ["192.0.2.1", "80", "192.0.2.2", "81"]
            ), ("virtual=192.0.2.1:80", "  real=192.0.2.2 masq", ["192.0.2.1", "80", "192.0.2.2", "0"]),
            (
                "virtual6=[2001:db8::1]:80", "  real6=[2001:db8::2]:81 gate",
                ["[2001:db8::1]", "80", "[2001:db8::2]", "81"]
            ),
        ])
    func arguments(_ virtual: String, _ real: String, _ arguments: [String]) throws {
        let text = "\(virtual)\n\(real)\n  checktype=external\n  checkcommand=/x"
        let server = try readLdirectord(text).accepted().director.virtualServers[0].realServers[0]
        #expect(server.check.method == .external(ExternalCheck(command: "/x", arguments: arguments)))
    }

    @Test("A fallback of UDP is pinged, at the VIP where it is on the director itself")
    func fallbackOfUDP() throws {
        let text = "virtual=192.0.2.1:53\n  real=192.0.2.2 gate\n  checktype=on\n  fallback=127.0.0.1:53 gate"
        let fallback = try #require(try readLdirectord(text).accepted().director.virtualServers[0].fallback)
        #expect(fallback.check.method == .ping(attempts: 1))
        #expect(fallback.check.target == Endpoint("192.0.2.1:0"))
    }

    @Test(
        "What is doubtful is told",
        arguments: [
            (
                "service=oracle",
                "no session is opened with Oracle: that it takes connections is what is checked"
            ),
            ("checktype=external", "without 'checkcommand' every real server is up"),
            ("service=radius\n  login=\"x\"", "without a 'secret' no server answers"),
            (
                "service=mysql",
                "ldirectord takes real servers as down without 'login' and 'request'; here a server that greets is up"
            ),
            (
                "service=pgsql\n  login=\"x\"",
                "ldirectord takes real servers as down without 'login' and 'request'; here a server that takes the "
                    + "login is up"
            ),
            (
                "service=dns\n  request=\"x\"",
                "ldirectord takes every real server as down without 'receive'; here any answer will do"
            ), ("", "no service is known for this virtual server: every real server is up, without a check"),
        ])
    func warnings(_ lines: String, _ message: String) throws {
        let result = readLdirectord("virtual=192.0.2.1:7\n  real=192.0.2.2 gate\n  \(lines)")
        _ = try result.accepted()
        #expect(result.warnings.map(\.message) == [message])
    }
}
