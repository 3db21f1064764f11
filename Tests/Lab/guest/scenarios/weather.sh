# A day's failures in half a minute: real servers that die, hang, flap, answer late and lose packets, while reloads and
# a crash happen. Looked at all the while: nothing names one that has been dead for longer than its limits allow, nothing
# lacks one that has been well for as long.

# In hundredths of a second: interval and timeout are 70, a look at the table 100, the rest what this kernel takes.
LIMIT=300

configure
conf() {
    on director sh -c 'cat >/etc/swerve/swerve.conf' <<CONF
include "/etc/named.conf";
director {
    cleanstop no;
    virtual-server tcp $VIP port 80 {
        scheduler $1;
        check connect { interval 200ms; timeout 500ms; };
        real-server $RS1;
        real-server $RS2;
    };
};
steering { ttl 1s; };
CONF
}
conf rr
start_swerved director
ready() { table_is_whole && names_the_vip $DIRECTOR; }
expect "swerved has started" wait_until 20 ready

# is HOST FATE: from now on it is well, dead, or neither for sure.
is() { echo "$2 $(now)" >"/lab/fate-$1.new" && mv "/lab/fate-$1.new" "/lab/fate-$1"; }
network() {
    host=$1
    shift
    on "$host" tc qdisc replace dev eth0 root netem "$@"
}
well() { network "$1" limit 1000 && is "$1" well; }
reload() { conf "$1" && on director swervectl reload >/lab/reload; }

judged_dead=0 judged_well=0
# for_sure FATE HOST…: all of these have been so for longer than the limit.
for_sure() {
    wanted=$1
    shift
    time=$(now)
    for host in "$@"; do
        read -r fate since <"/lab/fate-$host"
        [ "$fate" = "$wanted" ] && [ $((time - since)) -gt $LIMIT ] || return 1
    done
}
wrong() { echo "$* at $(now): $(cat /lab/fate-rs1 /lab/fate-rs2 | tr '\n' ' ')" >>/lab/wrong; }
# judge: one look at the table, one at the answers. What is for sure before stays so until the weather changes, which it
# does not meanwhile.
judge() {
    on director ipvsadm -Ln >/lab/judged
    for host in rs1 rs2; do
        [ $host = rs1 ] && address=$RS1 || address=$RS2
        if for_sure dead $host; then
            judged_dead=$((judged_dead + 1))
            grep -q -F -e "-> $address:" /lab/judged && wrong "$host is dead and in the table"
        elif for_sure well $host; then
            judged_well=$((judged_well + 1))
            grep -q -F -e "-> $address:" /lab/judged || wrong "$host is well and not in the table"
        fi
    done
    on client dig +tries=1 +time=1 "@$DIRECTOR" www.yufu123.com A >/lab/judged
    grep -q 'status: NOERROR' /lab/judged || return 0 # between two lives of swerved
    if for_sure dead rs1 rs2; then
        judged_dead=$((judged_dead + 1))
        grep -q 'ANSWER: 0' /lab/judged || wrong "all are dead and the name is answered"
    elif for_sure well rs1 || for_sure well rs2; then
        judged_well=$((judged_well + 1))
        grep -q 'ANSWER: 1' /lab/judged || wrong "one is well and the name is withdrawn"
    fi
}
# watch SECONDS: judges all the while.
watch() {
    end=$(($(now) + $1 * 100))
    while [ "$(now)" -lt $end ]; do
        judge
        sleep 0.1
    done
}

: >/lab/wrong
network rs1 limit 1000
has_netem() { on rs1 tc qdisc show dev eth0 | grep netem; }
expect "this kernel has netem" has_netem
well rs1
well rs2

network rs2 delay 150ms 50ms
stop rs1 web
is rs1 dead
watch 3
reload wlc
watch 2

start_web rs1
is rs1 well
network rs2 loss 100%
is rs2 dead
watch 4
stop director swerved KILL
start_swerved director
watch 2

network rs1 loss 100%
is rs1 dead
watch 3
reload rr
watch 2

well rs2
network rs1 loss 30% delay 50ms
is rs1 unsure
watch 1
stop rs1 web
watch 1
start_web rs1
watch 1
reload wlc

well rs1
watch 5

all_right() {
    cat /lab/wrong
    [ ! -s /lab/wrong ]
}
expect "no answer and no table was wrong" all_right
enough() {
    echo "looked at $judged_dead dead ones and $judged_well well ones"
    [ $judged_dead -ge 10 ] && [ $judged_well -ge 10 ]
}
expect "and there was much to be wrong about" enough
note "$(enough)"
expect "in the end all is well" ready
expect "ipvsadm and swervectl agree" tables_agree
