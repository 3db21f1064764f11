#!/bin/bash
# engine.sh [WORKLOAD...]: user-space instructions, allocations and reference counts per query of the
# answering engine alone, or (udp:…, udp2:…) of a whole worker of the UDP server, or two, or (load) per record of a zone file that is
# read and compiled, by callgrind: a run of N and one of 3N queries or records, their difference divided by 2N. Not
# disturbed by the machine's load. Needs valgrind; builds for release, or takes the programs in PROGRAMS. DETAIL=1 adds the dearest functions. WORKLOAD: small, small+edns, udp:small, limited:small,
# 100000 …, see EngineBenchmark; or load.
#
# engine.sh check: the workloads of the table below; fails if one takes more instructions than it says, allocates,
# or counts a reference. CI runs it behind its release build, since it says nothing about a debug build.
set -e
cd "$(dirname "$0")/../.."
# The most instructions, some twentieth above what was measured last. The benchmark's own loop is 48 of them,
# but for udp… and load.
limits() {
    cat <<END
small 628
small+edns 680
small+cookie 1058
alias 944
100000 745
udp:small 660
udp2:small 660
udp:100000 780
load 2710
END
}
. Tests/Benchmarks/common.bash
needs valgrind objcopy
build EngineBenchmark LoadBenchmark
N=${N:-20000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Valgrind 3.19 gives up at DWARF 5, which comes with what is imported from C.
for name in EngineBenchmark LoadBenchmark; do objcopy --strip-debug "$PROGRAMS/$name" "$folder/$name"; done
run() { # workload queries file
    local command=("$folder/EngineBenchmark" "$1" "$2")
    if [ "$1" = load ]; then
        awk -v records="$2" -v serial=1 -f Tests/Benchmarks/one-zone.awk >"$folder/zone"
        command=("$folder/LoadBenchmark" "$folder/zone" big.example 1)
    fi
    SWIFT_DETERMINISTIC_HASHING=1 valgrind --tool=callgrind --separate-threads=yes --callgrind-out-file="$3" \
        "${command[@]}" >"$folder/log" 2>&1 || { cat "$folder/log"; exit 1; }
    # A file for each thread: of a server the worker's counts, of the engine alone the first and only one.
    case $1 in
    udp*) grep -lE 'UDPServer6WorkerC3run' "$3"-* | xargs cat >"$3" && rm "$3"-* ;;
    *) mv "$3-01" "$3" ;;
    esac
}
calls() { # file pattern: how often functions of such names were called
    awk -v p="$2" '/^c?fn=/ { match($0, /\([0-9]+\)/); id = substr($0, RSTART, RLENGTH)
        rest = substr($0, RSTART + RLENGTH + 1); if (rest != "") name[id] = rest; callee = /^cfn=/ ? id : callee }
        /^calls=/ { split($1, c, "="); if (name[callee] ~ p) n += c[2] } END { print n + 0 }' "$1"
}
if [ "$1" = check ]; then
    checks=1
    set -- $(limits | cut -d' ' -f1)
fi
failed=0
printf "%-14s %14s %14s %14s\n" workload instructions allocations "reference counts"
for workload in "${@:-small}"; do
    run "$workload" "$N" "$folder/one"
    run "$workload" $((3 * N)) "$folder/three"
    a=$(awk '/^totals:/ { t += $2 } END { print t }' "$folder/one")
    b=$(awk '/^totals:/ { t += $2 } END { print t }' "$folder/three")
    ma=$(calls "$folder/one" '^(malloc|calloc|realloc|posix_memalign|aligned_alloc|swift_slowAlloc|swift_allocObject)')
    mb=$(calls "$folder/three" '^(malloc|calloc|realloc|posix_memalign|aligned_alloc|swift_slowAlloc|swift_allocObject)')
    ra=$(calls "$folder/one" '^_?swift_(retain|release|bridgeObject)')
    rb=$(calls "$folder/three" '^_?swift_(retain|release|bridgeObject)')
    most=${checks:+$(limits | awk -v w="$workload" '$1 == w { print $2 }')}
    awk -v w="$workload" -v n=$((2 * N)) -v i=$((b - a)) -v m=$((mb - ma)) -v r=$((rb - ra)) -v most="$most" \
        'BEGIN { printf "%-14s %14.1f %14.4f %14.4f\n", w, i / n, m / n, r / n
            if (most == "") exit
            # Nothing that happens per query, whatever a run happens to do now and then.
            bad = i <= 0 || i / n > most || m / n > 0.001 || r / n > 0.001
            if (bad) print "  more than " most " instructions, or an allocation, or a reference count"
            exit bad }' || failed=1
    if [ -n "$DETAIL" ]; then
        callgrind_annotate "$folder/three" 2>/dev/null | grep -E '^ *[0-9,]+ \(' | head -"${LINES_SHOWN:-14}" | cut -c1-170
    fi
done
exit $failed
