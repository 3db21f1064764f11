#!/bin/bash
# checks.sh [N [HUNG]]: N real servers (default 10,000) behind virtual servers of a hundred each, checked over plain
# HTTP every 5 s, HUNG of them (default a tenth) not answering: how long a change takes to be seen, what the daemon on
# processor 0 takes of it, and memory for each target, as the slope from a tenth of them. The servers are one program
# on 127.0.0.0/8. Of a release build, or the one in PROGRAMS.
set -euo pipefail
count=${1:-10000}
hung=${2:-$((count / 10))}
[ "$count" -ge $((hung + 500)) ] || { echo "N is at least HUNG and 500" >&2; exit 64; }
backend=none
interval=${INTERVAL:-5} timeout=${TIMEOUT:-2}
port=8099
cd "$(dirname "$0")/../.."
. Tests/Benchmarks/common.bash
build swerved CheckBenchmark
folder=$(mktemp -d /dev/shm/swerve-checks.XXXXXX)
server= world=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; [ -z "$world" ] || kill "$world"; rm -rf "$folder"' EXIT
say() { printf '%-60s %s\n' "$1" "$2"; }
cpu() { awk '{ print $14 + $15 }' "/proc/$server/stat"; }
held() { awk -v k="$1" '$1 == k ":" { print $2 }' "/proc/$server/status"; }
ask() { echo "$*" >&"${to[1]}"; read -r reply <&"${to[0]}"; }

configuration() { # servers
    echo "options { directory \"$folder\"; listen-on port 5398 { 127.0.0.1; }; listen-on-v6 { none; }; state-directory \"$folder\"; };"
    echo "controls { unix \"$folder/control.sock\"; };"
    echo "director { backend $backend;"
    awk -v n="$1" -v port=$port -v i="$interval" -v t="$timeout" 'BEGIN { for (k = 0; k < n; k++) {
        if (k % 100 == 0) printf "%svirtual-server tcp 127.250.%d.%d port 8099 { scheduler wrr; check http { path \"/\"; interval %ss; timeout %ss; };\n", k ? "};\n" : "", int(k / 25000), int(k / 100) % 250 + 1, i, t
        printf "real-server 127.%d.%d.%d port %d;\n", 1 + int(k / 62500), int(k / 250) % 250, 1 + k % 250, port }
        print "}; };" }'
}
start() { # servers
    configuration "$1" >"$folder/swerve.conf"
    : >"$folder/log"
    begun=$(date +%s%N)
    taskset -c 0 env SWERVE_WORKERS=1 "$PROGRAMS/swerved" -c "$folder/swerve.conf" 2>"$folder/log" &
    server=$!
    until grep -q ready: "$folder/log"; do
        kill -0 "$server" || { tail -3 "$folder/log"; exit 1; }
        sleep 0.05
    done
    say "$1 real servers: start, until ready" "$(awk -v a="$begun" -v b="$(date +%s%N)" 'BEGIN { printf "%.2f s", (b - a) / 1e9 }')"
    say "  CPU for that" "$(($(cpu) * 10)) ms"
}
end() {
    kill "$server"
    wait "$server" || true
    server=
    rm -f "$folder"/state.json
}
share() { # seconds
    local before after
    before=$(cpu)
    sleep "$1"
    after=$(cpu)
    awk -v t=$((after - before)) -v s="$1" 'BEGIN { printf "%.1f %% of one core", t / s }'
}

coproc to { exec taskset -c 1 "$PROGRAMS/CheckBenchmark" "$count" $port; }
world=$to_PID
read -r reply <&"${to[0]}"

few=$((count / 10))
start "$few"
sleep $((2 * interval))
memory_few=$(held VmRSS)
say "  memory" "$memory_few KB"
end

start "$count"
sleep $((2 * interval))
say "  CPU, all answering" "$(share $((2 * interval)))"
memory_all=$(held VmRSS)
say "  memory, all answering" "$memory_all KB"
say "  memory for each target" "$(((memory_all - memory_few) * 1024 / (count - few))) octets"
ask follow "$folder/control.sock"
if [ "$hung" -gt 0 ]; then
    ask hang 0 "$hung"
    ask wait down: "$hung" $((3 * (interval + timeout)))
    say "  $hung hang: seen after (at most $((interval + timeout)) s)" "$reply"
    sleep "$interval"
    say "  CPU, while these hang" "$(share $((2 * interval)))"
    say "  memory for each target then" "$((($(held VmRSS) - memory_few) * 1024 / (count - few))) octets"
fi
ask close "$hung" $((hung + 500))
ask wait down: 500 $((3 * (interval + timeout)))
say "  500 others close, while these hang: seen after" "$reply"
ask serve 0 $((hung + 500))
ask wait up: $((hung + 500)) $((3 * (interval + timeout)))
say "  all answer again: seen after" "$reply"
say "  descriptors at the end" "$(ls "/proc/$server/fd" | wc -l)"
end
