#!/bin/bash
# peers.sh [PART...]: the tables of the manual's page Performance, measured here and now: swerved beside a bare loop,
# gdnsd, NSD and Knot, each with its own configuration for the same zone and one thread on one core (a start has them all).
# Parts: udp, tcp, load, instructions; all of them take about half an hour. Prints Markdown; the figures of one run
# compare, those of different runs and machines don't. Nothing else should run meanwhile but for the instructions.
#
# Needs root (network namespaces), two cores, and from Debian kxdpgun (knot-dnsutils), dnsperf, bind9-dnsutils,
# valgrind and a C compiler; of nsd, gdnsd and knot those are used that are there. PROGRAMS: a folder with a release
# build's swerved and ServeZone, else they are built. TURNS (120, of a quarter of a second each, over UDP), ROUNDS (15, all
# else), SECONDS_EACH (1, over TCP), UDP_RATE (450000 queries offered a second), CALM_RATE (50000, for the processor's
# time), TCP_RATE (45000 connections), RECORDS (1000000), QUERIES (20000, counted), SERVERS (swerve bare bare-long gdnsd
# nsd knot).
set -euo pipefail
cd "$(dirname "$0")/../.."
. Tests/Benchmarks/common.bash
needs ip taskset kxdpgun dnsperf dig valgrind cc objcopy
build swerved ServeZone
rounds=${ROUNDS:-15} seconds=${SECONDS_EACH:-1} records=${RECORDS:-1000000}
folder=$(mktemp -d /dev/shm/swerve-peers.XXXXXX)
chmod 755 "$folder"
server=sp$$ client=cp$$ address=10.79.0.1 nobody=10.79.0.3
running=()
cleanup() {
    stop_all
    ip netns del "$server" 2>/dev/null || true
    ip netns del "$client" 2>/dev/null || true
    rm -rf "$folder"
}
trap cleanup EXIT

# The zones: one of five records, and one with addresses mostly, AAAA, MX, TXT, aliases and delegations with glue
# among them; and what is asked: the few names, and random ones of which every tenth doesn't exist.
zones() {
    cat >"$folder/small.zone" <<'ZONE'
$TTL 1D
$ORIGIN yufu123.com.
@ IN SOA ns1.yufu123.com. admin.yufu.com. ( 20180703 1H 5M 7D 1D )
@ IN NS ns1.yufu123.com.
ns1 IN A 172.20.17.20
www IN A 192.168.214.140
@ IN A 192.168.214.140
ZONE
    printf '%s\n' "www.yufu123.com A" "yufu123.com A" "yufu123.com NS" "yufu123.com SOA" "nx.yufu123.com A" >"$folder/small.q"
    one_zone hundred 100000
    one_zone million "$records"
    sed 's/ /. /' "$folder/small.q" >"$folder/small.kq"
}
one_zone() { # name records
    awk -v records="$2" -v serial=1 -v questions="$folder/$1.q" -f Tests/Benchmarks/one-zone.awk >"$folder/$1.zone"
}

# Makes a server's configuration, and prints the command that runs it in the foreground.
command_of() { # name port address zone file folder
    local name=$1 port=$2 address=$3 zone=$4 file=$5 d=$6
    mkdir -p "$d"
    chmod 777 "$d"
    case $name in
    swerve)
        cat >"$d/conf" <<CONF
options { listen-on port $port { $address; }; listen-on-v6 { none; }; directory "$d"; state-directory "$d"; recursion no; tcp-clients 10000; tcp-clients-per-address 10000; };
controls { unix "$d/control.sock" perm 0600; };
zone "$zone" { type primary; file "$file"; };
CONF
        echo "env SWERVE_WORKERS=${WORKERS:-1} $PROGRAMS/swerved -c $d/conf" ;;
    nsd)
        cat >"$d/conf" <<CONF
server:
  ip-address: $address@$port
  username: ""
  zonesdir: "$d"
  database: ""
  pidfile: "$d/nsd.pid"
  zonelistfile: "$d/zone.list"
  xfrdfile: "$d/xfrd.state"
  xfrdir: "$d"
  server-count: 1
  tcp-count: 4000
  tcp-query-count: 0
  rrl-ratelimit: 0
  minimal-responses: yes
  round-robin: no
