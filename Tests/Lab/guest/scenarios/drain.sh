# A real server is drained while a connection goes on through the kernel; then the last one, whose name goes first.

configure
on director sh -c 'cat >/etc/swerve/swerve.conf' <<CONF
include "/etc/named.conf";
director {
    virtual-server tcp $VIP port 7777 {
        scheduler rr;
        check connect { interval 500ms; timeout 3s; };
        real-server $RS1;
        real-server $RS2;
    };
};
steering { ttl 6s; };
CONF
for name in rs1 rs2; do
    start $name echo busybox nc -ll -p 7777 -e sh -c "echo $name; exec cat"
done
start_swerved director
ready() { table_is_whole && names_the_vip $DIRECTOR; }
expect "swerved has started" wait_until 20 ready

weight() { on director ipvsadm -Ln | awk -v server="$1:7777" '$2 == server { print $4 }'; }
weighs() { [ "$(weight "$1")" = "$2" ]; }
# What a new connection meets.
meets() { echo | on client busybox nc -w 3 $VIP 7777 | head -n 1 | grep -x "$1"; }
withdrawn() { on client dig +tries=1 +time=1 "@$DIRECTOR" www.yufu123.com A | grep 'ANSWER: 0'; }

# Two connections that stay; the scheduler gives one to each. What is written to 8 and 9 goes into them.
for name in a b; do
    mkfifo /lab/$name
    start client $name sh -c "exec busybox nc $VIP 7777 </lab/$name >/lab/$name.out"
done
exec 8>/lab/a 9>/lab/b
spoken() { grep -q -x 'rs[12]' /lab/a.out && grep -q -x 'rs[12]' /lab/b.out; }
expect "two connections stand" wait_until 5 spoken
if grep -q -x rs2 /lab/a.out; then exec 7>&8 8>&9 9>&7 7>&-; first=b second=a; else first=a second=b; fi
expect "the first one to RS 1" grep -x rs1 /lab/$first.out
expect "the second one to RS 2" grep -x rs2 /lab/$second.out
first_echoes() { echo "$1" >&8; wait_until 3 grep -x "$1" /lab/$first.out; }
second_echoes() { echo "$1" >&9; wait_until 3 grep -x "$1" /lab/$second.out; }
expect "and they carry words" first_echoes one
expect "both" second_echoes one

start director drain swervectl drain $RS1 because new disks 8>&- 9>&-
expect "a drained real server has weight 0 at once" wait_until 3 weighs $RS1 0
expect "its name stays, as another one serves" names_the_vip $DIRECTOR
expect "its connection goes on" first_echoes two
expect "new ones meet the other" meets rs2
expect "all of them" meets rs2
expect "servers tells what it waits for" wait_until 5 sh -c \
    "nsenter --net=/run/netns/director --mount=/lab/host/director swervectl servers | grep 'draining (new disks), 1 active'"
expect "it is in the table still" weighs $RS1 0
expect "its connection goes on still" first_echoes three
exec 8>&-
expect "it leaves when its connection has ended" wait_until 8 not in_table $RS1
# ended NAME: that command has ended with status 0.
ended() {
    read -r pid <"/lab/pid/director-$1"
    wait "$pid"
}
expect "and the command ends with 0" ended drain

start director last swervectl drain $RS2 8>&- 9>&-
expect "the last one's name is withdrawn" wait_until 4 withdrawn
expect "before its weight changes" weighs $RS2 1
expect "and new connections reach it meanwhile" meets rs2
expect "until the answers have run out" wait_until 12 weighs $RS2 0
expect "its connection goes on" second_echoes four
exec 9>&-
expect "it leaves when its connection has ended" wait_until 8 not in_table $RS2
expect "and the command ends with 0" ended last

on director swervectl enable "$RS1"
on director swervectl enable "$RS2"
expect "enabled, both serve, and the name is back" wait_until 5 ready
