import Addresses
import Diagnostics
import Director
import Health
import Testing

@testable import Settings

@Suite("Mistakes in ldirectord.cf")
struct LdirectordMistakeTests {
    private static let real = "virtual=192.0.2.1:80\n  real=192.0.2.2:80 gate\n"

    @Test(
        "In the global part",
        arguments: [
            ("▸chektimeout=3", "unknown directive 'chektimeout' in the global part"),
            ("▸timeout=3", "unknown directive 'timeout' in the global part"),
            ("▸connecttimeout=3", "unknown directive 'connecttimeout' in the global part"),
            ("▸checktimeout", "'=' is expected after 'checktimeout'"),
            ("▸checktimeout=", "'checktimeout' needs a number from 1 to 86400, not ''"),
            ("checktimeout=▸0", "'checktimeout' needs a number from 1 to 86400, not '0'"),
            ("checktimeout=▸many", "'checktimeout' needs a number from 1 to 86400, not 'many'"),
            ("negotiatetimeout=▸0", "'negotiatetimeout' needs a number from 1 to 86400, not '0'"),
            ("checkinterval=▸0", "'checkinterval' needs a number from 1 to 86400, not '0'"),
            ("checkcount=▸0", "'checkcount' needs a number above 0, not '0'"),
            ("failurecount=▸0", "'failurecount' needs a number from 1 to 1000000, not '0'"),
            ("autoreload=▸maybe", "'autoreload' must be 'yes' or 'no', not 'maybe'"),
            ("quiescent=▸yess", "'quiescent' must be 'yes' or 'no', not 'yess'"),
            ("readdquiescent=▸1", "'readdquiescent' must be 'yes' or 'no', not '1'"),
            ("cleanstop=▸YES", "'cleanstop' must be 'yes' or 'no', not 'YES'"),
            ("fork=▸2", "'fork' must be 'yes' or 'no', not '2'"),
            ("supervised=▸x", "'supervised' must be 'yes' or 'no', not 'x'"),
            ("▸callback=", "'callback' needs a value"), ("▸logfile=", "'logfile' needs a value"),
            ("logfile=▸\"/var/log", "this quoted string has no end"), ("▸execute=", "'execute' needs a value"),
            ("▸maintenancedir=", "'maintenancedir' needs a value"),
            ("▸fallbackcommand=", "'fallbackcommand' needs a value"),
            ("▸emailalert=", "'emailalert' needs a value"),
            ("▸emailalertfrom=", "'emailalertfrom' needs a value"),
            ("emailalertfreq=▸x", "'emailalertfreq' needs a number from 0 to 31622400, not 'x'"),
            (
                "emailalertstatus=all,▸stopped",
                "a status is all, none, starting, running, stopping or reloading, not 'stopped'"
            ), ("emailalertstatus=▸none,all", "'none' can't stand with others"),
            ("▸smtp=", "'smtp' needs a value"),
            ("▸fallback=", "'fallback' needs an address"),
            ("fallback=127.0.0.1:80 ▸nat", "the forwarding method must be gate, masq or ipip, not 'nat'"),
            ("fallback=127.0.0.1:80 gate ▸1", "unexpected '1'"),
            ("fallback=127.0.0.1▸:", "a port is expected after ':'"),
            ("fallback=▸::1", "an address or a host's name is missing"), ("fallback6=▸[::1", "']' is missing"),
            ("▸scheduler=rr", "'scheduler' belongs to a virtual server"),
            ("  ▸real=1", "'real' belongs to a virtual server"),
            (
                "virtual=▸192.0.2.1",
                "'virtual' needs an address with a port, or a firewall mark, not '192.0.2.1'"
            ),
            ("virtual=▸[2001:db8::1]:80", "an IPv6 address stands in 'virtual6'"),
            ("virtual=▸0", "a firewall mark is from 1 to 4294967295, not 0"),
            ("virtual=▸99999999999", "a firewall mark is from 1 to 4294967295, not 99999999999"),
            ("virtual=192.0.2.1:▸70000", "a port is from 0 to 65535, not 70000"),
            ("virtual=192.0.2.1:▸httq", "no port is named 'httq'"),
            ("virtual=▸192.0.2.300:80", "invalid address '192.0.2.300'"),
            ("virtual6=[▸2001:db8::g]:80", "invalid address '2001:db8::g'"),
            ("virtual6=[▸192.0.2.1]:80", "'192.0.2.1' is no IPv6 address"),
            ("virtual=▸nowhere.example:80", "no IPv4 address was found for 'nowhere.example'"),
            ("▸virtual", "unknown directive 'virtual' in the global part"),
            ("▸virtual=", "'virtual' needs an address with a port, or a firewall mark, not ''"),
        ])
    func global(_ marked: String, _ message: String) {
        let marked = MarkedText(marked)
        readLdirectord(marked.text).expectError(message, at: marked)
    }