remote-control:
  control-enable: no
zone:
  name: $zone
  zonefile: "$file"
CONF
        echo "nsd -d -c $d/conf" ;;
    knot)
        cat >"$d/conf" <<CONF
server:
  listen: $address@$port
  rundir: $d
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
  tcp-max-clients: 10000
database:
  storage: $d
zone:
- domain: $zone
  file: $file
  zonefile-load: whole
  journal-content: none
CONF
        echo "knotd -c $d/conf" ;;
    gdnsd)
        mkdir -p "$d/etc/zones" "$d/run" "$d/state"
        cp "$file" "$d/etc/zones/$zone"
        echo "options => { listen => [ \"$address:$port\" ], http_listen => [], run_dir => $d/run, state_dir => $d/state, udp_threads => 1, tcp_threads => 1, tcp_clients_per_thread => 10000, lock_mem => false, disable_cookies => true }" >"$d/etc/config"
        echo "gdnsd -c $d/etc start" ;;
    bare | bare-long)
        compile bare "$folder"
        # As long as Swerve's in a flood; the other's is as long as what it asks for.
        echo "$folder/bare $address $port $([ "$name" = bare-long ] || echo 65536)" ;;
    esac
}
has() { case $1 in swerve | bare*) true ;; nsd) command -v nsd >/dev/null ;; gdnsd) command -v gdnsd >/dev/null ;; knot) command -v knotd >/dev/null ;; esac; }
names=()
for name in ${SERVERS:-swerve bare bare-long gdnsd nsd knot}; do if has "$name"; then names+=("$name"); fi; done

stop_all() {
    local p
    for p in ${running[@]+"${running[@]}"}; do stop "$p"; done
    running=()
}
thousands() { awk '{ if ($1 == "") print "–"; else if ($1 < 1000) print int($1); else printf "%d,%03d\n", $1 / 1000, $1 % 1000 }'; }
row() { # title, a file per server with its figures
    local title=$1 name
    printf '| %s |' "$title"
    for name in "${names[@]}"; do printf ' %s |' "$(cat "$folder/figures/$2.$name" 2>/dev/null || echo –)"; done
    echo
}
heading() {
    local name
    echo
    printf '| %s |' "$1"
    for name in "${names[@]}"; do printf ' %s |' "$name"; done
    printf '\n|---|'
    for name in "${names[@]}"; do printf -- '---|'; done
    echo
}

