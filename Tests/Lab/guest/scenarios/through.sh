# Checks through the VIP: a real server that lacks the VIP is found, which no check of its own address can see.

mkdir -p /var/named/data
VIP6=fd14::140

# through FORWARD [SYSCTLS]: swerve.conf with both families, each check by way of the VIP.
through() {
    on director sh -c 'cat >/etc/swerve/swerve.conf' <<CONF
options { listen-on { none; }; listen-on-v6 { none; }; };
director {
    sysctls ${2:-manage};
    virtual-server tcp $VIP port 80 {
        scheduler rr;
        check http { through vip; match "SERVER"; interval 500ms; timeout 3s; };
        real-server $RS1 { forward $1; };
        real-server $RS2 { forward $1; };
    };
    virtual-server tcp $VIP6 port 80 {
        scheduler rr;
        check http { through vip; match "SERVER"; interval 500ms; timeout 3s; };
        real-server fd14::143;
        real-server fd14::145;
    };
};
CONF
}

# up ADDRESS…: just these serve, in the order of the table.
up() {
    on director ipvsadm -Ln | awk '/^FWM/ { private = 1 } /^TCP/ { private = 0 }
        $1 == "->" && !private && $2 ~ /[0-9]/ { sub(/:80$/, "", $2); print $2 }' | sort >/lab/up
    printf '%s\n' "$@" | sort | diff -u - /lab/up
}
all_up() { up $RS1 $RS2 "[fd14::143]" "[fd14::145]"; }

# IPv6 for those whom it concerns; a VIP on lo is not answered for on eth0.
on director ip addr add fd14::148/64 dev eth0 nodad
on director ip addr add $VIP6/64 dev eth0 nodad
on router ip addr add fd14::133/64 dev eth1 nodad
for number in 1 2; do
    on rs$number ip addr add fd14::14$((number * 2 + 1))/64 dev eth0 nodad
    on rs$number ip addr add $VIP6/128 dev lo nodad
done
web() { [ "$(on "$1" curl -s -m 5 "$2")" = "$3" ]; }
expect "a real server answers at its own IPv6 address" wait_until 10 web rs2 'http://[fd14::143]/' "RS 1 SERVER"

# What it needs of the host is a mistake of the configuration, as long as nobody may set it.
on director sh -c 'cd /proc/sys/net/ipv4/conf && echo 0 >all/accept_local && echo 1 >all/rp_filter'
through gate report
on director swerved -c /etc/swerve/swerve.conf >/lab/refused 2>&1
expect "without accept_local swerved does not start" test $? -eq 1
expect "it says why, and where" grep -q 'swerve.conf:.*accept_local is 0' /lab/refused
expect "and names rp_filter too" grep -q 'rp_filter is 1' /lab/refused
on director swervectl director check >/lab/check 2>&1
expect "so does director check" test $? -eq 1
expect "with what puts it right" grep -q 'net.ipv4.conf.eth0.accept_local=1' /lab/check

through gate manage
expect "with 'sysctls manage' check config is content" on director swervectl check config /etc/swerve/swerve.conf
expect "and has set nothing" [ "$(on director cat /proc/sys/net/ipv4/conf/eth0/accept_local)" = 0 ]
start_swerved director
expect "with 'sysctls manage' it starts, and all real servers are up through their VIP" wait_until 20 all_up
expect "accept_local is set" [ "$(on director cat /proc/sys/net/ipv4/conf/eth0/accept_local)" = 1 ]
expect "and told" grep -q 'set net.ipv4.conf.eth0.accept_local=1' /lab/log/director-swerved
expect "curls alternate" alternate http://$VIP

# Each mark leads to one real server, and is nobody's business.
on director ipvsadm -Ln >/lab/private
expect "the kernel has a private service for each real server" [ "$(grep -c '^FWM' /lab/private)" = 4 ]
expect "table hides them" sh -c 'nsenter --net=/run/netns/director --mount=/lab/host/director swervectl table | awk "/FWM/ { exit 1 }"'
expect "so does table --actual" sh -c 'nsenter --net=/run/netns/director --mount=/lab/host/director swervectl table --actual | awk "/FWM/ { exit 1 }"'
all_agree() {
    kernel_table >/lab/kernel-table
    on director swervectl table --all >/lab/table && entries </lab/table | diff -u /lab/kernel-table -
}
expect "table --all shows them as ipvsadm does" wait_until 5 all_agree

