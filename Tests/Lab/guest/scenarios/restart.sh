# SIGKILL and restart with the same files: nothing changes in the kernel, for clients and in the answers.

serve
resolve_with $DIRECTOR
# A page of a hundred lines, five a second
for number in 1 2; do
    mkdir /srv/rs$number/cgi-bin
    printf '#!/bin/sh\necho\nfor line in $(seq 100); do\necho $line\nsleep 0.2\ndone\n' >/srv/rs$number/cgi-bin/slow
    chmod +x /srv/rs$number/cgi-bin/slow
done

on director ip link add nlmon0 type nlmon
on director ip link set nlmon0 up
family=$(on director genl ctrl get name IPVS | sed -n 's/.*ID: \(0x[0-9a-f]*\).*/\1/p')
family=$((family))

capture() {
    : >/lab/log/director-tcpdump
    # Of packets of any length its ring holds eight, and drops the next while it waits for its turn.
    start director tcpdump tcpdump -Z root -i nlmon0 --immediate-mode -s 8192 -B 8192 -U -w "/lab/$1.pcap"
    # It says that it listens a little before it does: what is asked of another family shows when it captures.
    wait_until 10 captures "/lab/$1.pcap"
}
captures() { on director genl ctrl get name IPVS >/dev/null && [ -e "$1" ] && [ "$(stat -c %s "$1")" -gt 24 ]; }

# requests FILE: the IPVS requests captured there.
requests() {
    # The answer to a question about no family is captured after all that was asked before.
    on director genl ctrl get name swerve-end >/dev/null 2>&1
    wait_until 10 grep -q -a swerve-end "/lab/$1.pcap"
    stop director tcpdump
    od -An -v -tu1 "/lab/$1.pcap" | awk -v family=$family -f "$LAB/ipvs-requests.awk"
}

# The detector itself first: it must see what ipvsadm changes, and that it reads.
capture detector
on director ipvsadm -A -f 77 -s rr
on director ipvsadm -a -f 77 -r $RS1 -g
on director ipvsadm -Ln >/dev/null
on director ipvsadm -D -f 77
requests detector >/lab/detected
expect "nlmon sees a service being made" grep -qx "1 changing NEW_SERVICE" /lab/detected
expect "nlmon sees a real server being made" grep -qx "5 changing NEW_DEST" /lab/detected
expect "nlmon sees a service being deleted" grep -qx "3 changing DEL_SERVICE" /lab/detected
expect "nlmon sees the table being read" grep -q "reading GET_SERVICE" /lab/detected

# reads_only FILE: the table was read, and nothing but read.
reads_only() {
    cat "$1"
    grep -q "reading" "$1" && not grep -q changing "$1"
}

# first_answer_is_the_last: polled from before the start, the first answer after it is the one from before it.
first_answer_is_the_last() {
    wait_until 20 answered
    diff -u /lab/last /lab/first
}
answered() { on client dig +noall +answer +comments +nocookie +tries=1 +time=1 @$DIRECTOR www.yufu123.com A >/lab/dig &&
    sed -e '/^;;.*id:/s/, id.*//' -e '/^;; WARNING/d' -e '/Got answer/d' /lab/dig >"${to:-/lab/first}"; }

# kill_and_restart WHEN: what must hold for any state of the real servers.
kill_and_restart() {
    wait_until 10 tables_agree
    to=/lab/last
    answered
    to=/lab/first
    kernel_table >/lab/before
    capture "$1"
    stop director swerved KILL
    expect "$1: swerved is gone" not answered
    start_swerved director
    expect "$1: the first answer is the last one before" first_answer_is_the_last
    sleep 3
    requests "$1" >/lab/requests
    expect "$1: no changing request to the kernel" reads_only /lab/requests
    kernel_table >/lab/after
    expect "$1: the table is the same" diff -u /lab/before /lab/after
    expect "$1: ipvsadm and swervectl agree" tables_agree
}

lines() { wc -l </lab/slow; }
more_than() { [ "$(lines)" -gt "$1" ]; }

on client curl -sSN http://www.yufu123.com/cgi-bin/slow >/lab/slow 2>&1 &
connection=$!
expect "a connection through the VIP is open" wait_until 5 more_than 5
kill_and_restart "both up"
so_far=$(lines)
expect "the connection still carries" wait_until 3 more_than "$so_far"
expect "it is carried to its end" wait $connection
expect "nothing of it is lost" sh -c 'seq 100 | cmp - /lab/slow'

stop rs1 web
wait_until 5 not in_table $RS1
kill_and_restart "one down"

stop rs2 web
gone() { not names_the_vip $DIRECTOR; }
wait_until 5 gone
kill_and_restart "both down"

start_web rs1
start_web rs2
expect "both return" wait_until 5 table_is_whole
expect "and serve" wait_until 3 alternate http://www.yufu123.com