    @Test(
        "In a virtual server",
        arguments: [
            ("  ▸chektype=connect", "unknown directive 'chektype' in a virtual server"),
            ("  ▸timeout=3", "unknown directive 'timeout' in a virtual server"),
            ("  ▸autoreload=yes", "unknown directive 'autoreload' in a virtual server"),
            ("▸checkport=80", "'checkport' belongs to a virtual server"),
            ("  ▸service", "'=' is expected after 'service'"),
            (
                "  checktype=▸conect",
                "'checktype' is connect, external, external-perl, negotiate, off, on or ping, not 'conect'"
            ),
            ("  service=▸http_proxy", "a proxy needs a 'request': the whole URL of a page"),
            (
                "  service=http_proxy\n  request=\"▸index.html\"",
                "a proxy needs the whole URL of a page (http://HOST/PATH), not 'index.html'"
            ),
            ("  service=▸dns", "service=dns needs a 'request': the name to ask for"),
            ("  checkport=▸0", "'checkport' needs a number from 1 to 65535, not '0'"),
            ("  checkport=▸65536", "'checkport' needs a number from 1 to 65535, not '65536'"),
            ("  request=▸\"", "this quoted string has no end"), ("  ▸request=", "'request' needs a value"),
            ("  request=▸\"\"", "'request' needs a value"), ("  receive=▸\"\"", "'receive' needs a value"),
            ("  request=\"▸http://x/y\"", "a whole URL can't be requested: the check goes to the real server"),
            ("  receive=\"a(b▸\"", "invalid regular expression: missing closing parenthesis"),
            ("  httpmethod=▸POST", "'httpmethod' is GET or HEAD, not 'POST'"),
            ("  virtualhost=▸www x", "a virtual host holds no blanks, not 'www x'"),
            ("  ▸login=", "'login' needs a value"), ("  ▸passwd=", "'passwd' needs a value"),
            ("  ▸database=", "'database' needs a value"), ("  ▸secret=", "'secret' needs a value"),
            ("  ▸load=", "'load' needs a value"), ("  ▸checkcommand=", "'checkcommand' needs a value"),
            ("  ▸monitorfile=", "'monitorfile' needs a value"),
            ("  scheduler=▸RR", "a scheduler's name is small letters, not 'RR'"),
            ("  schedflags=▸sh-port", "'sh-port' is a flag of the scheduler 'sh'"),
            ("  schedflags=▸port", "unknown scheduler flag 'port'"),
            ("  ▸schedflags=", "'schedflags' needs a value"),
            ("  persistent=▸0", "'persistent' needs a number from 1 to 2678400, not '0'"),
            ("  netmask=▸24", "a netmask is a dotted quad as 255.255.255.0, not '24'"),
            ("  netmask=▸255.0.255.0", "a netmask is a dotted quad as 255.255.255.0, not '255.0.255.0'"),
            ("  protocol=▸sctp", "'protocol' is tcp, udp or fwm, not 'sctp'"),
            ("  protocol=▸fwm", "the protocol of an address and port must be tcp or udp"),
            ("  ops=▸maybe", "'ops' must be 'yes' or 'no', not 'maybe'"),
            ("  fallback6=▸[::1]:80", "'fallback' is what belongs here, not 'fallback6'"),
            ("  real6=▸[2001:db8::2]:80 gate", "'real' is what belongs here, not 'real6'"),
            ("  real=▸192.0.2.3:80", "the forwarding method is missing: gate, masq or ipip"),
            ("  real=192.0.2.3:80 ▸nat", "the forwarding method must be gate, masq or ipip, not 'nat'"),
            ("  real=192.0.2.3:80 gate ▸-1", "unexpected '-1'"),
            ("  real=192.0.2.3:80 gate ▸65536", "a weight is from 0 to 65535, not '65536'"),
            (
                "  real=192.0.2.3:80 gate 1 \"▸a\"",
                "a request in quotes is followed by what to receive, in quotes"
            ),
            ("  real=192.0.2.3:80 gate 1 ▸x:5", "unexpected 'x:5'"),
            ("  real=192.0.2.3:80 gate 1 ▸l:x", "unexpected 'l:x'"),
            ("  real=▸192.0.2.3:80 gate l:5 u:4", "the lower threshold 5 is above the upper one, 4"),
            ("  real=▸192.0.2.9->192.0.2.8:80 gate", "the range goes from 192.0.2.9 down to 192.0.2.8"),
            ("  real=▸10.0.0.0->10.255.255.255:80 gate", "a range has 4096 addresses at most"),
            ("  real=192.0.2.3:▸80->192.0.2.4 gate", "the port stands after the last address of a range"),
            ("  real=▸2001:db8::2:80 gate", "an IPv6 address stands in brackets: '[2001:db8::2:80]'"),
            (
                "virtual=▸192.0.2.1:80\n  real=192.0.2.3 gate",
                "the virtual server 'tcp 192.0.2.1:80' is written twice"
            ),
        ])
    func virtual(_ marked: String, _ message: String) {
        let marked = MarkedText(Self.real + marked)
        readLdirectord(marked.text).expectError(message, at: marked)
    }