network() {
    ip netns add "$server"
    ip netns add "$client"
    ip link add "vs$$" netns "$server" type veth peer name "vc$$" netns "$client"
    ip -n "$server" addr add "$address/24" dev "vs$$"
    ip -n "$client" addr add 10.79.0.2/24 dev "vc$$"
    ip -n "$server" link set "vs$$" up
    ip -n "$client" link set "vc$$" up
    ip -n "$client" link set lo up
    ip -n "$server" link set lo up
    # Where floods come from: nobody is there, so that the answers cost nothing once they have arrived.
    ip -n "$server" neigh add "$nobody" lladdr 02:00:00:00:00:01 dev "vs$$" nud permanent
    # What arrives is taken in on the server's core: else the client's does it, which sends through the same kernel.
    ip netns exec "$server" sh -c "echo 1 >/sys/class/net/vs$$/queues/rx-0/rps_cpus"
}
declare -A process
# Starts every server on the first core, each at a port of its own; they wait while another is asked.
start_all() { # zone-file origin
    local name port=5300
    compile until "$folder"
    for name in "${names[@]}"; do
        port=$((port + 1))
        # shellcheck disable=SC2046
        ip netns exec "$server" taskset -c 0 $(command_of "$name" $port $address "$2" "$folder/$1.zone" "$folder/$1-$name") >"$folder/log.$name" 2>&1 &
        process[$name]=$!
        running+=("$!")
    done
    port=5300
    for name in "${names[@]}"; do
        port=$((port + 1))
        ip netns exec "$client" "$folder/until" $address $port "$2" SOA 60 ||
            { echo "$name doesn't answer: $(tail -3 "$folder/log.$name")" >&2; exit 1; }
    done
}
# Connections by kxdpgun from the second core, which costs little there: it bypasses the kernel's sockets. It chooses its
# cores itself, the first one unless it is told to begin with another.
shoot() { # port questions rate seconds
    ip netns exec "$client" timeout 30 kxdpgun -F 1 -T -t "$4" -Q "$3" -p "$1" -i "$folder/$2.kq" -I "vc$$" "$address" >"$folder/shot" 2>&1 || true
}
# Connections that the server's side has had so far.
connections() { ip netns exec "$server" awk '/^Tcp:/ && n++ { print $7 }' /proc/net/snmp; }
# Alternated runs: answers per second and processor time per answer into figures/KEY and figures/KEY-cpu.
alternate() { # key zone kind
    local key=$1 zone=$2 kind=$3 name port round before begun count took used shot
    for ((round = 0; round <= rounds; round++)); do
        port=5300
        for name in "${names[@]}"; do
            port=$((port + 1))
            if [[ "$name" = bare* ]]; then continue; fi
            case $kind in
            once)
                # Counted in the middle of it: who has a long queue goes on to answer when all have been sent.
                local opened
                opened=$(connections)
                shoot $port "$zone" "${TCP_RATE:-45000}" $((seconds + 1)) &
                shot=$!
                for _ in $(seq 500); do [ "$(connections)" -le $((opened + 2000)) ] || break; sleep 0.01; done
                sleep 0.2
                before=$(spent "${process[$name]}") count=$(connections) begun=$(date +%s%N)
                sleep "$seconds"
                count=$(($(connections) - count)) took=$(($(date +%s%N) - begun)) used=$(($(spent "${process[$name]}") - before))
                wait $shot
                # Who takes connections and answers on few of them, or refuses, counts for nothing.
                awk '/^total established/ { e = $3 } /^total replies/ { r = $3 } /^responded/ && $2 !~ /^(NOERROR|NXDOMAIN):/ { bad = 1 }
                    END { exit bad || r == 0 || r < e / 2 }' "$folder/shot" || count=0
                ;;
            persistent)
                before=$(spent "${process[$name]}")
                count=$( (ip netns exec "$client" taskset -c 1 timeout 30 dnsperf -m tcp -s "$address" -p $port -d "$folder/$zone.q" -l "$seconds" -c 20 -q 200 2>/dev/null || true) | awk '/Queries completed/ { n = $3 } /Response codes/ && /REFUSED|SERVFAIL|FORMERR|NOTIMP/ { n = 0 } END { print n }')
                took=$((seconds * 1000000000)) used=$(($(spent "${process[$name]}") - before))
                ;;
            esac
            # The first round is only to warm up.
            if [ $round -gt 0 ] && [ "${count:-0}" -gt 0 ]; then
                awk -v r="$round" -v c="$count" -v t="$took" -v u="$used" 'BEGIN { printf "%d %.0f %.2f\n", 10000 + r, c * 1e9 / t, u / 1000 / c }' >>"$folder/rounds.$key.$name"
            fi
        done
    done
    medians "$key"
}
# The same over UDP, in turns of a quarter of a second, each round in another order; what was really offered, at least, goes
# into offered.KEY.
flood() { # key questions rate turns
    local name port=5300 mac targets=()
    compile flood "$folder"
    for name in "${names[@]}"; do
        port=$((port + 1))
        targets+=("$port:$(descendants "${process[$name]}" | paste -sd,)")
    done
    mac=$(ip netns exec "$server" cat "/sys/class/net/vs$$/address")
    ip netns exec "$client" taskset -c 1 "$folder/flood" "vc$$" "$mac" $nobody $address "$folder/$2.q" \
        "$3" 250 "$4" "${targets[@]}" >"$folder/flooded-$1"
    port=5300
    for name in "${names[@]}"; do
        port=$((port + 1))
        awk -v p=$port '$1 == p { print 10000 + $2, $3, $4 }' "$folder/flooded-$1" >"$folder/rounds.$1.$name"
    done
    awk '{ print $5 }' "$folder/flooded-$1" | sort -n | head -1 >"$folder/offered.$1"
    medians "$1"
}
# Of the rounds: their numbers (all of one length, for join), answers per second, microseconds for each.
medians() { # key
    local name
    for name in "${names[@]}"; do
        [ -s "$folder/rounds.$1.$name" ] || continue
        awk '{ print $2 }' "$folder/rounds.$1.$name" | median | thousands >"$folder/figures/$1.$name"
        awk '{ print $3 }' "$folder/rounds.$1.$name" | median >"$folder/figures/$1-cpu.$name"
    done
}
# What a server answers of what another one does in the same round: machines change their speed from round to round.
share() { # key other
    local name
    for name in "${names[@]}"; do
        [ -s "$folder/rounds.$1.$2" ] && [ -s "$folder/rounds.$1.$name" ] || continue
        join "$folder/rounds.$1.$2" "$folder/rounds.$1.$name" | awk '{ printf "%.3f\n", $4 / $2 }' |
            median >"$folder/figures/$1-share.$name"
    done
}

