import Addresses
import DNSClient
import DNSWire

/// What the four servers are told: the same zones, and to behave alike where they can.
struct ServerConfiguration {
    var endpoint: Endpoint
    var folder: String
    var zones: [(origin: DomainName, file: String)]
    var minimalResponses: Bool

    /// The configuration's text.
    func text(_ kind: ServerKind) -> String {
        switch kind {
        case .swerve: swerve
        case .bind: bind
        case .nsd: nsd
        case .knot: knot
        }
    }

    private func zones(_ line: (_ origin: String, _ file: String) -> String) -> String {
        zones.map { line($0.origin.text, $0.file) }.joined()
    }

    private var swerve: String {
        """
        options {
            listen-on port \(endpoint.port) { \(endpoint.address); };
            listen-on-v6 { none; };
            state-directory "\(folder)";
            minimal-responses \(minimalResponses ? "yes" : "no");
        };
        controls { unix "\(folder)/control.sock"; };

        """ + zones { "zone \"\($0)\" { type primary; file \"\($1)\"; };\n" }
    }

    private var bind: String {
        NamedConfiguration.text(
            zones: zones.map { ($0.origin.text, $0.file) }, at: endpoint, folder: folder,
            options: """
                minimal-responses \(minimalResponses ? "yes" : "no");
                minimal-any yes;
                answer-cookie no;
                check-names primary ignore;
                check-integrity no;
                check-mx ignore;
                check-mx-cname ignore;
                check-srv-cname ignore;
                check-sibling no;
                check-wildcard no;
                empty-zones-enable no;
                max-records-per-type 0;
                max-types-per-name 0;
                """)
    }

    private var nsd: String {
        """
        server:
            ip-address: \(endpoint.address)@\(endpoint.port)
            server-count: 1
            username: ""
            chroot: ""
            zonesdir: "\(folder)"
            database: ""
            zonelistfile: "\(folder)/zone.list"
            xfrdfile: ""
            xfrdir: "\(folder)"
            pidfile: "\(folder)/nsd.pid"
            ipv4-edns-size: 1232
            minimal-responses: \(minimalResponses ? "yes" : "no")
            refuse-any: no
            answer-cookie: no
            round-robin: no
            tcp-query-count: 0
            rrl-ratelimit: 0
            rrl-whitelist-ratelimit: 0
            verbosity: 1
        remote-control:
            control-enable: no

        """ + zones { "zone:\n    name: \"\($0)\"\n    zonefile: \"\($1)\"\n" }
    }

    private var knot: String {
        """
        server:
            rundir: "\(folder)"
            listen: \(endpoint.address)@\(endpoint.port)
            udp-workers: 1
            tcp-workers: 1
            background-workers: 1
            udp-max-payload: 1232
        log:
          - target: stderr
            any: info
        database:
            storage: "\(folder)"
        template:
          - id: default
            semantic-checks: off
            zonefile-sync: -1
            journal-content: none
            storage: "\(folder)"
        zone:

        """ + zones { "  - domain: \"\($0)\"\n    file: \"\($1)\"\n" }
    }
}
