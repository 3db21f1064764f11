internal import Addresses
internal import Diagnostics
internal import Director
internal import Patterns
internal import Settings

/// The text of swerve.conf. What comes of it is settings or errors, at places of the text.
enum ConfigurationTexts {
    static func run(_ input: [UInt8]) throws(Finding) {
        try read(["/etc/swerve/swerve.conf": input, "/etc/swerve/l.cf": Array(LdirectordTexts.example.utf8)])
    }

    /// Reads a configuration of files that are nowhere else.
    static func read(_ files: [String: [UInt8]]) throws(Finding) {
        let result = SettingsReader.read(path: "/etc/swerve/swerve.conf", environment: environment(files))
        let hasErrors = result.diagnostics.contains { $0.severity == .error }
        try require((result.settings == nil) == hasErrors, "settings and errors, or neither")
        for diagnostic in result.diagnostics {
            if let position = diagnostic.position, let text = files[position.file] {
                try ZoneTexts.check(diagnostic, text)
            }
        }
    }

    private static func environment(_ files: [String: [UInt8]]) -> ReaderEnvironment {
        ReaderEnvironment(
            readFile: { files[$0].map { .success($0) } ?? .failure(.init("No such file or directory")) },
            expandPattern: { pattern in
                files.keys.filter { $0.hasPrefix(pattern.prefix { $0 != "*" }) }.sorted()
            },
            resolve: { questions, _ in
                var answers: [ReaderEnvironment.HostQuestion: IPAddress] = [:]
                for question in questions where question.host.hasPrefix("h") && question.family == .v4 {
                    answers[question] = .v4(.loopback)
                }
                return answers
            },
            port: { name, _ in ["http": 80, "https": 443, "domain": 53][name] },
            patternError: { text in
                do throws(PatternError) {
                    _ = try Pattern(text)
                    return nil
                } catch {
                    return (error.message, error.offset)
                }
            })
    }

    static let words = [
        "options", "directory", "listen-on", "listen-on-v6", "port", "any;", "none;", "allow-query", "acl",
        "zone", "type", "primary", "master", "file", "controls", "unix", "perm", "director", "backend", "ipvs",
        "relay", "ldirectord", "vip-interface", "virtual-server", "tcp", "udp", "fwmark", "scheduler", "quorum",
        "real-server", "forward", "gate", "weight", "fallback", "check", "http", "path", "match", "interval",
        "steering", "ttl", "answers", "single", "name", "when-all-down", "include", "view", "logging", "{ ",
        "};",
        "/*", "*/", "//", "#", "localhost", "192.0.2.1", "2001:db8::1", "10/8", "rate-limit",
        "minimal-responses",
        "allow-transfer", "!",
    ]

    static let seeds: [[UInt8]] = [
        """
        include "zones.conf"; acl inner { 10/8; !192.0.2.1; "later"; }; acl later { ::1; };
        options { directory "/var/named"; listen-on port 53 { any; }; listen-on-v6 { none; };
            allow-query { inner; }; recursion yes; minimal-responses no; max-udp-size 4096; };
        zone "example.com" IN { type primary; file "example.zone"; allow-query { any; }; };
        """,
        """
        /* comment */ // comment
        controls { unix "c.sock" perm 0600 owner 0; inet 127.0.0.1 allow { any; }; }; # comment
        director {
            backend ipvs; ldirectord "l.cf"; vip-interface lo;
            virtual-server tcp 192.0.2.1 port 80 {
                scheduler sh; scheduler-flags sh-port; persistence 10m; netmask 24; quorum 1;
                real-server 192.0.2.2 port 80 { forward gate; weight 1; check connect { port 81; }; };
                fallback 127.0.0.1 port 80 { forward ipip; };
                check http { path "/i"; match "R(S)"; host "h"; interval 1s; timeout 3s; rise 1; fall 2; };
            };
        };
        """,
        """
        director { virtual-server fwmark 1 inet6 { real-server 2001:db8::2 { check on; }; };
            vip 203.0.113.5 { virtual-server tcp 192.0.2.1 port 80; requires all; when-all-down serve-all; }; };
        steering { ttl 30s; answers all; name "www.example.com" { answers single; }; };
        """,
        """
        logging { channel c { file "x" versions 3 size 5m; severity info; }; category default { c; }; };
        key "k" { algorithm hmac-sha256; secret "AQID"; };
        zone "." { type hint; file "root.hints"; };
        zone "0.in-addr.arpa" { type master; file "/etc/bind/db.0"; notify no; allow-transfer { none; }; };
        """,
    ].map { Array($0.utf8) }
}

/// The text of ldirectord.cf, which a swerve.conf names.
enum LdirectordTexts {
    static func run(_ input: [UInt8]) throws(Finding) {
        try ConfigurationTexts.read([
            "/etc/swerve/swerve.conf": Array("director { ldirectord \"l.cf\"; };".utf8),
            "/etc/swerve/l.cf": input,
        ])
    }

    static let words = [
        "virtual=", "virtual6=", "real=", "real6=", "fallback=", "gate", "masq", "ipip", "->", "service=",
        "checktype=", "checkport=", "request=", "receive=", "virtualhost=", "persistent=", "netmask=",
        "protocol=",
        "scheduler=", "checktimeout=", "negotiatetimeout=", "checkinterval=", "checkcount=", "autoreload=",
        "logfile=",
        "quiescent=", "cleanstop=", "emailalert=", "execute=", "login=", "database=", "negotiate", "connect",
        "external", "\n\t", "#", "\"", "192.0.2.1:80", "[2001:db8::1]:80", "host:http",
    ]

    static let example = """
        checktimeout=3
        fallback=127.0.0.1:80 gate
        logfile="/x" # comment
        virtual=192.0.2.7:http
        \treal=192.0.2.2->192.0.2.5:80 gate 5 "a", "b"
            real=host::81 masq
            request="i.html" # comment
            receive="R(S)"
            virtualhost=www
            persistent=5
            netmask=255.255.255.0

        """

    static let seeds: [[UInt8]] = [
        example,
        """
        checktimeout=10
        checkinterval=2
        checkcount=3
        autoreload=yes
        quiescent=no
        emailalert="a@b"
        emailalertstatus=starting, running
        virtual6=[2001:db8::1]:80
            real6=[2001:db8::2]:80 gate 100
            service=https
            scheduler=wlc
            schedflags=flag-1,flag-2
            protocol=tcp
            checktype=negotiate
            checkport=443
        virtual=1
            real=192.0.2.1:53 ipip
            service=dns
            request="www.example.com"
            protocol=fwm
            checktype=off
        """,
        """
        virtual=192.0.2.1:3306
            real=192.0.2.2:3306 masq 1
            service=mysql
            login="u"
            passwd="p"
            database="d"
            request="SELECT 1"
            checktype=external
            checkcommand="/bin/true"
            failurecommand="x"
            fallbackcommand="y"
        """,
    ].map { Array($0.utf8) }
}