# Of the peers the one that answers most.
best() { # key
    local name
    for name in gdnsd nsd knot; do
        [ ! -s "$folder/rounds.$1.$name" ] || echo "$(awk '{ print $2 }' "$folder/rounds.$1.$name" | median) $name"
    done | sort -rn | sed -n '1s/.* //p'
}
udp() {
    local zone origin peer
    for zone in small million; do
        origin=yufu123.com
        [ $zone = small ] || origin=big.example
        start_all $zone $origin
        flood udp-$zone $zone "${UDP_RATE:-450000}" "${TURNS:-120}"
        flood calm-$zone $zone "${CALM_RATE:-50000}" $((${TURNS:-120} / 4))
        stop_all
        # Who answers nearly all isn't flooded, and could do more.
        [ "$(awk -v o="$(cat "$folder/offered.udp-$zone")" '$3 > o * 0.8' "$folder/flooded-udp-$zone" | wc -l)" = 0 ] ||
            echo "of $(thousands <"$folder/offered.udp-$zone") offered a second some answer more than four fifths: UDP_RATE is too low" >&2
    done
    peer=$(best udp-million)
    share udp-small bare
    share udp-million "${peer:-bare}"
    heading "UDP, one core"
    row "answers/s, small zone, of $(thousands <"$folder/offered.udp-small") offered" udp-small
    row "of the bare loop's in the same round" udp-small-share
    row "µs of processor time per answer, at $(thousands <"$folder/offered.calm-small") a second" calm-small-cpu
    row "answers/s, a million records, random names, of $(thousands <"$folder/offered.udp-million") offered" udp-million
    row "of ${peer:-bare}'s in the same round" udp-million-share
    row "µs of processor time per answer, at $(thousands <"$folder/offered.calm-million") a second" calm-million-cpu
}
tcp() {
    start_all small yufu123.com
    alternate tcp-kept small persistent
    alternate tcp-once small once
    stop_all
    heading "TCP, one core"
    share tcp-kept gdnsd
    share tcp-once gdnsd
    row "answers/s, persistent connections" tcp-kept
    row "of gdnsd's in the same round" tcp-kept-share
    row "µs of processor time per answer" tcp-kept-cpu
    row "connections/s with a query each" tcp-once
    row "of gdnsd's in the same round" tcp-once-share
    row "µs of processor time per answer" tcp-once-cpu
}

# From the start to the first answer, on both cores, and the memory held then (what is shared counted once).
load() {
    local name port=5400 round begun p
    compile until "$folder"
    for ((round = 0; round < rounds; round++)); do
        for name in "${names[@]}"; do
            [[ "$name" != bare* ]] || continue
            port=$((port + 1))
            local command
            command=$(command_of "$name" $port 127.0.0.1 big.example "$folder/million.zone" "$folder/load-$name")
            begun=$(date +%s%N)
            $command >"$folder/log.$name" 2>&1 &
            p=$!
            running=("$p")
            "$folder/until" 127.0.0.1 $port big.example SOA 60 || { echo "$name doesn't answer: $(tail -3 "$folder/log.$name")" >&2; exit 1; }
            awk -v b="$begun" -v e="$(date +%s%N)" 'BEGIN { printf "%.2f\n", (e - b) / 1e9 }' >>"$folder/runs.load.$name"
            sleep 1
            memory $p >>"$folder/runs.memory.$name"
            stop_all
        done
    done
    for name in "${names[@]}"; do
        [ -s "$folder/runs.load.$name" ] || continue
        median <"$folder/runs.load.$name" >"$folder/figures/load.$name"
        median <"$folder/runs.memory.$name" >"$folder/figures/memory.$name"
    done
    heading "A million records"
    row "seconds from the start to the first answer" load
    row "MB of memory then" memory
}

