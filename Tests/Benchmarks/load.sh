#!/bin/bash
# load.sh [RECORDS]: one zone of RECORDS records (default 1,000,000), of Swerve alone (peers.sh load has it beside others).
# From the program's start to the first answer, and the memory held then; and how much longer than the start before it
# it takes from one changed record in the zone's file until clients see it; medians of ROUNDS (default 9). Then on one
# processor, asked from the other one at half of what it answers without a loss: reloads of the changed zone one after
# another (queries lost, their times beside those without a reload, memory); and one without a change. Ends with 1 if a
# query is lost, the 99th percentile grows by more than 5 ms, or memory by more than a twentieth.
# PROGRAMS names a folder with a release build's programs, else they are built. The zone is in RAM (/dev/shm).
# Needs two processors and a C compiler. For this machine's loopback only.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Tests/Benchmarks/common.bash
needs cc taskset
build swerved swervectl
records=${1:-1000000} rounds=${ROUNDS:-9} port=5398
folder=$(mktemp -d "/dev/shm/swerve-load.XXXXXX")
server=
trap '[ -z "$server" ] || stop "$server"; rm -rf "$folder"' EXIT
compile until "$folder"
compile steady "$folder"
file=$folder/big.zone
awk -v records="$records" -v serial=1 -v questions="$folder/questions" -f Tests/Benchmarks/one-zone.awk >"$file"
cat >"$folder/swerve.conf" <<X
options { listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; directory "$folder"; state-directory "$folder/state"; };
controls { unix "$folder/control.sock"; };
zone "big.example" { type primary; file "big.zone"; };
X
mkdir "$folder/state"
echo "$records records, $(($(stat -c %s "$file") >> 20)) MB of text, $(nproc) processors"

now() { date +%s%N; }
milliseconds() { echo $((($(now) - $1) / 1000000)); }
answers() { "$folder/until" 127.0.0.1 $port "$@" 60 || { echo "no answer: $(tail -3 "$folder/log")" >&2; exit 1; }; }
start() { # command in front of it...
    env SWERVE_WORKERS=1 "$@" "$PROGRAMS/swerved" -c "$folder/swerve.conf" >"$folder/log" 2>&1 &
    server=$!
    answers big.example SOA
}
end() {
    stop "$server"
    server=
}
number=0
# A secondary would want another serial, which takes a whole new file.
change() { echo "changed$((number += 1)) A 192.0.2.99" >>"$file"; }
reload() { "$PROGRAMS/swervectl" -s "$folder/control.sock" reload >"$folder/reload" 2>&1 || { cat "$folder/reload" >&2; exit 1; }; }

for ((round = 0; round < rounds; round++)); do
    begun=$(now)
    start
    first=$(milliseconds "$begun")
    echo "$first" >>"$folder/starts"
    memory "$server" >>"$folder/memory"
    begun=$(now)
    change
    reload &
    answers "changed$number.big.example" A
    took=$(milliseconds "$begun")
    echo "$took" >>"$folder/changes"
    echo $((took - first)) >>"$folder/differences"
    wait $!
    end
done
echo "first answer after $(median <"$folder/starts") ms, $(median <"$folder/memory") MB"
echo "one record changed: seen after $(median <"$folder/changes") ms, $(median <"$folder/differences") ms more than the start before it"

# Of a run: questions sent, answered, lost; milliseconds: median, 99th and 99.9th percentile, longest.
ask() { taskset -c 1 "$folder/steady" 127.0.0.1 $port "$folder/questions" "$1" "$2"; }
start taskset -c 0
rate=500000
while read -r _ _ lost _ < <(ask $rate 2) && [ "$lost" -gt 0 ]; do rate=$((rate * 4 / 5)); done
half=$((rate / 2))
sleep 1
before=$(memory "$server")
read -r sent _ lost_quiet median_quiet p99_quiet _ longest_quiet < <(ask $half 10)
[ "$sent" -ge $((half * 10 - 1)) ]
echo "at $half queries a second, half of what it answers without a loss: median $median_quiet ms, p99 $p99_quiet ms, longest $longest_quiet ms, lost $lost_quiet"
ask $half 10 >"$folder/busy" &
asking=$!
reloads=0
begun=$(now)
for ((; $(milliseconds "$begun") < 9500; reloads++)); do
    change
    reload
done
took=$(($(milliseconds "$begun") / reloads))
wait $asking
read -r _ _ lost_busy median_busy p99_busy _ longest_busy <"$folder/busy"
sleep 3
after=$(memory "$server")
echo "with $reloads reloads one after another, of $took ms: median $median_busy ms, p99 $p99_busy ms, longest $longest_busy ms, lost $lost_busy"
echo "memory before and after: $before MB, $after MB"
begun=$(now)
reload
echo "a reload without a change: $(milliseconds "$begun") ms"
end
awk -v lost=$((lost_quiet + lost_busy)) -v p="$p99_quiet" -v q="$p99_busy" -v m="$before" -v n="$after" \
    'BEGIN { exit lost > 0 || q > p + 5 || n > m * 1.05 }'
