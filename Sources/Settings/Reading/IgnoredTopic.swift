/// Why a known statement has no effect here; one warning is given per topic.
enum IgnoredTopic: String, CaseIterable {
    case recursion = "this server does not recurse or forward"
    case validation = "this server does not validate"
    case transfers = "zones are not transferred and secondaries not notified yet"
    case update = "zones are not updated by messages"
    case signing = "zones are served as signed in their files"
    case logging = "the log goes to standard error"
    case statistics = "counters are shown by 'swervectl stats'"
    case control = "the control channel is a UNIX socket"
    case files = "these files are not written or read"
    case checks = "zone files are checked strictly, always in the same way"
    case keys = "messages are not signed or verified yet"
    case cookies = "answers are neither padded nor shortened for want of a cookie"
    case resources = "resources are bounded in other ways"
    case order = "addresses are ordered by steering"
    case messages = "messages are written in one way only"
    case interfaces = "sockets are set up in one way only"
    case journal = "zones have no journal"
    case plugins = "plugins are not loaded"
    case zoneChanges = "zones are added and removed in the configuration only"
    case ldirectord = "this has no counterpart here"
}

/// The statements of BIND 9.18 (and of older ones that are still met) that we know but do nothing with.
struct IgnoredStatement {
    let topic: IgnoredTopic
    /// Whether `no`, `none`, `off`, `{ none; }` and `{ }` ask for what we do anyway, so that there is nothing to
    /// warn about.
    let isSilentWhenOff: Bool

    /// Known in `options`.
    static let options = table(both + optionsOnly)
    /// Known in `zone`.
    static let zone = table(both + zoneOnly)
    /// Known at the top.
    static let top = table([
        (.keys, "key tls http"), (.logging, "logging"), (.statistics, "statistics-channels"),
        (.validation, "managed-keys trust-anchors trusted-keys"), (.plugins, "plugin"),
        (.transfers, "masters primaries parental-agents server"), (.recursion, "lwres"),
    ])

    private static let both: [(IgnoredTopic, String)] = [
        (.recursion, "forward forwarders"),
        (
            .transfers,
            """
            allow-notify allow-transfer also-notify alt-transfer-source alt-transfer-source-v6 dialup
            max-refresh-time max-retry-time max-transfer-idle-in max-transfer-idle-out max-transfer-time-in
            max-transfer-time-out min-refresh-time min-retry-time multi-master notify notify-delay notify-source
            notify-source-v6 notify-to-soa request-expire request-ixfr transfer-source transfer-source-v6
            try-tcp-refresh use-alt-transfer-source masters primaries max-ixfr-ratio notify-source-port
            """
        ),
        (.update, "allow-update-forwarding"),
        (
            .signing,
            """
            dnskey-sig-validity dnssec-dnskey-kskonly dnssec-loadkeys-interval dnssec-secure-to-insecure
            dnssec-update-mode key-directory serial-update-method sig-signing-nodes sig-signing-signatures
            sig-signing-type sig-validity-interval update-check-ksk nsec3-test-zone parental-agents
            parental-source parental-source-v6 checkds
            """
        ),
        (.statistics, "zone-statistics"),
        (
            .checks,
            """
            check-dup-records check-integrity check-mx check-mx-cname check-names check-sibling check-spf
            check-srv-cname check-svcb check-wildcard max-zone-ttl masterfile-style
            """
        ),
        (.journal, "ixfr-from-differences max-journal-size"),
        (.messages, "zero-no-soa-ttl"),
    ]

    private static let zoneOnly: [(IgnoredTopic, String)] = [
        (.journal, "journal ixfr-base ixfr-tmp-file maintain-ixfr-base max-ixfr-log-size"),
        (.recursion, "delegation-only server-addresses server-names"),
        (.signing, "pubkey"),
    ]