on rs2 ip addr del $VIP/32 dev lo
expect "a real server that has lost the VIP leaves the table" wait_until 12 up $RS1 "[fd14::143]" "[fd14::145]"
note "after $elapsed hundredths of a second"
expect "although it answers at its own address" web director http://$RS2/ "RS 2 SERVER"
expect "no curl fails" all_say "RS 1 SERVER" http://$VIP
on rs2 ip addr add $VIP/32 dev lo
expect "it returns with the VIP" wait_until 12 all_up

on rs1 ip addr del $VIP6/128 dev lo
expect "so it is with IPv6" wait_until 12 up $RS1 $RS2 "[fd14::145]"
on rs1 ip addr add $VIP6/128 dev lo nodad
expect "and back" wait_until 12 all_up

stop rs1 web
expect "a web server that is down is down through both VIPs" wait_until 12 up $RS2 "[fd14::145]"
start_web rs1
expect "and up again" wait_until 12 all_up

# Whoever takes a private service away, or puts another real server into it.
mark=$(awk '/^FWM/ { print $2; exit }' /lab/private)
on director ipvsadm -D -f "$mark"
expect "a private service removed by hand is back" wait_until 10 all_agree
on director ipvsadm -a -f "$mark" -r 192.168.214.151 -g
expect "a real server put into one by hand leaves it" wait_until 10 all_agree
expect "and all are up" wait_until 12 all_up

# The host stops accepting what the checks need: that says nothing of real servers.
on director sh -c 'echo 0 >/proc/sys/net/ipv4/conf/eth0/accept_local'
expect "when answers would be thrown away here it is said" \
    wait_until 10 grep -q 'could not ask: eth0: accept_local is 0' /lab/log/director-swerved
expect "and all stay up" all_up
on director sh -c 'echo 1 >/proc/sys/net/ipv4/conf/eth0/accept_local'

# Each kind of check is carried out by other means: plain connections and HTTP, HTTP with more to it, an exchange of
# lines, TLS. All of them find the VIP missing, and none finds a server missing that has it.
printf '#!/bin/sh\nprintf "220 rs ESMTP\\r\\n"\nwhile read -r line; do case $line in QUIT*) break ;; esac; printf "250 rs\\r\\n"; done\nprintf "221 rs\\r\\n"\n' \
    >/lab/smtp
chmod +x /lab/smtp
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=rs \
    -keyout /lab/key.pem -out /lab/certificate.pem 2>/dev/null
