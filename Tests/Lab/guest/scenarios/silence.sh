# ldirectord's commands while no resolver answers: names in maintenancedir and of the mail's server hold up nothing, nor
# does a monitor file on a disk that hangs. Then whose the log is after a start that fails.

configure
on director ip link add nowhere type dummy
on director ip addr add 10.9.9.1/24 dev nowhere
on director ip link set nowhere up
# Three who never answer, each asked twice: a name takes twenty seconds and more.
for number in 2 3 4; do echo "nameserver 10.9.9.$number"; done >/lab/resolv.conf
on director mount --bind /lab/resolv.conf /etc/resolv.conf
on director timeout 15 getent ahosts one.example.net
expect "a name takes long here" test $? -eq 124

mkdir /etc/ha.d/maintenance
touch /etc/ha.d/maintenance/one.example.net /etc/ha.d/maintenance/$RS2
cat >>/etc/ha.d/ldirectord.cf <<'CF'
maintenancedir=/etc/ha.d/maintenance
emailalert="admin@example.net"
emailalertstatus=all
smtp=mail.example.net
CF
# soon COMMAND…: on the director, in less time than a name takes.
soon() { on director timeout 15 "$@"; }
ldirectord="swervectl ldirectord /etc/ha.d/ldirectord.cf"
daemons() { [ "$(on director pidof swerved | wc -w)" = "$1" ]; }
only_rs1() { in_table $RS1 && ! in_table $RS2; }

expect "it starts" soon $ldirectord start
expect "who is in maintenance by address is out" wait_until 10 only_rs1
touch /etc/ha.d/maintenance/two.example.net
expect "a reload with one more name is done" soon $ldirectord reload
touch /etc/ha.d/maintenance/$RS1
expect "who is named by address while names are asked for is out soon" wait_until 5 not in_table $RS1
rm /etc/ha.d/maintenance/$RS1
expect "and back soon" wait_until 5 in_table $RS1
rm /etc/ha.d/maintenance/$RS2
expect "who leaves the directory is back" wait_until 10 table_is_whole
stop rs1 web
expect "a dead one leaves, although mail about it can't go out" wait_until 12 not in_table $RS1
start_web rs1
expect "and returns" wait_until 12 table_is_whole
expect "restart is done" soon $ldirectord restart
expect "there is one daemon then" daemons 1
expect "and it serves" wait_until 10 table_is_whole

# A disk that hangs, with a monitor file on it; mail would take its time at the end.
busybox modprobe loop
truncate -s 8M /lab/disk
mkfs.ext4 -q /lab/disk
mkdir /lab/frozen
on director mount -o loop /lab/disk /lab/frozen
sed -i 's|^        receive=.*|&\n        monitorfile=/lab/frozen/monitor|; /^emailalert/d; /^smtp/d' /etc/ha.d/ldirectord.cf
expect "a reload to a monitor file is done" soon $ldirectord reload
stop rs1 web
expect "it gets a line" wait_until 12 on director grep -q "$RS1 80 .down." /lab/frozen/monitor
start_web rs1
expect "and one more" wait_until 12 on director grep -q "$RS1 80 .up." /lab/frozen/monitor
on director fsfreeze -f /lab/frozen
stop rs1 web
expect "while its disk hangs a dead one leaves" wait_until 12 not in_table $RS1
start_web rs1
expect "and returns" wait_until 12 table_is_whole
expect "a reload is done" soon $ldirectord reload
expect "stop is done" soon $ldirectord stop
expect "the table is gone" not in_table $RS1
on director fsfreeze -u /lab/frozen
expect "no daemon is left" wait_until 5 daemons 0

mkdir /lab/ours
chown nobody /lab/ours
cat >/lab/refused.cf <<CF
logfile="/lab/ours/ldirectord.log"
virtual=$VIP:80
    real=$RS1:80 gate
    checktype=on
CF
cat >/lab/refused.conf <<'CONF'
options { listen-on port 5353 { 127.0.0.1; }; listen-on-v6 { none; }; };
director { ldirectord "/lab/refused.cf"; };
CONF
start director taker busybox nc -l -p 5353
wait_until 5 on director grep -q ':14E9 .* 0A ' /proc/net/tcp /proc/net/tcp6
expect "a start whose port is taken fails" not on director swerved -u nobody -c /lab/refused.conf
expect "its log is the user's" sh -c '[ "$(stat -c %U /lab/ours/ldirectord.log)" = nobody ]'
stop director taker KILL
start director again swerved -u nobody -c /lab/refused.conf
expect "so that the next one can write it" wait_until 10 grep -q 'ready: .*backend ipvs' /lab/ours/ldirectord.log
