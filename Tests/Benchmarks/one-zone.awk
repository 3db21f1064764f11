# awk -v records=N -v serial=S -f one-zone.awk: a zone of hosts: addresses mostly, with AAAA, MX, TXT, aliases and
# delegations with glue among them.
BEGIN {
    printf "$TTL 3600\n@ SOA ns1 admin %d 3600 300 604800 300\n@ NS ns1\nns1 A 192.0.2.1\n", serial
    for (r = 3; r < records; i++) {
        h = "h" i; k = i % 10; a = "10." int(i / 65536) % 256 "." int(i / 256) % 256 "." i % 256
        if (k < 6) { print h, "A", a; r++ }
        else if (k == 6) { print h, "A", a; printf "%s AAAA 2001:db8::%x\n", h, i % 65536; r += 2 }
        else if (k == 7) { print h, "MX 10 h" i - 1; print h, "TXT \"v=spf1 ip4:" a " -all\""; r += 2 }
        else if (k == 8) { print h, "CNAME h" i - 3; r++ }
        else { print h, "NS ns1." h; print h, "NS ns2." h; print "ns1." h, "A", a; print "ns2." h, "A", a; r += 4 }
    }
}