# Instructions in user space per answered query: runs of N and of 3N queries, their difference divided by 2N.
instructions() {
    local zone origin name
    # valgrind doesn't run swerved, whose first thread ends; so the servers and the answering without the daemon around
    # them. Nor can it read the debugging information of every compiler.
    objcopy --strip-debug "$PROGRAMS/ServeZone" "$folder/counted"
    for zone in small hundred; do
        origin=yufu123.com
        [ $zone = small ] || origin=big.example
        for name in "${names[@]}"; do
            counted $zone $origin "$name" >"$folder/figures/instructions-$zone.$name"
        done
    done
    WORKERS=2 counted small yufu123.com swerve >"$folder/figures/instructions-two.swerve"
    heading "Instructions in user space per answer over UDP"
    row "small zone" instructions-small
    row "100,000 records, random names" instructions-hundred
    row "small zone, two workers" instructions-two
}
counted() { # zone origin name
    local n=${QUERIES:-20000} a b
    a=$(run_counted "$1" "$2" "$3" $n)
    b=$(run_counted "$1" "$2" "$3" $((3 * n)))
    awk -v a="$a" -v b="$b" -v n=$n 'BEGIN { print (b - a) / (2 * n) }' | thousands
}
run_counted() { # zone origin name queries
    local d="$folder/count-$3" command p port
    port=$((5500 + RANDOM % 400))
    rm -rf "$d"
    command=$(command_of "$3" $port 127.0.0.1 "$2" "$folder/$1.zone" "$d")
    [ "$3" != swerve ] || command="env SWERVE_WORKERS=${WORKERS:-1} $folder/counted $port 127.0.0.1 $2 $folder/$1.zone"
    valgrind --tool=callgrind --trace-children=yes --callgrind-out-file="$d/out.%p" $command >"$folder/log.$3" 2>&1 &
    p=$!
    running=("$p")
    for _ in $(seq 600); do
        ! dig +short +time=1 +tries=1 @127.0.0.1 -p $port "$2" SOA 2>/dev/null | grep -q '^[^;]' || break
        kill -0 $p 2>/dev/null || { echo "$3 has ended: $(tail -3 "$folder/log.$3")" >&2; exit 1; }
        sleep 0.2
    done
    shuf -n "$4" -r --random-source=<(yes) "$folder/$1.q" >"$folder/asked"
    # Eight clients, so that two workers both have some.
    dnsperf -s 127.0.0.1 -p $port -d "$folder/asked" -n 1 -c 8 -q 20 -t 30 >"$folder/counting" 2>&1 || true
    grep -q "Queries completed: *$4 " "$folder/counting" || { echo "$3: not all of $4 queries were answered under valgrind" >&2; exit 1; }
    stop_all
    sleep 0.5
    cat "$d"/out.* | awk '/^(summary|totals):/ { t += $2 } END { printf "%.0f\n", t / 2 }'
}

mkdir -p "$folder/figures"
zones
network
echo "$(date +%F), $(nproc) × $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), Linux $(uname -r | cut -d- -f1); load $(cut -d' ' -f1-3 /proc/loadavg); $(for name in "${names[@]}"; do case $name in nsd) nsd -v 2>&1 | head -1 | sed 's/ version//' ;; knot) knotd --version | sed 's/ (Knot DNS), version//' ;; gdnsd) gdnsd -h 2>&1 | sed -n 's/^gdnsd version/gdnsd/p' | head -1 ;; esac; done | paste -sd, | sed 's/,/, /g')"
for part in ${@:-udp tcp load instructions}; do "$part"; done
