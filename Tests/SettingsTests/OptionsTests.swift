import Addresses
import Diagnostics
import Testing

@testable import Settings

@Suite("Options")
struct OptionsTests {
    private func options(_ text: String) throws -> Settings {
        try readConfiguration("options { \(text) };").accepted()
    }

    @Test func nothingWritten() throws {
        let settings = try readConfiguration("").accepted()
        #expect(settings == Settings(file: "/etc/swerve/swerve.conf").in("/etc/swerve"))
        #expect(settings.listeners.map(\.port) == [53, 53])
        #expect(settings.listeners.map(\.family) == [.v4, .v6])
        #expect(settings.allowQuery == .any && settings.maximumUDPSize == 1232)
        #expect(settings.minimalResponses == .yes && settings.minimalAny)
        #expect(settings.stateDirectory == "/var/lib/swerve")
        #expect(settings.control == ControlSettings(path: "/run/swerve/control.sock", permissions: 0o600))
        #expect(settings.director.backend == .none)
        #expect(settings.steering == SteeringSettings(ttl: .seconds(30), whenAllDown: .withdraw, answers: .all))
    }

    @Test func everythingWritten() throws {
        let settings = try options(
            """
            directory "/d"; state-directory "s"; allow-query { 10/8; }; minimal-responses no; max-udp-size 1400; minimal-any no;
            tcp-clients 10; tcp-idle-timeout 50; tcp-listen-queue 7; autoreload yes; version "none of yours";
            hostname none; server-id hostname; recursion no; edns-udp-size 4096; tcp-clients-per-address 4;
            """)
        #expect(settings.directory == "/d")
        #expect(settings.stateDirectory == "/d/s")
        #expect(settings.allowQuery == AccessList([.init(.network(try #require(Prefix("10.0.0.0/8"))))]))
        #expect(settings.minimalResponses == .no && !settings.minimalAny)
        // The smaller one of both ways.
        #expect(settings.maximumUDPSize == 1400)
        #expect(settings.maximumTCPClients == 10 && settings.maximumTCPClientsPerAddress == 4)
        #expect(settings.tcpIdleTimeout == .seconds(5))
        #expect(settings.tcpListenQueue == 7)
        #expect(settings.autoreload)
        #expect(settings.version == .text("none of yours"))
        #expect(settings.hostname == .none && settings.serverID == .standard)
    }

    @Test(
        "What is read and has no effect yet is warned about; what asks for nothing is not",
        arguments: [
            ("options { version \"x\"; hostname none; server-id hostname; };", nil),
            ("options { nocookie-udp-size 512; };", "'nocookie-udp-size' has no effect"),
            ("options { response-padding { any; } block-size 468; };", "'response-padding' has no effect"),
            ("options { tcp-listen-queue 7; };", "'tcp-listen-queue' has no effect"),
            ("director { sysctls report; };", nil),
        ] as [(String, String?)])
    func withoutEffect(_ text: String, _ words: String?) throws {
        let warnings = readConfiguration(text).warnings
        #expect(warnings.count == (words == nil ? 0 : 1))
        #expect(warnings.allSatisfy { $0.message.contains(words ?? "") })
    }

    @Test(
        "Listeners: each family has its default",
        arguments: [
            ("", ["v4:53", "v6:53"]), ("port 5300;", ["v4:5300", "v6:5300"]),
            ("listen-on { any; };", ["v4:53", "v6:53"]),
            ("listen-on port 54 { any; }; port 55;", ["v4:54", "v6:55"]),
            ("listen-on-v6 { none; };", ["v4:53"]),
            ("listen-on { !any; }; listen-on-v6 { !none; };", ["v6:53"]),
            (
                "listen-on port 54 { 10.0.0.1; }; listen-on port 55 { 10.0.0.2; }; listen-on-v6 { none; };",
                ["v4:54", "v4:55"]
            ),
        ])
    func listeners(_ text: String, _ expected: [String]) throws {
        let listeners = try options(text).listeners.filter { !$0.isNone }
        #expect(listeners.map { "\($0.family):\($0.port)" }.sorted() == expected)
    }

    @Test(
        "Minimal responses",
        arguments: [
            ("yes", .yes), ("no", .no), ("no-auth", .noAuth), ("no-auth-recursive", .noAuthRecursive),
            ("1", .yes),
            ("false", .no),
        ] as [(String, Settings.MinimalResponses)])
    func minimalResponses(_ value: String, _ expected: Settings.MinimalResponses) throws {
        #expect(try options("minimal-responses \(value);").minimalResponses == expected)
    }

    @Test("A size out of range is brought into it, with a warning", arguments: [("100", 512), ("65535", 4096)])
    func sizes(_ value: String, _ expected: UInt16) throws {
        let result = readConfiguration("options { max-udp-size \(value); };")
        #expect(try result.accepted().maximumUDPSize == expected)
        #expect(result.warnings.map(\.message) == ["a size is from 512 to 4096: \(expected) is taken"])
    }