    @Test(
        "Of real servers that stand at one place of the table one is left: the later, where its port is that place's",
        arguments: [
            (
                "192.0.2.1:80", ["192.0.2.2:80 gate", "192.0.2.2:80 gate 2"], ["192.0.2.2:80 gate 2"],
                "this one"
            ),
            (
                "192.0.2.1:80", ["192.0.2.2:80 gate", "192.0.2.2:80 masq 2"], ["192.0.2.2:80 masq 2"],
                "this one"
            ),
            (
                "192.0.2.1:80", ["192.0.2.2:8080 gate", "192.0.2.2:80 masq 2"], ["192.0.2.2:80 masq 2"],
                "this one"
            ),
            (
                "192.0.2.1:80", ["192.0.2.2:8080 gate", "192.0.2.2:8081 gate 2"], ["192.0.2.2:80 gate 1"],
                "the first one"
            ),
            ("192.0.2.1:80", ["192.0.2.2 gate", "192.0.2.2 gate 2"], ["192.0.2.2:80 gate 1"], "the first one"),
            (
                "192.0.2.1:80", ["192.0.2.3:80 masq 5", "192.0.2.2->192.0.2.4:80 masq"],
                ["192.0.2.3:80 masq 1", "192.0.2.2:80 masq 1", "192.0.2.4:80 masq 1"], "this one"
            ), ("7", ["192.0.2.2:80 gate", "192.0.2.2:80 ipip 2"], ["192.0.2.2:80 ipip 2"], "this one"),
            ("7", ["192.0.2.2 gate", "192.0.2.2 gate 2"], ["192.0.2.2:0 gate 2"], "this one"),
        ] as [(String, [String], [String], String)])
    func coinciding(_ virtual: String, _ reals: [String], _ left: [String], _ counts: String) throws {
        let text = "virtual=\(virtual)\n  checktype=on\n" + reals.map { "  real=\($0)\n" }.joined()
        let result = readLdirectord(text)
        let servers = try result.accepted().director.virtualServers[0].realServers.map(\.destination)
        #expect(servers.map { "\($0.endpoint) \($0.forwarding) \($0.weight)" } == left)
        let warnings = result.warnings.filter { $0.message.contains("twice") }
        #expect(warnings.count == 1)
        let warning = try #require(warnings.first)
        #expect(warning.message.hasSuffix(" is written twice: \(counts) counts"))
        #expect(warning.position?.line == 4 && warning.notes.map(\.position.line) == [3])
    }

