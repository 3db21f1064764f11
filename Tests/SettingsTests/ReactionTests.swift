import Diagnostics
import Director
import Testing

@testable import Settings

@Suite("What is done besides when something changes")
struct ReactionTests {
    private func mail(_ text: String) throws -> MailSettings? {
        try reactions(text).mail
    }

    private func reactions(_ text: String) throws -> ReactionSettings {
        let result = readLdirectord(text)
        return try #require(try result.accepted().director.virtualServers.first).reactions
    }

    private static let virtual = "virtual=192.0.2.1:80\n  real=192.0.2.2:80 gate\n"

    @Test("ldirectord.cf: for all, and for one")
    func ldirectord() throws {
        let global = """
            emailalert="a@b.example, c@d.example"
            emailalertfrom=e@f.example
            emailalertfreq=3600
            emailalertstatus=starting,running
            smtp=mx.example
            fallbackcommand=/global

            """
        var expected = MailSettings(to: ["a@b.example", "c@d.example"])
        expected.sender = "e@f.example"
        expected.reminder = .seconds(3600)
        expected.occasions = [.starting, .running]
        expected.server = "mx.example"
        expected.serviceName = "Web"
        let all = try reactions(global + Self.virtual + "  servicename=Web\n  monitorfile=/m")
        #expect(all.mail == expected && all.fallbackCommand == "/global" && all.monitorFile == "/m")

        let own = "  emailalert=g@h\n  emailalertfreq=0\n  emailalertstatus=none\n  smtp=\"1.2.3.4\"\n"
        expected = MailSettings(to: ["g@h"])
        expected.sender = "e@f.example"
        expected.occasions = []
        expected.server = "1.2.3.4"
        let one = try reactions(global + Self.virtual + own + "  fallbackcommand=\"/own x\"")
        #expect(one.mail == expected && one.fallbackCommand == "/own x" && one.monitorFile == nil)
        #expect(try reactions(Self.virtual).isEmpty)
    }

    @Test("swerve.conf: for all, and for one")
    func own() throws {
        let text = """
            director {
                maintenance-directory "/m"; fallback-command "/all";
                mail { to a@b c@d; from e@f; reminder 1h; when running reloading; server mx; subject "S"; comment "C"; };
                virtual-server tcp 192.0.2.1 port 80 { real-server 192.0.2.2; monitor-file "/f"; };
                virtual-server tcp 192.0.2.1 port 81 { real-server 192.0.2.2; mail { to g@h; }; fallback-command "/one"; };
            };
            """
        let director = try readConfiguration(text).accepted().director
        var mail = MailSettings(to: ["a@b", "c@d"])
        mail.sender = "e@f"
        mail.reminder = .seconds(3600)
        mail.occasions = [.running, .reloading]
        mail.server = "mx"
        mail.serviceName = "S"
        mail.comment = "C"
        let (first, second) = (director.virtualServers[0].reactions, director.virtualServers[1].reactions)
        #expect(first.mail == mail && first.fallbackCommand == "/all" && first.monitorFile == "/f")
        #expect(second.mail == MailSettings(to: ["g@h"]) && second.fallbackCommand == "/one")
        #expect(director.maintenanceDirectory == "/m")
    }

    @Test(
        "Mistakes",
        arguments: [
            ("▸mail { from a@b; };", "mail needs somebody who gets it: 'to'"),
            ("mail { to ▸\"a b\"; };", "'a b' is no address for mail"),
            ("mail { to ▸\"a>b\"; };", "'a>b' is no address for mail"),
            (
                "mail { to a; when ▸never; };",
                "an occasion is starting, running, stopping or reloading, not 'never'"
            ),
            ("mail { to a; ▸cc b; };", "unknown statement 'cc' in 'mail'"),
        ])
    func mistakes(_ marked: String, _ message: String) {
        let marked = MarkedText("director { \(marked) };")
        readConfiguration(marked.text).expectError(message, at: marked)
    }

    /// The numbers are those of RFC 5424, section 6.2.1, table 1.
    @Test(
        "Where the log goes",
        arguments: [
            ("/var/log/x", nil, nil), ("daemon", 3, nil), ("authpriv", 10, nil), ("local0", 16, nil),
            ("LOG_LOCAL7", 23, nil), ("locl0", 3, "did you mean 'local0'?"),
            ("var/log/x", 3, "a file's path begins with '/'"),
        ] as [(String, Int32?, String?)])
    func log(_ text: String, _ facility: Int32?, _ hint: String?) throws {
        let expected = facility.flatMap(SyslogFacility.init(rawValue:)).map(LogPlace.syslog) ?? .file(text)
        for result in [
            readLdirectord("logfile=\"\(text)\"\n" + Self.virtual),
            readConfiguration("director { log-file \"\(text)\"; };"),
        ] {
            let director = try result.accepted().director
            #expect((director.ldirectordFiles.first?.log ?? director.log) == expected)
            #expect(result.diagnostics.map(\.hint) == (hint == nil ? [] : [hint]))
            #expect(result.diagnostics.allSatisfy { $0.position?.line == 1 && $0.severity == .warning })
        }
    }

    @Test(
        "A file without a virtual server is taken, as ldirectord takes it, with a warning",
        arguments: [
            ("", 1), ("autoreload=yes\n", 1), ("execute=empty.cf\n", 1), ("execute=full.cf\n", 0),
            ("chektimeout=1\n", 0),
        ])
    func empty(_ text: String, _ warnings: Int) {
        let files = [
            "/etc/swerve/l.cf": text, "/etc/swerve/empty.cf": "", "/etc/swerve/full.cf": Self.virtual,
        ]
        let result = readConfiguration("director { ldirectord \"l.cf\"; };", files: files)
        let said = result.warnings.filter { $0.message == "there is no virtual server in it" }
        #expect(
            said.map(\.position)
                == Array(
                    repeating: SourcePosition(file: "/etc/swerve/l.cf", line: 1, column: 1), count: warnings))
    }

    @Test("A file that is to be executed is read into the same process, once")
    func execute() throws {
        let files = [
            "/etc/swerve/l.cf": "execute=other.cf\nexecute=/abs.cf\nlogfile=\"local0\"\n" + Self.virtual,
            "/etc/swerve/other.cf":
                "execute=l.cf\nautoreload=yes\ncallback=\"/c\"\nmaintenancedir=/m\nlogfile=\"/l\"\nquiescent=yes\nvirtual=192.0.2.1:81\n  real=192.0.2.2:81 gate\n  service=http",
            "/abs.cf": "virtual=192.0.2.1:82\n  real=192.0.2.2:82 gate\n  service=http",
        ]
        let director = try readConfiguration("director { ldirectord \"l.cf\"; };", files: files).accepted()
            .director
        #expect(
            director.virtualServers.map(\.key.description) == [
                "tcp 192.0.2.1:80", "tcp 192.0.2.1:81", "tcp 192.0.2.1:82",
            ])
        #expect(director.virtualServers.map(\.isQuiescent) == [false, true, false])
        var first = LdirectordFileSettings(path: "/etc/swerve/l.cf")
        first.log = .syslog(.local0)
        var second = LdirectordFileSettings(path: "/etc/swerve/other.cf")
        second.log = .file("/l")
        second.isReloaded = true
        second.callback = "/c"
        second.maintenanceDirectory = "/m"
        #expect(director.ldirectordFiles == [first, second, LdirectordFileSettings(path: "/abs.cf")])
    }
}
