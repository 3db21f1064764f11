# Everything that ipvsadm can set, set by swerve.conf and read back by ipvsadm; and what each of it carries. Of the
# schedulers UML's kernel lacks twos alone.

VIP6=fd14::140

# IPv6 beside the article's networks.
on router sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
on router ip addr add fd14::133/64 dev eth1 nodad
on router ip addr add fd17::19/64 dev eth0 nodad
on client ip addr add fd17::18/64 dev eth0 nodad
on client ip route add default via fd17::19
on director ip addr add fd14::148/64 dev eth0 nodad
# Not chosen as the source of tunnels: the real servers have it too, and take nothing from an address of theirs.
on director ip addr add $VIP6/128 dev eth0 nodad preferred_lft 0
on director ip route add fd17::/64 via fd14::133
for module in fou fou6 ip_gre ip6_gre ipip ip6_tunnel act_skbedit cls_u32 sch_ingress; do busybox modprobe $module; done
for number in 1 2; do
    own=fd14::14$((number * 2 + 1))
    on rs$number ip addr add $own/64 dev eth0 nodad
    on rs$number ip addr add $VIP6/128 dev lo nodad
    on rs$number ip route add fd17::/64 via fd14::133
    # The ends of tunnels: IPIP, GRE without a key, and what a UDP port unwraps to either.
    on rs$number sh -c 'for each in all default tunl0 gre0; do echo 0 >/proc/sys/net/ipv4/conf/$each/rp_filter; done'
    for device in tunl0 gre0 ip6tnl0 ip6gre0; do on rs$number ip link set $device up; done
    # A GRE device takes packets with a checksum, or without one: those have an address of their own.
    on rs$number ip addr add 192.168.214.15$((number * 2 + 1))/24 dev eth0
    on rs$number ip link add grechecksum type gre local 192.168.214.15$((number * 2 + 1)) icsum
    on rs$number sh -c 'echo 0 >/proc/sys/net/ipv4/conf/grechecksum/rp_filter'
    on rs$number ip link set grechecksum up
    on rs$number ip fou add port 6080 gue
    on rs$number ip -6 fou add port 6080 gue
    for port in 81 82 83 84 85 86 87 88 90; do
        start rs$number web$port busybox httpd -f -p "[::]:$port" -h /srv/rs$number
    done
done
# Packets of the client to port 90 get the mark 7.
on director tc qdisc add dev eth0 handle ffff: ingress
on director tc filter add dev eth0 parent ffff: protocol ip prio 1 u32 \
    match ip dst $VIP/32 match ip dport 90 0xffff action skbedit mark 7
on director tc filter add dev eth0 parent ffff: protocol ipv6 prio 2 u32 \
    match ip6 dst $VIP6/128 match ip6 dport 90 0xffff action skbedit mark 7

# service PORT OPTIONS REAL: a virtual server of both real servers; checks are another matter here.
service() {
    echo "virtual-server tcp $VIP port $1 { scheduler rr; check on; $2
        real-server $RS1 { $3 }; real-server $RS2 { $3 }; };"
}
service6() {
    echo "virtual-server tcp $VIP6 port $1 { scheduler rr; check on; real-server fd14::143 { $2 }; real-server fd14::145 { $2 }; };"
}
# scheduler PORT NAME [STATEMENT…]
scheduler() {
    port=$1
    name=$2
    shift 2
    echo "virtual-server tcp 10.1.1.1 port $port { scheduler $name; check on; $* real-server 10.1.1.2; };"
}
{
    echo "options { listen-on { none; }; listen-on-v6 { none; }; };
        director {
        timeouts { tcp 10m; udp 1m; };"
    service 80 "" "forward gate;"
    service 81 "" "forward ipip; tunnel gue port 6080;"
    service 82 "" "forward ipip; tunnel gue port 6080 checksum;"
    service 83 "" "forward ipip; tunnel gre;"
    service 84 "" "forward ipip; tunnel gre checksum;" | sed 's/214\.14\([35]\) /214.15\1 /g'
    service 85 "" "forward ipip;"
    service 86 "" "forward ipip; tunnel gue port 6080 remote-checksum;"
    service 87 "persistence 1m;" "forward gate;"
    service6 80 "forward gate;"
    service6 81 "forward ipip; tunnel gue port 6080 checksum;" # UDP over IPv6 has always one
    service6 83 "forward ipip; tunnel gre;"
    service6 85 "forward ipip;"
    service6 88 "forward masq;"
    echo "virtual-server fwmark 7 { scheduler rr; check on; real-server $RS1; real-server $RS2; };"
    echo "virtual-server fwmark 7 inet6 { scheduler rr; check on; real-server fd14::143; real-server fd14::145; };"
    echo "virtual-server udp $VIP port 9000 { scheduler rr; one-packet yes; check on; real-server $RS1; real-server $RS2; };"
    echo "virtual-server udp $VIP port 9001 { scheduler rr; check on; real-server $RS1; real-server $RS2; };"
    port=100
    for name in rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh; do
        scheduler $port $name
        port=$((port + 1))
    done
    scheduler 113 sh "scheduler-flags sh-fallback sh-port;"
    scheduler 114 mh "scheduler-flags mh-fallback mh-port;"
    scheduler 115 wlc "scheduler-flags flag-1 flag-2 flag-3;"
    scheduler 116 wlc "persistence 10m; netmask 255.255.255.0;"
    echo "virtual-server udp 10.1.1.1 port 5060 { scheduler rr; persistence 1m; persistence-engine sip; check on;
        real-server 10.1.1.2 { weight 65535; upper-threshold 9; lower-threshold 5; }; };
    };"
} | on director sh -c 'cat >/etc/swerve/swerve.conf'

