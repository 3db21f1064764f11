import Addresses
import Diagnostics
import Director
import Health
import Testing

@testable import Settings

@Suite("ldirectord.cf becomes virtual servers")
struct LdirectordTests {
    static let article = """
        # Global Directives
        checktimeout=3
        checkinterval=1
        #fallback=127.0.0.1:80
        #fallback6=[::1]:80
        autoreload=yes
        logfile="/var/log/ldirectord.log"
        #logfile="local0"
        #emailalert="admin@x.y.z"
        #emailalertfreq=3600
        #emailalertstatus=all
        quiescent=no

        # Sample for an http virtual service
        virtual=192.168.214.140:80
                real=192.168.214.143:80 gate
                real=192.168.214.145:80 gate
        #       real=192.168.6.6:80 gate
                fallback=127.0.0.1:80 gate
                service=http
                scheduler=rr
                #persistent=600
                #netmask=255.255.255.255
                protocol=tcp
                checktype=negotiate
                checkport=80
                request="index.html"
                receive="RS"
        """

    @Test func articlesFile() throws {
        let result = readLdirectord(Self.article)
        let director = try result.accepted().director
        #expect(result.diagnostics.isEmpty && director.backend == .ipvs)
        var file = LdirectordFileSettings(path: "/etc/swerve/l.cf")
        file.log = .file("/var/log/ldirectord.log")
        file.isReloaded = true
        #expect(director.ldirectordFiles == [file])
        let server = try #require(director.virtualServers.first)
        #expect(server.key.description == "tcp 192.168.214.140:80")
        #expect(server.options == ServiceOptions(scheduler: "rr"))
        // ldirectord.cf's own defaults.
        #expect(server.cleanstop && !server.isQuiescent && server.quorum == 1)
        let endpoints = ["192.168.214.143:80", "192.168.214.145:80"].compactMap { Endpoint($0) }
        #expect(server.realServers.map(\.destination) == endpoints.map { Destination($0) })
        let request = HTTPCheck(path: "/index.html", receive: "RS")
        #expect(
            server.realServers.map(\.check)
                == endpoints.map {
                    Check(.http(request), target: $0, interval: .seconds(1), timeout: .seconds(3))
                })
        let target = try #require(Endpoint("192.168.214.140:80"))
        #expect(
            server.fallback?.check
                == Check(.connect, target: target, interval: .seconds(1), timeout: .seconds(3)))
        #expect(server.realServers.map(\.position.line) == [16, 17])
        #expect(server.position == SourcePosition(file: "/etc/swerve/l.cf", line: 15, column: 9))
    }

    @Test("Carriage returns, tabs, few blanks, blank lines, comments and missing quotes are forgiven")
    func forgiven() throws {
        let messy = """
              checktimeout = 3   # seconds\r
            checkinterval\t=\t1\t\r
            autoreload=yes \r
            quiescent=no   # no\r
            virtual = 192.168.214.140:80\r
             real = 192.168.214.143:80 \t gate\r
            \r
            \treal=192.168.214.145:80 gate   # second\r
            # a comment at the margin\r
              fallback=127.0.0.1:80\r
            \tservice = http \r
              scheduler = rr\r
              checktype = negotiate\r
              checkport = 80\r
              request = index.html\r
              receive = RS\r
            """
        let result = readLdirectord(messy)
        let expected = try readLdirectord(Self.article).accepted().director.virtualServers
        #expect(try result.accepted().director.virtualServers == expected)
        #expect(result.diagnostics.isEmpty)
    }

    /// The only real server of a virtual server with these lines.
    private func real(_ lines: String, virtual: String = "virtual=192.0.2.1:80", global: String = "") throws
        -> RealServerSettings
    {
        let six = virtual.hasPrefix("virtual6")
        let real = lines.contains("real") ? "" : "  real\(six ? "6=[2001:db8::2]:80" : "=192.0.2.2:80") gate\n"
        let director = try readLdirectord("\(global)\n\(virtual)\n\(real)\(lines)").accepted().director
        return try #require(director.virtualServers.first?.realServers.first)
    }

    @Test(
        "Timeouts fall back on each other",
        arguments: [
            // checktype, global, own, seconds
            ("connect", "", "", 5), ("negotiate", "", "", 30), ("connect", "checktimeout=2", "", 2),
            ("negotiate", "checktimeout=2", "", 2), ("connect", "negotiatetimeout=7", "", 7),
            ("negotiate", "negotiatetimeout=7", "", 7),
            ("connect", "checktimeout=2\nnegotiatetimeout=7", "", 2),
            ("negotiate", "checktimeout=2\nnegotiatetimeout=7", "", 7),
            ("connect", "checktimeout=2", "checktimeout=4", 4),
            ("connect", "checktimeout=2", "negotiatetimeout=9", 9),
            ("negotiate", "negotiatetimeout=7", "checktimeout=4", 4),
            ("negotiate", "negotiatetimeout=7", "checktimeout=4\n  negotiatetimeout=9", 9),
        ])
    func timeouts(_ type: String, _ global: String, _ own: String, _ seconds: Int) throws {
        let check = try real("  checktype=\(type)\n  \(own)", global: global).check
        #expect(check.timeout == .seconds(seconds))
    }

    @Test(
        "Interval and failures",
        arguments: [
            ("", "", 10, 1), ("checkinterval=1\nfailurecount=3", "", 1, 3),
            ("checkinterval=1\nfailurecount=3", "checkinterval=2\n  failurecount=4", 2, 4),
            ("fork=yes", "checkinterval=2", 2, 1),
        ])
    func interval(_ global: String, _ own: String, _ seconds: Int, _ fall: Int) throws {
        let check = try real("  \(own)", global: global).check
        #expect(check.interval == .seconds(seconds) && check.fall == fall && check.rise == 1)
    }

    @Test(
        "An own interval is warned about where ldirectord would not heed it",
        arguments: [("", 1), ("fork=yes", 0)])
    func ownInterval(_ global: String, _ warnings: Int) {
        let result = readLdirectord("\(global)\nvirtual=192.0.2.1:80\n  real=192.0.2.2 gate\n  checkinterval=5")
        #expect(result.settings != nil && result.warnings.count == warnings)
    }

    @Test(
        "The port that is checked",
        arguments: [
            ("virtual=192.0.2.1:80", "real=192.0.2.2:80 gate", 80),
            ("virtual=192.0.2.1:80", "real=192.0.2.2 gate", 80),
            ("virtual=192.0.2.1:80", "real=192.0.2.2:8080 masq", 8080),
            ("virtual=192.0.2.1:80", "real=192.0.2.2:8080 masq\n  checkport=81", 81),
            ("virtual=192.0.2.1:8080", "real=192.0.2.2 masq\n  service=http", 80),
            ("virtual=192.0.2.1:8080", "real=192.0.2.2 masq\n  checktype=connect", 8080),
            ("virtual=1", "real=192.0.2.2 gate\n  service=https", 443),
            ("virtual=1", "real=192.0.2.2 gate\n  service=http\n  checkport=81", 81),
            ("virtual=1", "real=192.0.2.2:82 gate\n  service=http", 82),
            ("virtual=192.0.2.1:http", "real=192.0.2.2:webcache masq", 8080),
        ])
    func checkPort(_ virtual: String, _ lines: String, _ port: UInt16) throws {
        #expect(try real("  " + lines, virtual: virtual).check.target.port == port)
    }

    @Test(
        "What is asked for over http",
        arguments: [
            ("", HTTPCheck()), ("request=\"a/b.html?c=d\"", HTTPCheck(path: "/a/b.html?c=d")),
            ("request=\"/x y\"", HTTPCheck(path: "/x%20y")),
            ("receive=\"^a \\\"b\\\" #\"", HTTPCheck(receive: "^a \\\"b\\\" #")),
            ("virtualhost=www.x.y.z", HTTPCheck(virtualHost: "www.x.y.z")),
            ("virtualhost=\"www.x.y.z\"", HTTPCheck(virtualHost: "www.x.y.z")),
            ("virtualhost=\"\"", HTTPCheck()),
            ("httpmethod=head", HTTPCheck(requestMethod: .head)), ("httpmethod=GET", HTTPCheck()),
            ("service=https", HTTPCheck(isSecure: true)),
            (
                "real=192.0.2.2:80 gate 3 \"own\", \"mine\"\n  request=\"all\"\n  receive=\"yours\"",
                HTTPCheck(path: "/own", receive: "mine")
            ),
            ("real=192.0.2.2:80 gate \"/own\" \"\"\n  receive=\"yours\"", HTTPCheck(path: "/own")),
        ])
    func requests(_ lines: String, _ expected: HTTPCheck) throws {
        #expect(try real("  " + lines).check.method == .http(expected))
    }

    @Test(
        "Checks that need no probe, and connections",
        arguments: [
            ("checktype=on", Check.Method.constant(true)), ("checktype=off", .constant(false)),
            ("checktype=connect", .connect), ("service=none", .constant(true)),
            ("checktype=on\n  service=ftp", .constant(true)), ("protocol=udp\n  checktype=on", .constant(true)),
        ])
    func methods(_ lines: String, _ expected: Check.Method) throws {
        #expect(try real("  " + lines).check.method == expected)
    }

    @Test(
        "Destinations",
        arguments: [
            ("real=192.0.2.2:80 gate", "192.0.2.2:80", Forwarding.gate, 1, 0, 0),
            ("real=192.0.2.2:80 masq 5", "192.0.2.2:80", .masq, 5, 0, 0),
            ("real=192.0.2.2:80 ipip 0 l:10 u:20", "192.0.2.2:80", .ipip, 0, 10, 20),
            ("real=192.0.2.2:80 gate u:20", "192.0.2.2:80", .gate, 1, 0, 20),
            ("real=192.0.2.2:80 gate 2 \"a\" , \"b\" l:1 u:2", "192.0.2.2:80", .gate, 2, 1, 2),
            ("real=rs1:http gate", "192.0.2.77:80", .gate, 1, 0, 0),
            ("real=192.0.2.2 masq", "192.0.2.2:80", .masq, 1, 0, 0),
        ])
    func destinations(
        _ line: String, _ endpoint: String, _ forwarding: Forwarding, _ weight: Int32, _ lower: UInt32,
        _ upper: UInt32
    ) throws {
        let director = try readLdirectord("virtual=192.0.2.1:80\n  \(line)", hosts: ["rs1": "192.0.2.77"])
            .accepted()
            .director
        let expected = Destination(
            try #require(Endpoint(endpoint)), forwarding: forwarding, weight: weight, upperThreshold: upper,
            lowerThreshold: lower)
        #expect(director.virtualServers.first?.realServers.first?.destination == expected)
    }

    @Test(
        "Ranges of real servers",
        arguments: [
            ("192.168.6.2->192.168.6.4", ["192.168.6.2", "192.168.6.3", "192.168.6.4"]),
            // Here the string comparison of ldirectord finds nothing.
            ("59.154.201.255->59.154.202.0", ["59.154.201.255", "59.154.202.0"]),
            ("192.168.6.9->192.168.6.9", ["192.168.6.9"]),
            ("sql1->sql2", ["10.0.0.9", "10.0.0.10", "10.0.0.11"]),
            ("255.255.255.254->255.255.255.255", ["255.255.255.254", "255.255.255.255"]),
        ])
    func ranges(_ range: String, _ expected: [String]) throws {
        let hosts = ["sql1": "10.0.0.9", "sql2": "10.0.0.11"]
        let result = readLdirectord("virtual=192.0.2.1:80\n  real=\(range):80 gate 10", hosts: hosts)
        let servers = try result.accepted().director.virtualServers.first?.realServers ?? []
        #expect(servers.map(\.destination.endpoint.address.description) == expected)
        #expect(servers.allSatisfy { $0.destination.weight == 10 && $0.destination.endpoint.port == 80 })
    }

    @Test(
        "Virtual servers",
        arguments: [
            ("virtual=192.0.2.1:80", "tcp 192.0.2.1:80"), ("virtual=192.0.2.1:http", "tcp 192.0.2.1:80"),
            ("virtual=vip.example:80", "tcp 192.0.2.99:80"), ("virtual = 7", "fwmark 7"),
            ("virtual6=[2001:db8::1]:80", "tcp [2001:db8::1]:80"), ("virtual6=7", "fwmark6 7"),
            ("virtual=192.0.2.1:53", "udp 192.0.2.1:53"), ("virtual=192.0.2.1:domain", "udp 192.0.2.1:53"),
            ("virtual=192.0.2.1:53\n  protocol=tcp", "tcp 192.0.2.1:53"),
            ("virtual=192.0.2.1:80\n  protocol=udp", "udp 192.0.2.1:80"),
            ("virtual=7\n  protocol=fwm", "fwmark 7"),
        ])
    func virtuals(_ lines: String, _ key: String) throws {
        let result = readLdirectord(
            "\(lines)\n  checktype=on\n  service=none", hosts: ["vip.example": "192.0.2.99"])
        #expect(try result.accepted().director.virtualServers.map(\.key.description) == [key])
    }

    @Test(
        "Options of a virtual server",
        arguments: [
            ("", ServiceOptions(scheduler: "wrr")), ("scheduler=wlc", ServiceOptions(scheduler: "wlc")),
            (
                "persistent=600\n  netmask=255.255.255.0",
                ServiceOptions(scheduler: "wrr", flags: .persistent, timeout: 600, netmaskLength: 24)
            ), ("persistent=600", ServiceOptions(scheduler: "wrr", flags: .persistent, timeout: 600)),
            (
                "scheduler=sh\n  schedflags=sh-fallback,sh-port",
                ServiceOptions(scheduler: "sh", flags: [.scheduler1, .scheduler2])
            ), ("schedflags=flag-3", ServiceOptions(scheduler: "wrr", flags: .scheduler3)),
            ("protocol=udp\n  ops=yes", ServiceOptions(scheduler: "wrr", flags: .onePacket)),
            ("protocol=udp\n  ops=no", ServiceOptions(scheduler: "wrr")),
            ("ops=yes", ServiceOptions(scheduler: "wrr")),
        ])
    func options(_ lines: String, _ expected: ServiceOptions) throws {
        let text = "virtual=192.0.2.1:80\n  real=192.0.2.2:80 gate\n  checktype=on\n  \(lines)"
        #expect(try readLdirectord(text).accepted().director.virtualServers.first?.options == expected)
    }

    @Test func netmaskOfIPv6() throws {
        let text = "virtual6=[2001:db8::1]:80\n  real6=[2001:db8::2]:80 gate\n  persistent=5\n  netmask=64"
        #expect(try readLdirectord(text).accepted().director.virtualServers.first?.options.netmaskLength == 64)
    }

    @Test(
        "quiescent and cleanstop, for all and for one",
        arguments: [
            ("", "", false, true), ("quiescent=yes\ncleanstop=no", "", true, false),
            ("quiescent=yes\ncleanstop=no", "quiescent=no\n  cleanstop=yes", false, true),
        ])
    func quiescent(_ global: String, _ own: String, _ isQuiescent: Bool, _ cleanstop: Bool) throws {
        let text = "\(global)\nvirtual=192.0.2.1:80\n  real=192.0.2.2:80 gate\n  \(own)"
        let server = try #require(try readLdirectord(text).accepted().director.virtualServers.first)
        #expect(server.isQuiescent == isQuiescent && server.cleanstop == cleanstop)
    }

    @Test("The director's own cleanstop is for its own virtual servers")
    func cleanstopOfBoth() throws {
        let own = "cleanstop no; virtual-server tcp 192.0.2.9 port 80 { real-server 192.0.2.2; };"
        let result = readLdirectord("virtual=192.0.2.1:80\n  real=192.0.2.2:80 gate", director: own)
        let servers = try result.accepted().director.virtualServers
        #expect(servers.map(\.key.description) == ["tcp 192.0.2.9:80", "tcp 192.0.2.1:80"])
        #expect(servers.map(\.cleanstop) == [false, true])
    }

    @Test(
        "The fallback of a virtual server",
        arguments: [
            ("fallback=192.0.2.9:81 masq", "", "192.0.2.9:81", Forwarding.masq),
            ("fallback=192.0.2.9", "", "192.0.2.9:80", .gate),
            ("", "fallback=192.0.2.8:http", "192.0.2.8:80", .gate),
            ("fallback=192.0.2.9:80", "fallback=192.0.2.8 ipip", "192.0.2.8:80", .ipip),
            ("fallback=sorry", "", "192.0.2.66:80", .gate),
        ])
    func fallbacks(_ global: String, _ own: String, _ endpoint: String, _ forwarding: Forwarding) throws {
        let text = "\(global)\nvirtual=192.0.2.1:80\n  real=192.0.2.2:80 gate\n  \(own)"
        let result = readLdirectord(text, hosts: ["sorry": "192.0.2.66"])
        let fallback = try #require(try result.accepted().director.virtualServers.first?.fallback)
        #expect(fallback.destination == Destination(try #require(Endpoint(endpoint)), forwarding: forwarding))
        #expect(fallback.check.method == .connect)
    }

    @Test("The two families have fallbacks of their own")
    func fallback6() throws {
        let text = """
            fallback=192.0.2.9:80
            fallback6=[2001:db8::9]:80
            virtual6=[2001:db8::1]:80
              real6=[2001:db8::2]:80 gate
            virtual=192.0.2.1:80
              real=192.0.2.2:80 gate
            """
        let servers = try readLdirectord(text).accepted().director.virtualServers
        #expect(
            servers.map { $0.fallback?.destination.endpoint.description } == [
                "[2001:db8::9]:80", "192.0.2.9:80",
            ])
    }
}
