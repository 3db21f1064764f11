# swervectl realserver: prepare, check and --undo, against the article's own four lines.

# Who answers on the LAN when the router asks for the VIP: one line per MAC address.
who_has_vip() {
    on router busybox arping -c 3 -I eth1 $VIP | sed -n 's/.*\[\(.*\)\].*/\1/p' | sort -u
}
mac() { on "$1" cat /sys/class/net/eth0/address; }
answers_arp() { who_has_vip | grep -q -i -x "$(mac "$1")"; }

# rs1 as it was before anything was done to it
on rs1 sh -c 'cd /proc/sys/net/ipv4/conf/all && echo 0 >arp_ignore && echo 0 >arp_announce'
on rs1 ip addr del $VIP/32 dev lo
expect "check fails on a bare real server" not on rs1 swervectl realserver check $VIP

# The article's four lines, to the letter, then the VIP
on rs1 sh -c 'echo 1 > /proc/sys/net/ipv4/conf/lo/arp_ignore
    echo 1 > /proc/sys/net/ipv4/conf/all/arp_announce
    echo 2 > /proc/sys/net/ipv4/conf/lo/arp_announce
    echo 2 > /proc/sys/net/ipv4/conf/all/arp_announce
    ip addr add 192.168.214.140 dev lo'
expect "the article's four lines suppress nothing" answers_arp rs1
on rs1 swervectl realserver check $VIP >/lab/check 2>&1
echo "status $?" >>/lab/check
expect "check fails on the article's four lines" grep -qx "status 1" /lab/check
expect "and names arp_ignore" grep -q arp_ignore /lab/check
on rs1 ip addr del $VIP/32 dev lo

expect "prepare is done" on rs1 swervectl realserver prepare $VIP
expect "prepare again is done too" on rs1 swervectl realserver prepare $VIP
on rs1 swervectl realserver prepare $VIP >/lab/prepare
expect "it prints what makes it permanent" grep -q 'net.ipv4.conf.all.arp_ignore *= *1' /lab/prepare
expect "check passes" on rs1 swervectl realserver check $VIP
expect "the VIP is on lo" sh -c "nsenter --net=/run/netns/rs1 ip -o addr show dev lo | grep -q -F $VIP/32"
expect "rs1 does not answer for the VIP" not answers_arp rs1
expect "the director does" answers_arp director

on director ipvsadm -A -t $VIP:80 -s rr
on director ipvsadm -a -t $VIP:80 -r $RS1 -g
expect "the prepared real server carries curls" all_say "RS 1 SERVER" http://$VIP

expect "undo is done" on rs1 swervectl realserver prepare $VIP --undo
expect "the VIP is gone from lo" not sh -c "nsenter --net=/run/netns/rs1 ip -o addr show dev lo | grep -q -F $VIP"
expect "check fails again" not on rs1 swervectl realserver check $VIP
