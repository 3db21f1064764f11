# The article's six hosts, each a network and a mount namespace, joined by two bridges:
#
#   client 172.20.17.18 ─┐              ┌─ 192.168.214.133 router
#      dns 172.20.17.20 ─┤ clientside   ├─ 192.168.214.148 director, VIP 192.168.214.140 on lo
#   router 172.20.17.19 ─┘   serverside ├─ 192.168.214.143 rs1, VIP on lo
#                                       └─ 192.168.214.145 rs2, VIP on lo

VIP=192.168.214.140
RS1=192.168.214.143
RS2=192.168.214.145
DIRECTOR=192.168.214.148
DNS=172.20.17.20

# host NAME: a host with a network, a /run, an /etc/swerve and a /var/lib/swerve of its own.
host() {
    touch "/run/netns/$1" "/lab/host/$1"
    unshare --net="/run/netns/$1" --mount="/lab/host/$1" sh -e -c '
        mount -t sysfs sysfs /sys
        mount -t tmpfs tmpfs /run
        mkdir -p /run/named /run/swerve
        mount -t tmpfs tmpfs /etc/swerve
        mount -t tmpfs tmpfs /var/lib/swerve'
}

mkdir -p /run/netns /etc/swerve /var/lib/swerve
for name in client router director dns rs1 rs2; do
    host "$name"
done

ip -batch - <<'IP'
link add clientside up type bridge
link add serverside up type bridge
link add client-eth0 up master clientside type veth peer name eth0 netns client
link add dns-eth0 up master clientside type veth peer name eth0 netns dns
link add router-eth0 up master clientside type veth peer name eth0 netns router
link add router-eth1 up master serverside type veth peer name eth1 netns router
link add director-eth0 up master serverside type veth peer name eth0 netns director
link add rs1-eth0 up master serverside type veth peer name eth0 netns rs1
link add rs2-eth0 up master serverside type veth peer name eth0 netns rs2
IP

# "Suppress ARP before adding the VIP": by `all`, since the article's four lines alone suppress nothing.
for name in rs1 rs2; do
    on "$name" sh -c 'cd /proc/sys/net/ipv4/conf/all && echo 1 >arp_ignore && echo 2 >arp_announce'
done
# "Switch on address forwarding on the router"
on router sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'

# attach HOST INTERFACE ADDRESS, then what else `ip` is told there.
attach() {
    { printf 'link set lo up\naddr add %s/24 dev %s\nlink set %s up\n' "$3" "$2" "$2"; cat; } |
        on "$1" ip -batch -
}

# "Add the routes between all hosts, and the VIP on LVS, RS1 and RS2"
attach router eth1 192.168.214.133 </dev/null
attach router eth0 172.20.17.19 </dev/null
echo "route add default via 172.20.17.19" | attach client eth0 172.20.17.18
echo "route add 192.168.214.0/24 via 172.20.17.19" | attach dns eth0 $DNS
for name in "director $DIRECTOR" "rs1 $RS1" "rs2 $RS2"; do
    attach "${name% *}" eth0 "${name#* }" <<IP
route add 172.20.17.0/24 via 192.168.214.133
addr add $VIP/32 dev lo
IP
done

# The web servers
mkdir -p /srv/rs1 /srv/rs2
echo "RS 1 SERVER" >/srv/rs1/index.html
echo "RS 2 SERVER" >/srv/rs2/index.html
start_web rs1
start_web rs2
