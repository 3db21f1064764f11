#!/bin/bash
# beside.sh [ROUNDS]: Debian's ldirectord, keepalived and swerved, each with the same 110 real servers of one virtual
# server in the kernel's IPVS, asked for a page every second within a second: how long after its death a real server
# leaves the table while 0, 10 and 100 others hang, and what the program takes of the processor while all answer and
# while 100 hang, with the checks that it does for that. The three take turns in the guest kernel of Tests/Lab, where
# system calls take several times as long as else; the servers are one program on 127.0.0.0/8. The medians of three
# rounds, which take a quarter of an hour, most of it ldirectord's. Of a release build, or the one in PROGRAMS.
# The guest begins it with sh.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -euo pipefail

if [ -z "${LAB:-}" ]; then
    rounds=${1:-3}
    cd "$(dirname "$0")/../.."
    . Tests/Benchmarks/common.bash
    needs linux.uml ipvsadm ldirectord keepalived
    build
    for registers in "$PROGRAMS" .build/debug; do
        [ ! -e "$registers/libLabRegisters.so" ] || export LD_PRELOAD=$(realpath "$registers/libLabRegisters.so")
    done
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    # A round takes five minutes; one that takes three times as long has gone wrong.
    TMPDIR=/dev/shm timeout --kill-after=5 $((rounds * 900 + 50)) linux.uml rootfstype=hostfs ro \
        init="$PWD/Tests/Lab/guest/init" mem=1024M quiet con=null con0=fd:0,fd:1 uml_dir="$folder/" \
        LAB_SCENARIO="$rounds" LAB_RUN="$PWD/Tests/Benchmarks/beside.sh" LAB_SECONDS=$((rounds * 900)) \
        LAB_PATH="$PROGRAMS" </dev/null
    exit
fi
rounds=$1
port=8097 virtual=127.250.0.1:8097 servers=110 last=109
mkdir -p /lab/log
cd /lab
ip link set lo up
address() { echo "127.1.0.$((1 + $1))"; }
ask() { echo "$*" >&"${to[1]}"; read -r reply <&"${to[0]}"; }
seconds() { read -r up rest </proc/uptime; echo "$up"; }
count() { ipvsadm -Ln -t $virtual 2>/dev/null | grep -c -- "-> 127" || true; }
in_table() { ipvsadm -Ln -t $virtual 2>/dev/null | grep -q -- "-> $(address $last):"; }
has_left() { ! in_table; }
are_in_table() { [ "$(count)" = "$1" ]; }
until_it() { # seconds at most, command …: how long it took
    local begun=$(seconds) limit=$1
    shift
    while ! "$@"; do
        awk -v a="$begun" -v b="$(seconds)" -v l="$limit" 'BEGIN { exit b - a >= l }' || break # at least so long
        sleep 0.1
    done
    awk -v a="$begun" -v b="$(seconds)" 'BEGIN { printf "%.1f", b - a }'
}
# Of the program and of all that it has started.
processor_time() {
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v p="$judged" '{ sub(/\(.*\)/, "x"); of[$1] = $4; t[$1] = $14 + $15 + $16 + $17 }
        END { for (i in t) { for (q = i; q > 1 && q != p; q = of[q]); if (q == p) sum += t[i] }; print sum * 10 }'
}
# share HUNG: notes the processor's share of five seconds, and the checks done in each of them.
share() {
    local spent=$(processor_time) begun=$(seconds) checks
    ask connections
    checks=$reply
    sleep 5
    ask connections
    awk -v t=$(($(processor_time) - spent)) -v c=$((reply - checks)) -v a="$begun" -v b="$(seconds)" \
        'BEGIN { printf "%.1f %.0f\n", t / 10 / (b - a), c / (b - a) }' >share
    read -r spent checks <share
    note "processor-$1" "$spent"
    note "checks-$1" "$checks"
}
note() { echo "$program $1 $2" >>results; }
median() { awk -v p="$1" -v w="$2" '$1 == p && $2 == w { print $3 }' results | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
configure() {
    {
        printf 'checktimeout=1\nnegotiatetimeout=1\ncheckinterval=1\nquiescent=no\nvirtual=%s\n' $virtual
        for ((i = 0; i < servers; i++)); do printf '\treal=%s:%d gate\n' "$(address "$i")" $port; done
        printf '\tservice=http\n\trequest="/"\n\tscheduler=rr\n\tprotocol=tcp\n\tchecktype=negotiate\n'
    } >ldirectord.cf
    cat >swerve.conf <<CONF
options { directory "/lab"; listen-on port 5398 { 127.0.0.1; }; listen-on-v6 { none; }; state-directory "/lab/state"; };
controls { unix "/lab/control.sock"; };
director { ldirectord "ldirectord.cf"; cleanstop yes; };
CONF
    {
        printf 'virtual_server %s %d {\n delay_loop 1\n lb_algo rr\n lb_kind DR\n protocol TCP\n' ${virtual%:*} $port
        for ((i = 0; i < servers; i++)); do
            printf ' real_server %s %d { HTTP_GET { url { path / status_code 200 } connect_timeout 1 retry 0 } }\n' \
                "$(address "$i")" $port
        done
        echo "}"
    } >keepalived.conf
}
start_ldirectord() { exec ldirectord -d /lab/ldirectord.cf start; }
start_keepalived() { exec keepalived --dont-fork --no-syslog --check -f /lab/keepalived.conf; }
start_swerved() { exec swerved -c /lab/swerve.conf; }

configure
coproc to { exec CheckBenchmark 1000 $port; }
read -r reply <&"${to[0]}"
for ((round = 1; round <= rounds; round++)); do
    for program in ldirectord keepalived swerved; do
        ask serve 0 1000
        "start_$program" >"log/$program" 2>&1 </dev/null &
        judged=$!
        note came "$(until_it 240 are_in_table $servers)"
        sleep 2
        share 0
        for hung in 0 10 100; do
            # Those hang already when it dies, but for the hundred of which a round of ldirectord takes very long.
            [ "$hung" = 0 ] || ask hang 0 "$hung"
            [ "$hung" != 10 ] || until_it 60 are_in_table $((servers - hung)) >/dev/null
            ask close $last $((last + 1))
            note "left-$hung" "$(until_it 240 has_left)"
            [ "$hung" = 100 ] || { ask serve $last $((last + 1)) && until_it 60 in_table >/dev/null; }
        done
        share 100
        kill "$judged"
        wait "$judged" || true
        ipvsadm -C
        echo "$program, round $round: $(awk -v p="$program" '$1 == p { line[$2] = $3 } END { for (w in line) print w, line[w] }' results | sort | tr '\n' ' ')"
    done
done
echo "median of $rounds, in seconds, % of the processor and checks a second"
echo "| | all in the table after | dead one leaves after | with 10 hung | with 100 hung | processor, all answering (checks) | with 100 hung (checks) |"
echo "|---|---|---|---|---|---|---|"
for program in ldirectord keepalived swerved; do
    echo "| $program | $(median $program came) | $(median $program left-0) | $(median $program left-10) | $(median $program left-100)" \
        "| $(median $program processor-0) % ($(median $program checks-0))" \
        "| $(median $program processor-100) % ($(median $program checks-100)) |"
done
