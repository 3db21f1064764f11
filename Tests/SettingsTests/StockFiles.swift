/// Configurations as distributions install them: what is set, in the order in which it is set.
enum StockFiles {
    static let article = """
        options {
        //      listen-on port 53 { 127.0.0.1; };
                listen-on port 53 { any; };
                directory       "/var/named";
                dump-file       "/var/named/data/cache_dump.db";
                statistics-file "/var/named/data/named_stats.txt";
                memstatistics-file "/var/named/data/named_mem_stats.txt";
        //      allow-query     { localhost; };
                allow-query     { any; };
        };

        """

    static let zone = """
        zone "yufu123.com" IN {
                type master;
                file "yufu123.com.zone";

        };

        """

    /// Debian 12's /etc/bind, with a zone in named.conf.local.
    static let debian = [
        "/etc/bind/named.conf": """
        // This is the primary configuration file
        include "/etc/bind/named.conf.options";
        include "/etc/bind/named.conf.local";
        include "/etc/bind/named.conf.default-zones";
        """,
        "/etc/bind/named.conf.options": """
        options {
        \tdirectory "/var/cache/bind";

        \t// forwarders {
        \t// \t0.0.0.0;
        \t// };

        \t//====
        \tdnssec-validation auto;

        \tlisten-on-v6 { any; };
        };
        """,
        "/etc/bind/named.conf.local": zone,
        "/etc/bind/named.conf.default-zones": """
        // prime the server with knowledge of the root servers
        zone "." {
        \ttype hint;
        \tfile "/usr/share/dns/root.hints";
        };
        zone "localhost" {
        \ttype master;
        \tfile "/etc/bind/db.local";
        };
        zone "127.in-addr.arpa" {
        \ttype master;
        \tfile "/etc/bind/db.127";
        };
        zone "0.in-addr.arpa" {
        \ttype master;
        \tfile "/etc/bind/db.0";
        };
        zone "255.in-addr.arpa" {
        \ttype master;
        \tfile "/etc/bind/db.255";
        };
        """,
    ]

    /// Red Hat's /etc/named.conf, with a zone in named.rfc1912.zones.
    static let redHat = [
        "/etc/named.conf": """
        //
        // named.conf
        //
        options {
        \tlisten-on port 53 { 127.0.0.1; };
        \tlisten-on-v6 port 53 { ::1; };
        \tdirectory \t"/var/named";
        \tdump-file \t"/var/named/data/cache_dump.db";
        \tstatistics-file "/var/named/data/named_stats.txt";
        \tmemstatistics-file "/var/named/data/named_mem_stats.txt";
        \tsecroots-file\t"/var/named/data/named.secroots";
        \trecursing-file\t"/var/named/data/named.recursing";
        \tallow-query     { localhost; };

        \t/*
        \t - If you are building an AUTHORITATIVE DNS server, do NOT enable recursion.
        \t*/
        \trecursion yes;

        \tdnssec-enable yes;
        \tdnssec-validation yes;

        \tmanaged-keys-directory "/var/named/dynamic";
        \tgeoip-directory "/usr/share/GeoIP";

        \tpid-file "/run/named/named.pid";
        \tsession-keyfile "/run/named/session.key";

        \t/* https://fedoraproject.org/wiki/Changes/CryptoPolicy */
        \tinclude "/etc/crypto-policies/back-ends/bind.config";
        };

        logging {
                channel default_debug {
                        file "data/named.run";
                        severity dynamic;
                };
        };

        zone "." IN {
        \ttype hint;
        \tfile "named.ca";
        };

        include "/etc/named.rfc1912.zones";
        include "/etc/named.root.key";
        """,
        "/etc/crypto-policies/back-ends/bind.config": """
        disable-algorithms "." {
        RSAMD5;
        DSA;
        };
        disable-ds-digests "." {
        GOST;
        };
        """,
        "/etc/named.rfc1912.zones": """
        zone "localhost.localdomain" IN {
        \ttype master;
        \tfile "named.localhost";
        \tallow-update { none; };
        };
        zone "1.0.0.127.in-addr.arpa" IN {
        \ttype master;
        \tfile "named.loopback";
        \tallow-update { none; };
        };
        \(zone)
        """,
        "/etc/named.root.key": """
        managed-keys {
                # ROOT KEYS
                . initial-key 257 3 8 "AwEAAagAIKlVZrpC6Ia7gEzahOR+9W29euxhJhVVLOyQbSEW0O8gcCjF
                        FVQUTf6v58fLjwBd0YI0EzrAcQqBGCzh/RStIoO8g0NfnfL2MTJRkxoX
                        bfDaUeVPQuYEhg37NZWAJQ9VnMVDxP/VHL496M/QZxkjf5/Efucp2gaD
                        X6RS6CXpoY68LsvPVjR0ZSwzz1apAzvN9dlzEheX7ICJBBtuA6G3LQpz
                        W5hOA2hzCTMjJPJ8LbqF6dsV6DoBQzgul0sGIcGOYl7OyQdXfZ57relS
                        Qageu+ipAdTTJ25AsRTAoub8ONGcLmqrAmRLKBP1dfwhYB4N7knNnulq
                        QxA+Uk1ihz0=";
        };
        """,
    ]
}