start_swerved director
expect "the whole table is made, and ipvsadm and swervectl agree on it" wait_until 20 tables_agree
note "$(on director ipvsadm -Sn)"
expect "the backend has refused nothing" not grep -q 'error' /lab/log/director-swerved

# is_set LINE: ipvsadm saves just this.
on director ipvsadm -Sn >/lab/saved
is_set() { grep -q -x -F -e "$1" /lab/saved || { cat /lab/saved; return 1; }; }
port=100
for name in rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh; do
    expect "ipvsadm reads the scheduler $name" is_set "-A -t 10.1.1.1:$port -s $name"
    port=$((port + 1))
done
expect "the flags of sh" is_set "-A -t 10.1.1.1:113 -s sh -b sh-fallback,sh-port"
expect "the flags of mh" is_set "-A -t 10.1.1.1:114 -s mh -b mh-fallback,mh-port"
expect "flags by number" is_set "-A -t 10.1.1.1:115 -s wlc -b flag-1,flag-2,flag-3"
expect "persistence with a netmask" is_set "-A -t 10.1.1.1:116 -s wlc -p 600 -M 255.255.255.0"
expect "the persistence engine" is_set "-A -u 10.1.1.1:5060 -s rr -p 60 --pe sip"
expect "one-packet" is_set "-A -u $VIP:9000 -s rr -o"
expect "a tunnel by GUE" is_set "-a -t $VIP:81 -r $RS1:81 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum"
expect "with a checksum" is_set "-a -t $VIP:82 -r $RS1:82 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum"
expect "with a remote one" is_set "-a -t $VIP:86 -r $RS1:86 -i -w 1 --tun-type gue --tun-port 6080 --tun-remcsum"
expect "a tunnel by GRE" is_set "-a -t $VIP:83 -r $RS1:83 -i -w 1 --tun-type gre --tun-nocsum"
expect "with its checksum" is_set "-a -t $VIP:84 -r 192.168.214.153:84 -i -w 1 --tun-type gre --tun-csum"
thresholds() { on director ipvsadm -Ln --thresholds | grep -q '10.1.1.2:5060  *9  *5 '; }
expect "thresholds" thresholds
timeouts() { on director ipvsadm -l --timeout | grep -q "tcp tcpfin udp): $1$"; }
expect "timeouts: two set, one left" timeouts "600 120 60"
on director ipvsadm --set 700 100 50
expect "timeouts changed by hand are put back, the other one stays" wait_until 8 timeouts "600 100 60"

# The data path. Where nothing is said of checksums above, UML's virtual links need none.
expect "gate carries curls" alternate http://$VIP:80
expect "GUE carries curls" alternate http://$VIP:81
expect "GUE with checksums carries curls" alternate http://$VIP:82
expect "GRE carries curls" alternate http://$VIP:83
expect "GRE with checksums carries curls" alternate http://$VIP:84
expect "IPIP carries curls" alternate http://$VIP:85
expect "GUE with remote checksums carries curls" alternate http://$VIP:86
expect "gate carries curls over IPv6" alternate "http://[$VIP6]:80"
expect "GUE carries curls over IPv6" alternate "http://[$VIP6]:81"
expect "GRE carries curls over IPv6" alternate "http://[$VIP6]:83"
expect "a tunnel carries curls over IPv6" alternate "http://[$VIP6]:85"
on director sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
for name in rs1 rs2; do
    on $name ip addr del $VIP6/128 dev lo
    on $name ip route replace fd17::/64 via fd14::148
done
expect "masq carries curls over IPv6" alternate "http://[$VIP6]:88"
for name in rs1 rs2; do
    on $name ip addr add $VIP6/128 dev lo nodad
    on $name ip route replace fd17::/64 via fd14::133
