# A real server dies and comes back; then both; then the fallback speaks.

serve
resolve_with $DIRECTOR
expect "ipvsadm and swervectl agree" tables_agree

stop rs1 web
expect "a killed real server leaves the table within two seconds" wait_until 2 not in_table $RS1
note "after $elapsed hundredths of a second"
expect "no curl fails once it has" all_say "RS 2 SERVER" http://www.yufu123.com
expect "its name still answers" names_the_vip $DIRECTOR
expect "ipvsadm and swervectl agree without it" tables_agree

start_web rs1
expect "it returns when it is back" wait_until 3 table_is_whole
expect "both serve again" alternate http://www.yufu123.com
expect "ipvsadm and swervectl agree with it" tables_agree

# withdrawn SERVER: NOERROR without an address, and a SOA that lets the absence be kept for 30 s at most.
withdrawn() {
    on client dig +tries=1 +time=1 "@$1" www.yufu123.com A >/lab/withdrawn
    grep -q 'status: NOERROR' /lab/withdrawn && grep -q 'ANSWER: 0' /lab/withdrawn &&
        awk '{ print } $4 == "SOA" && $2 <= 30 { found = 1 } END { exit !found }' /lab/withdrawn
}

unsteered() {
    on client dig +noall +answer +tries=1 +time=1 "@$1" "$2" "$3" >/lab/unsteered
    cat /lab/unsteered
    grep -q -w "$4" /lab/unsteered
}

stop rs1 web
stop rs2 web
for server in $DIRECTOR $DNS; do
    expect "with both dead, $server withdraws the VIP: NOERROR, SOA of at most 30 s" wait_until 5 withdrawn $server
    expect "NS still answers at $server" unsteered $server yufu123.com NS ns1.yufu123.com.
    expect "SOA still answers at $server" unsteered $server yufu123.com SOA 20180703
    expect "other names still answer at $server" unsteered $server ns1.yufu123.com A $DNS
done
expect "the fallback is in the table, whatever its check says" in_table 127.0.0.1
expect "ipvsadm and swervectl agree on it" tables_agree

printf 'HTTP/1.0 503 Service Unavailable\r\nConnection: close\r\n\r\nsorry\n' >/lab/sorry
start director sorry busybox nc -ll -p 80 -e sh -c 'while read -r line && [ "${#line}" -gt 1 ]; do :; done; cat /lab/sorry'
for server in $DIRECTOR $DNS; do
    expect "with a fallback that says sorry, $server names the VIP again" wait_until 5 names_the_vip $server
    resolve_with $server
    expect "curl gets its page" all_say sorry http://www.yufu123.com
done
on client curl -sS -o /dev/null -w '%{http_code}' http://www.yufu123.com >/lab/status
expect "with its status" grep -qx 503 /lab/status

start_web rs1
start_web rs2
expect "both return" wait_until 5 table_is_whole
expect "the fallback leaves" wait_until 3 not in_table 127.0.0.1
# The DNS host's last check of the fallback goes through the VIP, where it takes a turn.
expect "both serve again after all" wait_until 3 alternate http://www.yufu123.com
expect "ipvsadm and swervectl agree at the end" tables_agree

# Slow start: who returns comes to its share step by step.
on director sh -c 'cat >/etc/swerve/swerve.conf' <<CONF
include "/etc/named.conf";
director {
    virtual-server tcp $VIP port 80 {
        scheduler wrr;
        slow-start 30s;
        check connect { interval 500ms; timeout 3s; };
        real-server $RS1;
        real-server $RS2;
    };
};
CONF
weight() { on director ipvsadm -Ln | awk -v server="$1:80" '$2 == server { print $4 }'; }
weighs() { [ "$(weight "$1")" = "$2" ]; }
weighs_little() { weight "$1" | grep -x -E '[1-3]0'; }
# fewer LESS MORE: of forty new connections (a busy machine may fail some) this one gets fewer than half of that.
fewer() {
    on director ipvsadm -Z
    for ten in 1 2 3 4; do ten_curls http://$VIP; done
    # The kernel sums up every two seconds.
    wait_until 8 is_fewer "$1" "$2"
}
is_fewer() {
    on director ipvsadm -Ln --stats --exact >/lab/shares
    cat /lab/shares
    awk -v less="$1:80" -v more="$2:80" '$2 == less { few = $3 } $2 == more { many = $3 }
        END { exit !(few + many > 20 && few > 0 && few * 2 < many) }' /lab/shares
}
expect "a reload with slow-start is done" on director swervectl reload
expect "the table has weights with room for steps" wait_until 5 weighs $RS1 100
stop rs1 web
expect "a killed real server leaves" wait_until 8 not in_table $RS1
start_web rs1
expect "it returns with little weight" wait_until 8 weighs_little $RS1
expect "and gets less than half of the other's connections" fewer $RS1 $RS2
expect "in the end it has its whole weight" wait_until 50 weighs $RS1 100
expect "ipvsadm and swervectl agree on it" tables_agree
