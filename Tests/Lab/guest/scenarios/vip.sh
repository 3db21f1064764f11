# vip-interface: the VIP is added there, announced, and removed only if it was swerved that added it.

has_vip() { on director ip -o addr show dev "$1" | grep -q -F "$VIP/32"; }

# vip_interface [NAME], in swerve.conf
vip_interface() {
    on director sed -i -e '/vip-interface/d' -e "s/^director {/&${1:+\n    vip-interface $1;}/" /etc/swerve/swerve.conf
}

# reaches URL: also right after the router learnt where the VIP now is.
reaches() { wait_until 3 alternate "$1"; }

on director ip addr del $VIP/32 dev lo
start router tcpdump tcpdump -l -n -i eth1 arp and host $VIP
wait_until 10 grep -q 'listening on' /lab/log/router-tcpdump
announced() { grep -q -E "who-has $VIP .*tell $VIP|Reply $VIP is-at" /lab/log/router-tcpdump; }

configure
vip_interface lo
start_swerved director
expect "swerved adds the VIP to lo" wait_until 20 has_vip lo
expect "and announces it on the LAN" wait_until 5 announced
expect "it serves" reaches http://$VIP

vip_interface
expect "a reload without vip-interface is done" on director swervectl reload
expect "swerved removes what it added" wait_until 3 not has_vip lo

: >/lab/log/router-tcpdump
vip_interface eth0
expect "a reload to eth0 is done" on director swervectl reload
expect "swerved adds the VIP to eth0" wait_until 3 has_vip eth0
expect "and announces it" wait_until 5 announced
expect "it serves from eth0" reaches http://$VIP

stop director swerved KILL
start_swerved director
expect "swerved is back" wait_until 20 names_the_vip $DIRECTOR
expect "the VIP has stayed" has_vip eth0
vip_interface
expect "a reload without it is done" on director swervectl reload
expect "what was added before SIGKILL is known and removed" wait_until 3 not has_vip eth0

on director ip addr add $VIP/32 dev lo
vip_interface lo
expect "a reload with a VIP added by hand is done" on director swervectl reload
vip_interface
expect "a reload without it again is done" on director swervectl reload
sleep 2
expect "what the admin added stays" has_vip lo

# What silences the VIP is told of without being asked; what IPVS needs is set only where that is asked for.
said() { grep -q -F "$1" /lab/log/director-swerved; }
expires() { [ "$(on director cat /proc/sys/net/ipv4/vs/expire_nodest_conn)" = "$1" ]; }
on director sh -c 'echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore; echo 0 >/proc/sys/net/ipv4/vs/expire_nodest_conn'
expect "a reload with arp_ignore set is done" on director swervectl reload
expect "swerved warns that nobody answers ARP for the VIP" wait_until 3 said "effective arp_ignore"
expect "and leaves IPVS's settings as they are" expires 0
on director sed -i 's/^director {/&\n    sysctls manage;/' /etc/swerve/swerve.conf
expect "a reload with 'sysctls manage' is done" on director swervectl reload
expect "swerved sets what IPVS needs" wait_until 3 expires 1
expect "and leaves ARP to people" [ "$(on director cat /proc/sys/net/ipv4/conf/all/arp_ignore)" = 1 ]