done
expect "a firewall mark carries curls" alternate http://$VIP:90
expect "a firewall mark carries curls over IPv6" alternate "http://[$VIP6]:90"
same_server() { ten_curls "$1" | sort | uniq -c | awk '{ print } $1 == 10 { found = 1 } END { exit !found || NR != 1 }'; }
expect "persistence keeps a client with its real server" same_server http://$VIP:87

# Ten datagrams from one socket: each is scheduled by itself, or all go one way. A port for tunnels takes whatever
# comes and answers nothing.
for number in 1 2; do
    for port in 9000 9001; do on rs$number ip fou add port $port gue; done
done
datagrams() { on client bash -c "exec 3>/dev/udp/$VIP/$1; for n in 1 2 3 4 5 6 7 8 9 10; do echo \$n >&3; sleep 0.02; done"; }
# shares PORT: the packets that each real server got.
shares() {
    on director ipvsadm -Ln --stats --exact | awk -v name="$VIP:$1" \
        '$1 == "UDP" { ours = $2 == name } ours && $1 == "->" { print $4 }' | sort -n | tr '\n' ' '
}
datagrams 9000
datagrams 9001
share() { shares "$1"; [ "$(shares "$1")" = "$2" ]; }
expect "one-packet shares datagrams of one socket" wait_until 5 share 9000 "5 5 "
expect "without it they stay together" wait_until 5 share 9001 "0 10 "

# Counters. With check on nothing else moves them.
counts_agree() {
    on director ipvsadm -Ln --stats --exact | tail -n +4 | sort >/lab/stats
    on director swervectl table --actual --stats | tail -n +4 | sort | diff -u /lab/stats -
}
expect "table --stats is ipvsadm's" counts_agree
rates_seen() {
    ten_curls http://$VIP:80 >/lab/curls
    on director swervectl table --rate | awk -v name="$VIP:80" '$2 == name && $4 > 0 { found = 1 } END { exit !found }'
}
expect "table --rate shows that there is traffic" wait_until 10 rates_seen
# What passed just before is counted at the kernel's next estimate, up to two seconds later, as after ipvsadm --zero.
zeroed() {
    on director swervectl table --stats --zero >/lab/last-counts &&
        on director ipvsadm -Ln --stats --exact |
        awk 'NR > 3 && $3 + 0 > 0 && $1 != "->" { print; bad = 1 } END { exit bad }'
}
expect "table --zero begins anew" wait_until 10 zeroed

# Others at work on the same table, much of the time: lists change while they are read.
churn() {
    while [ -e /lab/churning ]; do
        on director ipvsadm -A -t 10.9.9.9:1 -s rr
        for number in 1 2 3 4 5 6 7 8; do on director ipvsadm -a -t 10.9.9.9:1 -r 10.9.9.1$number -g; done
        on director ipvsadm -D -t 10.9.9.9:1
    done
}
touch /lab/churning
churn >/lab/log/churn 2>&1 &
pid=$!
on director ipvsadm -d -t $VIP:80 -r $RS1
expect "with another at work a real server taken out is put back" wait_until 30 sh -c \
    "nsenter --net=/run/netns/director ipvsadm -Ln -t $VIP:80 | grep -q -F $RS1:80"
on director ipvsadm -D -t 10.1.1.1:104
expect "and so is a virtual server" wait_until 30 sh -c "nsenter --net=/run/netns/director ipvsadm -Ln -t 10.1.1.1:104"
rm /lab/churning
wait $pid
expect "once it is quiet both agree" wait_until 30 tables_agree

# A controller that insists on its own: said, and then left alone for half a minute.
quarrel() {
    on director ipvsadm -e -t $VIP:80 -r $RS2 -g -w 9 2>/dev/null
    grep -q 'another controller (ldirectord, keepalived) probably works on this table' /lab/log/director-swerved
}
expect "a second controller is noticed" wait_until 50 quarrel
# The last change may have been repaired in the moment before it was noticed.
on director ipvsadm -e -t $VIP:80 -r $RS2 -g -w 9
sleep 2
expect "and the entry is left alone then" sh -c "nsenter --net=/run/netns/director ipvsadm -Sn | grep -q -e '-r $RS2:80 -g -w 9'"

# The module goes and comes back, empty and with another number in generic netlink.
unload() {
    on director ipvsadm -C
    for module in $(busybox lsmod | awk '/^ip_vs_/ { print $1 }') ip_vs; do busybox rmmod $module 2>/dev/null; done
    not grep -q '^ip_vs ' /proc/modules
}
expect "the module is unloaded under swerved" wait_until 30 unload
expect "the table is whole again in a new one" wait_until 45 tables_agree
expect "with its timeouts" wait_until 8 timeouts "600 120 60"
expect "and carries" alternate http://$VIP:85
expect "and no scheduler was missed meanwhile" not grep 'has no scheduler' /lab/log/director-swerved