    @Test("Ranges that have much in common are warned about once")
    func coincidingRanges() {
        let range = "  real=10.0.0.1->10.0.0.200:80 gate\n"
        let result = readLdirectord("virtual=192.0.2.1:80\n  checktype=on\n" + range + range)
        #expect(result.settings?.director.virtualServers[0].realServers.count == 200)
        #expect(
            result.warnings.map(\.message) == ["the real server 10.0.0.1:80 is written twice: this one counts"])
    }

    @Test("That a virtual server has no real server is not said where a mistake took it away")
    func mistakenReal() {
        let result = readLdirectord("virtual=192.0.2.1:80\n  real=192.0.2.2:80 nat\n  checktype=on")
        #expect(result.errors.count == 1 && result.warnings.isEmpty)
    }

    @Test(
        "What is said of a password doesn't tell it",
        arguments: ["passwd=\"a;hunter2", "secret = \"b;hunter2"])
    func hidden(_ line: String) {
        let errors = readLdirectord(Self.real + "  service=radius\n  \(line)").errors
        #expect(!errors.isEmpty)
        for error in errors {
            #expect(error.sourceLine != nil && !error.description.contains("hunter2"))
        }
    }

    @Test(
        "In a virtual server of its own",
        arguments: [
            (
                "virtual=▸192.0.2.1:53\n  real=192.0.2.2 gate",
                "service=dns needs a 'request': the name to ask for"
            ),
            (
                "virtual=1\n  real=▸192.0.2.2 gate\n  checktype=connect",
                "it is not known which port of this server to check"
            ),
            ("virtual=1\n  protocol=▸tcp\n  checktype=on", "the protocol of a firewall mark must be fwm"),
            (
                "virtual6=[2001:db8::1]:80\n  real6=▸[2001:db8::2]->[2001:db8::3]:80 gate",
                "a range of IPv6 addresses can't be written"
            ),
            (
                "virtual6=[2001:db8::1]:80\n  persistent=5\n  netmask=▸255.255.255.0",
                "a netmask is a length from 1 to 128 here, not '255.255.255.0'"
            ),
            (
                "virtual=▸192.0.2.1:0\n  real=192.0.2.2 gate\n  checktype=on",
                "port 0, which is every port, needs persistence"
            ),
        ])
    func checks(_ marked: String, _ message: String) {
        let marked = MarkedText(marked)
        readLdirectord(marked.text).expectError(message, at: marked)
    }

    @Test("A virtual server of both files is a mistake that names both")
    func duplicate() throws {
        let own = "virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2; };"
        let result = readLdirectord(Self.real, director: own)
        let error = try #require(result.errors.first)
        #expect(error.message == "the virtual server 'tcp 192.0.2.1:80' is written twice")
        #expect(error.position == SourcePosition(file: "/etc/swerve/l.cf", line: 1, column: 9))
        #expect(error.notes.map(\.position.file) == ["/etc/swerve/swerve.conf"])
    }

    @Test("A mistake in the virtual server's own line leaves the lines after it to be read")
    func brokenVirtual() {
        let text =
            "virtual=192.0.2.1\n  real=192.0.2.2:80 gate\n  chektype=connect\nvirtual=192.0.2.3:80\n  real=192.0.2.2 nat"
        #expect(readLdirectord(text).errors.map(\.position?.line) == [1, 3, 5])
    }

    @Test(
        "Warnings",
        arguments: [
            ("checktimeout=abc3x\n", "", "'abc3x' is read as 3"),
            ("", "real=192.0.2.3::80 gate", "'::' is read as ':'"),
            ("", "checktype=on really", "what follows 'on' is left out"),
            ("", "request=\"a\" b", "what follows the quotes is left out"),
            ("", "service=http\n  service=https", "'service' is written twice: this one counts"),
            ("supervised\n", "", "write 'supervised=yes'"), ("", "ops=yes", "'ops' has an effect on UDP only"),
            ("", "netmask=255.255.255.0", "a netmask has no effect without persistence"),
            ("", "scheduler=wrrr", "Linux has no scheduler 'wrrr' that we know of"),
            ("", "httpmethod=HEAD\n  receive=\"x\"", "an answer to HEAD has no body: 'receive' never matches"),
            (
                "", "fallback=127.0.0.1:8080 gate",
                "this fallback is on the director itself: gate delivers to port 80 there, not 8080"
            ),
            (
                "", "real=127.0.0.1:80 masq",
                "masq can't forward to 127.0.0.1: the kernel drops packets to loopback addresses from outside"
            ),
            (
                "", "fallback=127.0.0.1:8080 masq",
                "masq can't forward to 127.0.0.1: the kernel drops packets to loopback addresses from outside"
            ),
            (
                "checkcount=2\nreaddquiescent=yes\n", "checkcount=3\n  load=\"x\"",
                "this has no counterpart here: 'load' has no effect"
            ),
        ])
    func warnings(_ global: String, _ own: String, _ message: String) throws {
        let result = readLdirectord(global + Self.real + "  " + own)
        _ = try result.accepted()
        #expect(result.warnings.map(\.message) == [message])
    }

    @Test(
        "Directives that ask for nothing",
        arguments: [
            "supervised=yes\n", "supervised=no\n", "logfile=\"/x\"\n", "maintenancedir=/m\n",
            "callback=\"/x\"\n",
            "emailalert=\"a@b\"\nemailalertfrom=c@d\nemailalertfreq=0\nemailalertstatus=all\nsmtp=mx\n",
            "fallbackcommand=/y\n", "readdquiescent=yes\n", "fork=no\n", "fork=yes\n", "readdquiescent=no\n",
            "autoreload=no\n", "\t\n",
        ])
    func silent(_ global: String) {
        let result = readLdirectord(
            global + Self.real + "  comment=It's # ok\n  servicename=Web Site\n  login=\"a#b\"")
        #expect(result.settings != nil && result.diagnostics.isEmpty)
    }
}