    private static let optionsOnly: [(IgnoredTopic, String)] = [
        (
            .recursion,
            """
            allow-query-cache allow-query-cache-on allow-recursion allow-recursion-on attach-cache
            clients-per-query deny-answer-addresses deny-answer-aliases disable-algorithms disable-ds-digests
            disable-empty-zone dns64 dns64-contact dns64-server dnsrps-enable dnsrps-options dual-stack-servers
            empty-contact empty-server empty-zones-enable fetch-quota-params fetches-per-server fetches-per-zone
            ipv4only-contact ipv4only-enable ipv4only-server lame-ttl max-cache-size max-cache-ttl
            max-clients-per-query max-ncache-ttl max-query-count max-query-restarts max-recursion-depth
            max-recursion-queries max-stale-ttl min-cache-ttl min-ncache-ttl nxdomain-redirect prefetch
            qname-minimization query-source query-source-v6 recursive-clients resolver-nonbackoff-tries
            resolver-query-timeout resolver-retry-interval response-policy root-delegation-only send-cookie
            servfail-ttl stale-answer-client-timeout stale-answer-enable stale-answer-ttl stale-cache-enable
            stale-refresh-time synth-from-dnssec v6-bias zero-no-soa-ttl-cache avoid-v4-udp-ports
            avoid-v6-udp-ports use-v4-udp-ports use-v6-udp-ports request-nsid cleaning-interval fetch-glue
            use-queryport-pool queryport-pool-ports queryport-pool-updateinterval acache-enable
            acache-cleaning-interval max-acache-size allow-v6-synthesis preferred-glue
            """
        ),
        (
            .validation,
            """
            bindkeys-file dnssec-accept-expired dnssec-enable dnssec-lookaside dnssec-must-be-secure
            dnssec-validation managed-keys-directory nta-lifetime nta-recheck root-key-sentinel secroots-file
            trust-anchor-telemetry validate-except
            """
        ),
        (
            .transfers,
            """
            notify-rate provide-ixfr serial-query-rate serial-queries startup-notify-rate
            suppress-initial-notify transfer-format transfer-message-size transfers-in transfers-out
            transfers-per-ns support-ixfr use-ixfr
            """
        ),
        (.update, "update-quota"),
        (.logging, "querylog"),
        (
            .statistics,
            "memstatistics statistics-interval dnstap dnstap-identity dnstap-version host-statistics host-statistics-max"
        ),
        (
            .files,
            """
            dump-file geoip-directory geoip-use-ecs lock-file memstatistics-file named-xfer pid-file random-device
            recursing-file session-keyalg session-keyfile session-keyname statistics-file dnstap-output
            new-zones-directory deallocate-on-exit flush-zones-on-shutdown
            """
        ),
        (
            .cookies,
            """
            nocookie-udp-size response-padding sit-secret nosit-udp-size request-sit
            """
        ),
        (.keys, "tkey-dhkey tkey-domain tkey-gssapi-credential tkey-gssapi-keytab max-rsa-exponent-size"),
        (
            .resources,
            "coresize datasize files stacksize reserved-sockets lmdb-mapsize min-roots has-old-clients"
        ),
        (.order, "sortlist rrset-order topology"),
        (
            .messages,
            """
            auth-nxdomain additional-from-auth additional-from-cache glue-cache keep-response-order
            match-mapped-addresses message-compression multiple-cnames no-case-compress fake-iquery
            rfc2308-type1 use-id-pool treat-cr-as-space filter-aaaa filter-aaaa-on-v4 filter-aaaa-on-v6
            """
        ),
        (
            .interfaces,
            """
            automatic-interface-scan dscp heartbeat-interval http-listener-clients http-port
            http-streams-per-connection https-port interface-interval reuseport
            tcp-receive-buffer tcp-send-buffer tls-port
            udp-receive-buffer udp-send-buffer fstrm-set-buffer-hint fstrm-set-flush-timeout
            fstrm-set-input-queue-size fstrm-set-output-notify-threshold fstrm-set-output-queue-model
            fstrm-set-output-queue-size fstrm-set-reopen-interval
            """
        ),
        (.zoneChanges, "allow-new-zones"),
    ]

    private static func table(_ lists: [(IgnoredTopic, String)]) -> [String: IgnoredStatement] {
        var table: [String: IgnoredStatement] = [:]
        for (topic, names) in lists {
            for name in names.split(whereSeparator: \.isWhitespace) {
                table[String(name)] = IgnoredStatement(topic: topic, isSilentWhenOff: topic != .checks)
            }
        }
        return table
    }
}

extension StatementCursor {
    /// Steps over a statement that has no effect, up to a word that begins a line and `isStatement`, before which
    /// a `;` is missing.
    mutating func ignore(_ ignored: IgnoredStatement, isStatement: (String) -> Bool) {
        let start = index
        while let element = next {
            if case .word(let word) = element, index > start, !word.isQuoted, isStatement(word.keyword),
                word.place.line > statement.elements[index - 1].place.lastLine
            {
                break
            }
            advance()
        }
        if !(ignored.isSilentWhenOff && isOff(statement.elements[start..<index])) {
            reading.ignore(name.keyword, ignored.topic, at: name.place)
        }
    }

    /// Whether all that is written is `no`, `none`, `off`, `{ none; }` or `{ }`.
    func isOff(_ elements: ArraySlice<Element>) -> Bool {
        guard elements.count == 1, let element = elements.first else { return false }
        switch element {
        case .word(let word): return ["no", "none", "off", "false", "0", "disabled"].contains(word.keyword)
        case .block(let block):
            guard let only = block.statements.first else { return true }
            return block.statements.count == 1 && only.elements.count == 1 && only.keyword == "none"
        }
    }
}
