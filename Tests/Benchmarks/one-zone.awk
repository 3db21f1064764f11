# awk -v records=N -v serial=S [-v questions=FILE] -f one-zone.awk: big.example, a zone of hosts: addresses mostly, with
# AAAA, MX, TXT, aliases and delegations with glue among them; and 200,000 questions for random ones, of which every tenth
# doesn't exist.
BEGIN {
    printf "$ORIGIN big.example.\n$TTL 3600\n@ SOA ns1 admin %d 3600 300 604800 300\n@ NS ns1\n@ NS ns2\nns1 A 192.0.2.1\nns2 A 192.0.2.2\n", serial
    for (r = 7; r < records; i++) {
        h = sprintf("h%07d", i); k = i % 10; a = "10." int(i / 65536) % 256 "." int(i / 256) % 256 "." i % 256
        if (k < 6) { print h, "A", a; r++ }
        else if (k == 6) { print h, "A", a; printf "%s AAAA 2001:db8::%x\n", h, i % 65536; r += 2 }
        else if (k == 7) { printf "%s MX 10 h%07d\n%s TXT \"v=spf1 ip4:%s -all\"\n", h, i - 1, h, a; r += 2 }
        else if (k == 8) { printf "%s CNAME h%07d\n", h, i - 3; r++ }
        else { printf "%s NS ns1.%s\n%s NS ns2.%s\nns1.%s A %s\nns2.%s A %s\n", h, h, h, h, h, a, h, a; r += 4 }
    }
    if (questions == "") exit
    srand(7); split("A A A AAAA MX", types, " ")
    for (q = 0; q < 200000; q++) {
        j = int(rand() * i)
        if (rand() < 0.1) printf "nx%07d.big.example A\n", j >questions
        else printf "h%07d.big.example %s\n", j, types[int(rand() * 5) + 1] >questions
    }
}
