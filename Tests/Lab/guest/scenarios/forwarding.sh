# gate, masq and ipip each carry curls, changed in place by a reload of ldirectord.cf.

serve
resolve_with $DIRECTOR

# forward METHOD: for both real servers; the fallback stays gate.
forward() {
    sed -i -E "s/(real=192.168.214.14[35]:80) (gate|masq|ipip)/\1 $1/" /etc/ha.d/ldirectord.cf
    on director swervectl reload
}

# forwards METHOD: by the word that ipvsadm has for it.
forwards() { kernel_table | grep -c " $1 1\$" | grep -qx 2; }

expect "gate is in the table" forwards Route
expect "gate carries curls" alternate http://www.yufu123.com

expect "director check has nothing to say of gate" on director swervectl director check

# masq: the answers come back through the director; the real servers know no VIP.
expect "a reload to masq is done" forward masq
on director swervectl director check >/lab/check 2>&1
echo "status $?" >>/lab/check
expect "director check fails without forwarding" grep -qx "status 1" /lab/check
expect "and names it" grep -q ip_forward /lab/check
on director sh -c 'cd /proc/sys/net/ipv4 && echo 1 >ip_forward &&
    for interface in all eth0; do echo 0 >conf/$interface/send_redirects; done'
expect "director check has nothing to say of masq with it" on director swervectl director check
for name in rs1 rs2; do
    on $name ip addr del $VIP/32 dev lo
    on $name ip route replace 172.20.17.0/24 via $DIRECTOR
done
expect "masq is in the table" wait_until 3 forwards Masq
expect "masq carries curls" alternate http://www.yufu123.com
expect "ipvsadm and swervectl agree on masq" tables_agree

# ipip: the packets arrive in a tunnel whose end has the VIP.
for name in rs1 rs2; do
    on $name ip route replace 172.20.17.0/24 via 192.168.214.133
    on $name busybox modprobe ipip
    on $name sh -c 'for interface in all tunl0; do echo 0 >/proc/sys/net/ipv4/conf/$interface/rp_filter; done'
    on $name ip link set tunl0 up
    on $name ip addr add $VIP/32 dev tunl0
done
expect "a reload to ipip is done" forward ipip
expect "ipip is in the table" wait_until 3 forwards Tunnel
expect "ipip carries curls" alternate http://www.yufu123.com
expect "ipvsadm and swervectl agree on ipip" tables_agree
