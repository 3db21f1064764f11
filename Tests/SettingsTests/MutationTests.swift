import Diagnostics
import Testing

@testable import Settings

/// Numbers that are the same in every run (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

@Suite("Damaged files are read to the end")
struct MutationTests {
    private static let swerve = """
        include "zones.conf"; acl inner { 10/8; !192.0.2.1; "later"; }; acl later { ::1; };
        options { directory "/var/named"; listen-on port 53 { any; }; allow-query { inner; }; recursion yes; };
        /* comment */ // comment
        controls { unix "c.sock" perm 0600 owner 0; inet 127.0.0.1 allow { any; }; }; # comment
        director {
            backend ipvs; ldirectord "l.cf"; vip-interface lo;
            virtual-server tcp 192.0.2.1 port 80 {
                scheduler sh; scheduler-flags sh-port; persistence 10m; netmask 24;
                real-server 192.0.2.2 port 80 { forward gate; weight 1; check connect { port 81; }; };
                fallback 127.0.0.1 port 80 { forward ipip; };
                check http { path "/i"; match "R(S)"; host "h"; interval 1s; timeout 3s; };
            };
            virtual-server fwmark 1 inet6 { real-server 2001:db8::2 { check on; }; };
            vip 203.0.113.5 { virtual-server tcp 192.0.2.1 port 80; requires all; when-all-down serve-all; };
        };
        steering { ttl 30s; answers all; name "www.example.com" { answers single; }; };
        """
    private static let ldirectord = """
        checktimeout=3
        fallback=127.0.0.1:80 gate
        emailalertstatus=starting, running
        logfile="/x" # comment
        virtual=192.0.2.7:http
        \treal=192.0.2.2->192.0.2.5:80 gate 5 "a", "b" l:1 u:2
            real=host::81 masq
            request="ä/b" # comment
            receive="R(S)"
            virtualhost=www
            persistent=5
            netmask=255.255.255.0
        virtual6=[2001:db8::1]:80
            real6=[2001:db8::2]:80 gate
            service=https
            schedflags=flag-1,flag-2
        """

    private static func damaged(_ text: String, _ numbers: inout SeededNumbers) -> String {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &numbers) {
            let start = Int.random(in: 0...bytes.count, using: &numbers)
            let length = min(Int.random(in: 0...20, using: &numbers), bytes.count - start)
            switch Int.random(in: 0..<4, using: &numbers) {
            case 0: bytes.removeSubrange(start..<(start + length))
            case 1:
                bytes.insert(
                    contentsOf: bytes[start..<(start + length)],
                    at: Int.random(in: 0...bytes.count, using: &numbers))
            case 2:
                bytes.insert(
                    Array("{};\"!/*#\n=:[]->\\ 9é".utf8).randomElement(using: &numbers) ?? 0, at: start)
            default: bytes.insert(UInt8.random(in: 0...255, using: &numbers), at: start)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What comes back is settings or errors, and every place is one of the file.
    private static func judge(_ result: SettingsResult, _ texts: [String: String]) {
        #expect((result.settings == nil) == result.diagnostics.hasErrors)
        for diagnostic in result.diagnostics {
            guard let position = diagnostic.position, let text = texts[position.file] else { continue }
            let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            #expect((1...lines.count).contains(position.line))
            #expect(position.column <= String(Substring(lines[position.line - 1])).count + 1)
            #expect(!diagnostic.description.isEmpty)
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func neitherTrapsNorLies(_ seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let zones = StockFiles.zone + (StockFiles.redHat["/etc/named.conf"] ?? "")
        for round in 0..<300 {
            var files = [
                "/etc/swerve/swerve.conf": Self.swerve, "/etc/swerve/zones.conf": StockFiles.zone,
                "/var/named/l.cf": Self.ldirectord,
            ]
            switch round % 3 {
            case 0: files["/etc/swerve/swerve.conf"] = Self.damaged(Self.swerve, &numbers)
            case 1: files["/etc/swerve/zones.conf"] = Self.damaged(zones, &numbers)
            default: files["/var/named/l.cf"] = Self.damaged(Self.ldirectord, &numbers)
            }
            let result = SettingsReader.read(
                path: "/etc/swerve/swerve.conf", environment: environment(files, hosts: ["host": "192.0.2.99"]))
            Self.judge(result, files)
        }
    }

    @Test("The undamaged files load")
    func undamaged() throws {
        let files = ["/etc/swerve/zones.conf": StockFiles.zone, "/var/named/l.cf": Self.ldirectord]
        let settings = try readConfiguration(Self.swerve, files: files, hosts: ["host": "192.0.2.99"])
            .accepted()
        #expect(settings.director.virtualServers.count == 4)
        #expect(settings.director.virtualServers.map(\.realServers.count) == [1, 1, 5, 1])
    }
}