    @Test(
        "Mistakes",
        arguments: [
            ("prot 53;", "▸", "unknown statement 'prot' in 'options'"),
            ("port ▸0;", "", "a port is from 1 to 65535, not 0"),
            ("port ▸65536;", "", "a port is from 1 to 65535, not 65536"),
            ("port ▸99999999999999999999;", "", "a port is expected, not '99999999999999999999'"),
            ("port ▸-1;", "", "a port is expected, not '-1'"),
            ("listen-on port ▸x { any; };", "", "a port is expected, not 'x'"),
            ("▸listen-on port 853 tls ephemeral { any; };", "", "DNS over TLS is not served yet"),
            ("minimal-responses ▸maybe;", "", "'yes' or 'no' is expected, not 'maybe'"),
            ("tcp-clients ▸0;", "", "a number of connections is from 1 to 1000000, not 0"),
            ("port 53; ▸port 54;", "", "'port' is written twice"),
            ("directory ▸\"\";", "", "a path is expected"),
            ("▸blackhole { 10/8; };", "", "'blackhole' can't be enforced yet"),
            (
                "▸allow-query-on { 10.0.0.1; };", "",
                "access by the address that was asked can't be enforced yet"
            ),
            (
                "▸allow-update { 10.0.0.1; };", "",
                "dynamic updates can't be done: 'none' is all that can be allowed"
            ),
            ("▸dnssec-policy default;", "", "zones can't be signed here: sign the file"),
            ("▸auto-dnssec maintain;", "", "zones can't be signed here: sign the file"),
            ("▸masterfile-format raw;", "", "only zone files in text form can be read"),
            ("▸catalog-zones { zone \"x\"; };", "", "catalog zones can't be served yet"),
            ("▸zone \"a\" { };", "", "unknown statement 'zone' in 'options'"),
        ])
    func mistakes(_ marked: String, _ lead: String, _ message: String) {
        let marked = MarkedText("options { " + lead + marked + " };")
        readConfiguration(marked.text).expectError(message, at: marked)
    }

    @Test(
        "Hints",
        arguments: [
            ("options { lissten-on { any; }; };", "did you mean 'listen-on'?"),
            ("options { recurson no; };", "did you mean 'recursion'?"),
            ("options { zone \"x\" { }; };", "it belongs outside of 'options': a '}' may be missing"),
            ("recursion no;", "it belongs in 'options'"), ("optoins { };", "did you mean 'options'?"),
            ("zone \"x\" { type primry; file \"x\"; };", "did you mean 'primary'?"),
            ("zone \"x\" { typ primary; };", "did you mean 'type'?"),
            ("director { bakend ipvs; };", "did you mean 'backend'?"),
            ("director { backend ipvz; };", "did you mean 'ipvs'?"),
            ("virtual-server tcp 192.0.2.1 port 80 { };", "it belongs in 'director'"),
            ("steering { answer all; };", "did you mean 'answers'?"),
        ])
    func hints(_ text: String, _ hint: String) {
        #expect(readConfiguration(text).errors.first?.hint == hint)
    }

    @Test(
        "What asks for nothing is not warned about",
        arguments: [
            "recursion no;", "dnssec-validation no;", "allow-transfer { none; };", "notify no;",
            "forwarders { };",
            "allow-update { none; };", "allow-recursion { none; };", "dnssec-policy none;", "querylog no;",
            "pid-file none;", "allow-query-on { any; };", "blackhole { none; };", "masterfile-format text;",
        ])
    func silent(_ option: String) throws {
        let result = readConfiguration("options { \(option) };")
        _ = try result.accepted()
        #expect(result.diagnostics.isEmpty)
    }

    @Test(
        "One warning per reason tells what is not done",
        arguments: [
            (
                "recursion yes; forwarders { 10.0.0.1; }; prefetch 2; allow-recursion { any; };",
                [
                    "this server does not recurse or forward: 'recursion', 'forwarders', 'prefetch', 'allow-recursion' have no effect"
                ]
            ),
            (
                "notify yes; allow-transfer { 10.0.0.1; }; also-notify { 10.0.0.1; };",
                [
                    "zones are not transferred and secondaries not notified yet: 'notify', 'allow-transfer', "
                        + "'also-notify' have no effect"
                ]
            ),
        ])
    func grouped(_ text: String, _ warnings: [String]) throws {
        let result = readConfiguration("options { \(text) };")
        _ = try result.accepted()
        #expect(result.warnings.map(\.message) == warnings)
    }
}

extension Settings {
    fileprivate func `in`(_ directory: String) -> Settings {
        var copy = self
        copy.directory = directory
        return copy
    }
}

@Suite("The control socket")
struct ControlsTests {
    @Test(
        arguments: [
            ("unix \"c.sock\";", ControlSettings(path: "/etc/swerve/c.sock")),
            ("unix \"/c\" perm 0660;", ControlSettings(path: "/c", permissions: 0o660)),
            (
                "unix \"/c\" perm 640 owner 0 group \"adm\";",
                ControlSettings(path: "/c", permissions: 0o640, owner: "0", group: "adm")
            ), ("", ControlSettings()),
        ])
    func reads(_ text: String, _ expected: ControlSettings) throws {
        #expect(try readConfiguration("controls { \(text) };").accepted().control == expected)
    }

    @Test func inet() throws {
        let result = readConfiguration(
            "controls { inet 127.0.0.1 port 953\n allow { localhost; }\n keys { k; }; };")
        #expect(try result.accepted().control == ControlSettings())
        #expect(
            result.warnings.map(\.message) == ["the control channel is a UNIX socket: 'inet' has no effect"])
    }

    @Test(
        arguments: [
            ("unix \"/c\" perm ▸0800;", "permission bits are octal, as 0600, not '0800'"),
            ("unix \"/c\" perm ▸1777;", "permission bits are octal, as 0600, not '1777'"),
            ("unix \"/c\" ▸prem 0600;", "'perm', 'owner' or 'group' is expected, not 'prem'"),
            ("unix \"/c\"; ▸unix \"/d\";", "'unix' is written twice"),
            ("▸unx \"/c\";", "unknown statement 'unx' in 'controls'"),
            (
                "unix ▸\"/\(String(repeating: "x", count: 107))\";",
                "the path of a socket has at most 107 octets, this one 108"
            ),
        ])
    func mistakes(_ marked: String, _ message: String) {
        let marked = MarkedText("controls { \(marked) };")
        readConfiguration(marked.text).expectError(message, at: marked)
    }
}