# Answers what comes to the VIP, from the VIP.
cat >/lab/echo.pl <<'ECHO'
use IO::Socket::INET;
my $socket = IO::Socket::INET->new(Proto => 'udp', LocalAddr => $ARGV[0], LocalPort => 9000) or die "bind: $!";
while ($socket->recv(my $text, 999)) { $socket->send($text) }
ECHO
echo '@ 60 SOA a. a. 1 1 1 1 1
@ 60 NS a.
a 60 A 192.0.2.1' >/lab/a.test
cat >/lab/dns.conf <<CONF
options { listen-on { $VIP; }; listen-on-v6 { none; }; };
zone "a.test" { type primary; file "/lab/a.test"; };
CONF
for name in rs1 rs2; do
    start $name echo perl /lab/echo.pl $VIP
    start $name dns swerved -c /lab/dns.conf
    start $name smtp busybox nc -ll -p 25 -e /lab/smtp
    start $name redis redis-server --bind 0.0.0.0 --protected-mode no --save '' --dir /run
    start $name tls openssl s_server -accept 443 -cert /lab/certificate.pem -key /lab/key.pem -www -quiet
    for server in "freeradius 1812" "kamailio 5060"; do
        folder=/lab/$name-${server% *}
        mkdir $folder
        start $name ${server% *} sh "$LAB/../../Services/serve" ${server% *} $folder ${server#* } $VIP
    done
done
{
    echo 'options { listen-on { none; }; listen-on-v6 { none; }; };'
    echo 'director { sysctls manage;'
    while read -r protocol port check; do
        echo "virtual-server $protocol $VIP port $port { scheduler rr; real-server $RS1; real-server $RS2; check $check };"
    done <<CHECKS
tcp 25 smtp { through vip; interval 500ms; timeout 3s; };
tcp 80 all { through vip; interval 500ms; timeout 3s; check connect; check http { header "X-A" "b"; status 2xx; match "RS"; }; };
tcp 443 https { through vip; interval 500ms; timeout 3s; };
tcp 6379 redis { through vip; interval 500ms; timeout 3s; };
tcp 8443 connect { through vip; port 443; interval 500ms; timeout 3s; };
udp 53 dns { through vip; request a.a.test; interval 500ms; timeout 1s; };
udp 1812 radius { through vip; login test; password secret; secret testing123; interval 500ms; timeout 1s; };
udp 5060 sip { through vip; login "check@rs"; interval 500ms; timeout 1s; };
udp 9000 udp { through vip; send "hello"; match "^hello"; interval 500ms; timeout 1s; };
CHECKS
    echo '};'
} >/lab/kinds.conf
on director cp /lab/kinds.conf /etc/swerve/swerve.conf
# serve_at ADDRESS…: behind each port just these.
serve_at() {
    on director ipvsadm -Ln | awk '/^(TCP|UDP)/ { service = $2 } /^FWM/ { service = "" }
        $1 == "->" && service != "" && $2 ~ /[0-9]/ { print service, $2 }' | sort >/lab/serving
    for port in 25 53 80 443 1812 5060 6379 8443 9000; do
        for address; do echo "$VIP:$port $address:$port"; done
    done | sort | diff -u - /lab/serving
}
expect "a reload to checks of every kind is done" on director swervectl reload
expect "all are up through the VIP" wait_until 20 serve_at $RS1 $RS2
on rs2 ip addr del $VIP/32 dev lo
expect "every kind of check finds the VIP missing" wait_until 12 serve_at $RS1
on rs2 ip addr add $VIP/32 dev lo
expect "and finds it there again" wait_until 12 serve_at $RS1 $RS2
no_datagrams() { on director ipvsadm -Lnc | awk '{ print } $3 == "UDP" { bad = 1 } END { exit bad }'; }
expect "the kernel remembers none of their datagrams, so that a port used again leads nowhere else" no_datagrams
through gate manage
expect "a reload to checks of both families is done" on director swervectl reload
expect "and all are up" wait_until 12 all_up

# masq: no VIP on the real servers, and nothing is needed of the host.
for name in rs1 rs2; do on $name ip addr del $VIP/32 dev lo; done
expect "gate without VIPs: nobody of IPv4 is left" wait_until 12 up "[fd14::143]" "[fd14::145]"
through masq report
expect "a reload to masq is done" on director swervectl reload
expect "through masq both are up" wait_until 12 all_up
stop rs2 web
expect "one that is down is down" wait_until 12 up $RS1 "[fd14::143]"
start_web rs2

# ipip: the end of the tunnel has the VIP, or has not.
for name in rs1 rs2; do
    on $name busybox modprobe ipip
    on $name sh -c 'for interface in all tunl0; do echo 0 >/proc/sys/net/ipv4/conf/$interface/rp_filter; done'
    on $name ip link set tunl0 up
    on $name ip addr add $VIP/32 dev tunl0
done
through ipip manage
expect "a reload to ipip is done" on director swervectl reload
expect "through the tunnel all are up" wait_until 12 all_up
on rs1 ip link set tunl0 down
expect "a tunnel that is down is found" wait_until 12 up $RS2 "[fd14::143]" "[fd14::145]"
on rs1 ip link set tunl0 up
expect "and found to be up again" wait_until 12 all_up

expect "SIGTERM ends with 0" stop director swerved
expect "private services go, the table stays" sh -c \
    'nsenter --net=/run/netns/director ipvsadm -Ln | awk "/^FWM/ { exit 1 } /^TCP/ { found = 1 } END { exit !found }"'
