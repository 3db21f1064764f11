#!/bin/bash
# load.sh [RECORDS [SERVER...]]: one zone of RECORDS records (default 1,000,000). For Swerve and each SERVER (default:
# those of nsd, knot, bind and gdnsd that are installed): from the program's start to the first answer, and the memory
# held then (PSS), the median of ROUNDS (default 5) alternated starts. After each of its own starts Swerve is told of one
# changed record: how much longer than that start it takes until a client sees it (who looks takes some 35 ms for each
# look). Then Swerve alone, asked at half of what it answers at most: a reload of the whole zone (queries lost, the 99th
# percentile, memory); and one without a change.
# PROGRAMS names a folder with a release build's programs, else they are built. The zone is in RAM (/dev/shm).
# Needs dig and dnsperf.
set -euo pipefail
cd "$(dirname "$0")/../.."
records=${1:-1000000}
shift || true
servers=("$@")
if [ ${#servers[@]} = 0 ]; then
    for pair in nsd:nsd knot:knotd bind:named gdnsd:gdnsd; do
        if command -v "${pair#*:}" >/dev/null; then servers+=("${pair%:*}"); fi
    done
fi
if [ -z "${PROGRAMS:-}" ]; then
    swift build -c release 2>&1 | grep -E "error|warning:" || true
    PROGRAMS=$(swift build -c release --show-bin-path)
fi
folder=$(mktemp -d "/dev/shm/swerve-load.XXXXXX")
chmod 755 "$folder"
server=
finish() {
    [ -z "$server" ] || { kill "$server" && wait "$server" || true; }
    rm -rf "$folder"
}
trap finish EXIT
file=$folder/zones/big.example
mkdir -p "$folder/zones" "$folder/run" "$folder/state"
awk -v records="$records" -v serial=1 -f Tests/Benchmarks/one-zone.awk >"$file"
echo "$records records, $(($(stat -c %s "$file") >> 20)) MB of text, $(nproc) processors"

# What each server needs to serve the zone at 127.0.0.1, port 5398, with one worker.
command_of() {
    case $1 in
    swerve)
        cat >"$folder/swerve.conf" <<X
options { listen-on port 5398 { 127.0.0.1; }; listen-on-v6 { none; }; directory "$folder"; state-directory "$folder/state"; };
controls { unix "$folder/control.sock"; };
zone "big.example" { type primary; file "zones/big.example"; };
X
        command=(env SWERVE_WORKERS=1 "$PROGRAMS/swerved" -c "$folder/swerve.conf") ;;
    nsd)
        cat >"$folder/nsd.conf" <<X
server:
  ip-address: 127.0.0.1@5398
  username: ""
  zonesdir: "$folder"
  database: ""
  pidfile: "$folder/nsd.pid"
  zonelistfile: "$folder/zone.list"
  xfrdfile: "$folder/xfrd.state"
  xfrdir: "$folder"
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: big.example
  zonefile: "$file"
X
        command=(nsd -d -c "$folder/nsd.conf") ;;
    knot)
        cat >"$folder/knot.conf" <<X
server:
  listen: 127.0.0.1@5398
  rundir: $folder
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: $folder
zone:
- domain: big.example
  file: $file
  zonefile-load: whole
  journal-content: none
X
        command=(knotd -c "$folder/knot.conf") ;;
    bind)
        cat >"$folder/named.conf" <<X
