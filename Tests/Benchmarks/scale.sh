#!/bin/bash
# scale.sh zones N: N small zones (default 100,000), each a file of its own. scale.sh records N: one zone of N records
# (default 10,000,000). What a start takes, in time and memory, what reloads take, and what a client waits
# meanwhile, of a release build, or of the one in PROGRAMS. In RAM (/dev/shm) unless FOLDER says otherwise.
# Needs dig and a C compiler.
set -euo pipefail
kind=${1:-zones}
if [ "$kind" = zones ]; then count=${2:-100000}; else count=${2:-10000000}; fi
cd "$(dirname "$0")/../.."
. Tests/Benchmarks/common.bash
needs dig cc
build swerved swervectl
folder=$(mktemp -d "${FOLDER:-/dev/shm}/swerve-scale.XXXXXX")
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$folder"' EXIT

# Zones z0.example … with a name of their own serial each: eight records, of which two are delegations' or glue.
zone_files() { # first last serial
    awk -v d="$folder/zones" -v first="$1" -v last="$2" -v serial="$3" 'BEGIN { for (i = first; i < last; i++) {
        f = d "/" int(i / 1000) "/z" i ".zone"; a = "10." int(i / 65536) "." int(i / 256) % 256 "." i % 256
        printf "$TTL 3600\n@ SOA ns1 admin %d 3600 300 604800 300\n@ NS ns1\n@ NS ns2.example.net.\nns1 A 192.0.2.1\n@ A %s\nwww A %s\n@ MX 10 mail\nmail A %s\n", serial, a, a, a > f
        close(f) } }'
}
one_zone() { # records serial
    awk -v records="$1" -v serial="$2" -v questions="$folder/questions" -f Tests/Benchmarks/one-zone.awk
}
configuration() { # first last
    echo "options { directory \"$folder\"; listen-on port 5399 { 127.0.0.1; }; listen-on-v6 { none; }; state-directory \"$folder\"; };"
    echo "controls { unix \"$folder/control.sock\"; };"
    if [ "$kind" = zones ]; then
        awk -v first="$1" -v last="$2" 'BEGIN { for (i = first; i < last; i++)
            printf "zone \"z%d.example\" { type primary; file \"zones/%d/z%d.zone\"; };\n", i, int(i / 1000), i }'
    else
        echo 'zone "big.example" { type primary; file "big.zone"; };'
    fi
}
now() { date +%s%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f s", (b - a) / 1e9 }'; }
held() { awk -v k="$1" '$1 == k ":" { printf "%d", $2 / 1024 }' "/proc/$server/status"; }
say() { printf '%-52s %s\n' "$1" "$2"; }
serial() { dig +short +time=5 @127.0.0.1 -p 5399 "$1" SOA | cut -d' ' -f3; }
expect() { [ "$2" = "$3" ] || { echo "$1: $2 instead of $3" >&2; exit 1; }; }
reload() { # what, words
    local what=$1 begun
    shift
    begun=$(now)
    "$PROGRAMS/swervectl" -s "$folder/control.sock" reload "$@" >"$folder/reload.out" 2>&1 && status=0 || status=$?
    say "$what" "$(since "$begun"), ends with $status"
}

mkdir -p "$folder/zones"
if [ "$kind" = zones ]; then
    for ((i = 0; i <= (count + 1000) / 1000; i++)); do mkdir "$folder/zones/$i"; done
    zone_files 0 $((count + 1000)) 1
    awk -v n="$count" 'BEGIN { srand(7); for (i = 0; i < 100000; i++) printf "www.z%d.example A\n", int(rand() * (n - 2000)) + 1000 }' >"$folder/questions"
    changed="z5000.example" changed_file="$folder/zones/5/z5000.zone"
    [ "$count" -gt 5000 ] || { changed="z1500.example"; changed_file="$folder/zones/1/z1500.zone"; }
else
    one_zone "$count" 1 >"$folder/big.zone"
    changed="big.example" changed_file="$folder/big.zone"
    say "the file" "$(($(stat -c %s "$folder/big.zone") >> 20)) MB"
fi
configuration 0 "$count" >"$folder/swerve.conf"

begun=$(now)
touch "$folder/log"
"$PROGRAMS/swerved" -c "$folder/swerve.conf" 2>"$folder/log" &
server=$!
until grep -q ready: "$folder/log"; do
    kill -0 "$server" || { tail -3 "$folder/log"; exit 1; }
    sleep 0.05
done
say "start, until ready" "$(since "$begun")"
say "memory, at most while starting" "$(held VmHWM) MB"
sleep 3
base=$(held VmRSS)
say "memory, when all is loaded" "$base MB"
say "  for each of $count $kind" "$(awk -v m="$base" -v n="$count" 'BEGIN { printf "%d octets", m * 1048576 / n }')"
expect "serial at first" "$(serial "$changed")" 1

compile steady "$folder"
ask() { "$folder/steady" 127.0.0.1 5399 "$folder/questions" 20000 "$1"; }
latency() { awk '{ printf "median %s ms, p99 %s ms, longest %s ms, lost %d", $4, $5, $7, $3 }' "$1"; }
ask 5 >"$folder/quiet"
say "at 20,000 queries a second" "$(latency "$folder/quiet")"
ask "${BUSY:-40}" >"$folder/busy" &
load=$!

reload "reload, nothing changed"
expect "status" "$status" 0
if [ "$kind" = zones ]; then
    sed -i 's/admin 1 /admin 2 /' "$changed_file"
    reload "reload, one zone changed"
    expect "status and serial" "$status $(serial "$changed")" "0 2"
    sed -i 's/admin 2 /admin 3 /' "$changed_file"
    reload "reload of one zone by name" "$changed"
    expect "status and serial" "$status $(serial "$changed")" "0 3"
    echo "bad A 192.0.2.300" >>"$changed_file"
    reload "reload, one zone broken"
    expect "status and serial" "$status $(serial "$changed")" "1 3"
    sed -i '$d; s/admin 3 /admin 4 /' "$changed_file"
    configuration 1000 $((count + 1000)) >"$folder/swerve.conf"
    reload "reload, 1000 zones removed and 1000 added"
    expect "status, serial, a new and an old zone" \
        "$status $(serial "$changed") $(serial "z$((count + 999)).example") $(serial z999.example)" "0 4 1 "
    zone_files 1000 $((count + 1000)) 5
    reload "reload, every zone changed"
    expect "status and serial" "$status $(serial "$changed")" "0 5"
else
    one_zone "$count" 2 >"$folder/big.zone"
    reload "reload, the zone changed"
    expect "status and serial" "$status $(serial "$changed")" "0 2"
fi
say "memory, at most while reloading" "$(held VmHWM) MB"
wait "$load"
say "at 20,000 queries a second meanwhile" "$(latency "$folder/busy")"
sleep 3
say "memory at the end" "$(held VmRSS) MB"
begun=$(now)
kill "$server"
wait "$server" || true
server=
say "stop" "$(since "$begun")"
