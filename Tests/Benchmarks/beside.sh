#!/bin/bash
# beside.sh: Debian's ldirectord, keepalived and swerved, each with the same 110 real servers of one virtual server in
# the kernel's IPVS, asked for a page every second within a second: how long after its death a real server leaves the
# table while 0, 10 and 100 others hang, and the processor time that the program takes. The three run one after the
# other in the guest kernel of Tests/Lab, where system calls take several times as long as else; the servers are one
# program on 127.0.0.0/8. Takes five minutes, most of them ldirectord's. Of a release build, or the one in PROGRAMS.
# The guest begins it with sh.
[ -n "${BASH_VERSION:-}" ] || exec bash "$0" "$@"
set -euo pipefail

if [ -z "${LAB:-}" ]; then
    cd "$(dirname "$0")/../.."
    if [ -z "${PROGRAMS:-}" ]; then
        SWERVE_BENCHMARKS=1 swift build -c release 2>&1 | grep -E "error|warning:" || true
        PROGRAMS=$(SWERVE_BENCHMARKS=1 swift build -c release --show-bin-path)
    fi
    for program in linux.uml ipvsadm ldirectord keepalived; do
        command -v $program >/dev/null || { echo "$program is missing: see Tests/set-up"; exit 1; }
    done
    for registers in "$PROGRAMS" .build/debug; do
        [ ! -e "$registers/libLabRegisters.so" ] || export LD_PRELOAD=$(realpath "$registers/libLabRegisters.so")
    done
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    TMPDIR=/dev/shm timeout --kill-after=5 900 linux.uml rootfstype=hostfs ro init="$PWD/Tests/Lab/guest/init" \
        mem=1024M quiet con=null con0=fd:0,fd:1 uml_dir="$folder/" LAB_SCENARIO=beside \
        LAB_RUN="$PWD/Tests/Benchmarks/beside.sh" LAB_SECONDS=850 LAB_PATH="$(realpath "$PROGRAMS")" </dev/null
    exit
fi
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
        awk -v a="$begun" -v b="$(seconds)" -v l="$limit" 'BEGIN { exit b - a >= l }' || { echo "over $limit s"; return; }
        sleep 0.1
    done
    awk -v a="$begun" -v b="$(seconds)" 'BEGIN { printf "%.1f s", b - a }'
}
# Of the program and of all that it has started.
processor_time() {
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v p="$judged" '{ sub(/\(.*\)/, "x"); of[$1] = $4; t[$1] = $14 + $15 + $16 + $17 }
        END { for (i in t) { for (q = i; q > 1 && q != p; q = of[q]); if (q == p) sum += t[i] }; print sum * 10 }'
}
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
start_keepalived() { exec keepalived --dont-fork --log-console --check -f /lab/keepalived.conf; }
start_swerved() { exec swerved -c /lab/swerve.conf; }

configure
coproc to { exec CheckBenchmark 1000 $port; }
read -r reply <&"${to[0]}"
printf '%-12s %12s %12s %12s %12s %18s\n' "" "all in table" "0 hang" "10 hang" "100 hang" "CPU, 110 answer"
for program in ldirectord keepalived swerved; do
    ask serve 0 1000
    "start_$program" >"log/$program" 2>&1 </dev/null &
    judged=$!
    came=$(until_it 120 are_in_table $servers)
    sleep 2
    before=$(processor_time)
    begun=$(seconds)
    sleep 10
    share=$(awk -v t=$(($(processor_time) - before)) -v a="$begun" -v b="$(seconds)" 'BEGIN { printf "%.1f %%", t / 10 / (b - a) }')
    left=()
    for hung in 0 10 100; do
        # Those hang already when it dies, but for the hundred of which a round of ldirectord takes very long.
        [ "$hung" = 0 ] || ask hang 0 "$hung"
        [ "$hung" != 10 ] || until_it 60 are_in_table $((servers - hung)) >/dev/null
        ask close $last $((last + 1))
        left+=("$(until_it 240 has_left)")
        [ "$hung" = 100 ] || { ask serve $last $((last + 1)) && until_it 60 in_table >/dev/null; }
    done
    printf '%-12s %12s %12s %12s %12s %18s\n' "$program" "$came" "${left[@]}" "$share"
    kill "$judged"
    wait "$judged" || true
    ipvsadm -C
done