options { listen-on port 5398 { 127.0.0.1; }; listen-on-v6 { none; }; directory "$folder"; pid-file none; recursion no; session-keyfile "$folder/session.key"; };
controls {};
zone "big.example" { type primary; file "$file"; check-integrity no; };
X
        command=(named -f -n 1 -c "$folder/named.conf") ;;
    gdnsd)
        echo "options => { listen => [ 127.0.0.1:5398 ], http_listen => [], run_dir => $folder/run, state_dir => $folder/state, udp_threads => 1, tcp_threads => 1, lock_mem => false }" >"$folder/config"
        command=(gdnsd -c "$folder" start) ;;
    esac
}
now() { date +%s%N; }
milliseconds() { echo $((($(now) - $1) / 1000000)); }
ask() { dig +short +time=1 +tries=1 @127.0.0.1 -p 5398 "$@" 2>/dev/null; }
start() { # name: starts it and waits for the first answer
    command_of "$1"
    begun=$(now)
    "${command[@]}" >"$folder/log" 2>&1 &
    server=$!
    until ask big.example SOA | grep -q ns1; do
        kill -0 "$server" || { cat "$folder/log"; exit 1; }
        sleep 0.02
    done
}
stop() {
    kill "$server"
    wait "$server" || true
    server=
}
processes() { # of a process, itself and those below it
    echo "$1"
    for child in $(pgrep -P "$1"); do processes "$child"; done
}
memory() {
    for process in $(processes "$server"); do awk '/^Pss:/ { print $2 }' "/proc/$process/smaps_rollup"; done |
        awk '{ s += $1 } END { printf "%d", s / 1024 }'
}
reload() { "$PROGRAMS/swervectl" -s "$folder/control.sock" reload >"$folder/reload" 2>&1 || { cat "$folder/reload"; exit 1; }; }
change() { # number: adds a record to the zone's file, and waits until it is answered
    echo "changed$1 A 192.0.2.99" >>"$file"
    begun=$(now)
    reload &
    until [ "$(ask "changed$1.big.example" A)" = 192.0.2.99 ]; do
        [ "$(milliseconds "$begun")" -lt 60000 ] || { cat "$folder/log"; exit 1; }
        sleep 0.02
    done
    milliseconds "$begun" >"$folder/change"
    cat "$folder/change" >>"$folder/changed.time"
    echo $(($(cat "$folder/change") - $(cat "$folder/start"))) >>"$folder/more"
    wait $!
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for ((round = 0; round < ${ROUNDS:-5}; round++)); do
    for name in swerve "${servers[@]}"; do
        start "$name"
        milliseconds "$begun" >"$folder/start"
        cat "$folder/start" >>"$folder/$name.time"
        memory >>"$folder/$name.memory"
        echo >>"$folder/$name.memory"
        if [ "$name" = swerve ]; then change "$round"; fi
        stop
    done
done
for name in swerve "${servers[@]}"; do
    printf '%-8s first answer after %5d ms, %4d MB\n' "$name" "$(median <"$folder/$name.time")" "$(median <"$folder/$name.memory")"
done
echo "one record changed: seen after $(median <"$folder/changed.time") ms, $(median <"$folder/more") ms more than the start before it"

awk -v n="$records" 'BEGIN { srand(7); for (i = 0; i < 100000; i++) printf "h%d.big.example A\n", int(rand() * n * 0.7) }' >"$folder/questions"
load() { # seconds rate file: dnsperf's line for each answer
    dnsperf -s 127.0.0.1 -p 5398 -d "$folder/questions" -l "$1" -q 100 ${2:+-Q "$2"} -t 2 -v >"$3" 2>&1
}
lost() { awk '/Queries lost/ { print $3 }' "$1"; }
p99() { awk '$1 == ">" { print $NF * 1000 }' "$1" | sort -n | awk '{ v[NR] = $1 } END { print v[int(NR * 0.99)] }'; }
start swerve
dnsperf -s 127.0.0.1 -p 5398 -d "$folder/questions" -l 3 >"$folder/most" 2>&1
half=$(awk '/Queries per second/ { print int($4 / 2) }' "$folder/most")
sleep 3
before=$(memory)
load 5 "$half" "$folder/quiet"
echo "at $half queries a second: p99 $(p99 "$folder/quiet") ms, lost $(lost "$folder/quiet")"
load 10 "$half" "$folder/busy" &
busy=$!
sleep 2
sed -i 's/admin 1 /admin 2 /' "$file"
begun=$(now)
reload
took=$(milliseconds "$begun")
wait "$busy"
sleep 3
echo "with a reload of $took ms: p99 $(p99 "$folder/busy") ms, lost $(lost "$folder/busy")"
echo "memory before and after: $before MB, $(memory) MB"

begun=$(now)
reload
echo "a reload without a change: $(milliseconds "$begun") ms"
stop
