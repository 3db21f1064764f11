#!/bin/bash
# cache.sh [RECORDS...]: instructions and missed cache lines per query of the answering engine, by cachegrind with a
# last-level cache of half a megabyte, so that a large zone is not in it: the small zone, then zones of so many records
# (5 and 10 million by default, which takes some GB and an hour; 500000 1000000 shows the same sooner), asked for random
# names. Of the functions of the answering, by their names; neither the benchmark's own nor what makes the zone. Needs
# valgrind; builds for release, or takes the program in PROGRAMS.
set -e
cd "$(dirname "$0")/../.."
. Tests/Benchmarks/common.bash
needs valgrind objcopy
build EngineBenchmark
N=${N:-20000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Valgrind 3.19 gives up at DWARF 5, which comes with what is imported from C.
objcopy --strip-debug "$PROGRAMS/EngineBenchmark" "$folder/program"
program=$folder/program
[ $# -gt 0 ] || set -- 5000000 10000000
run() { # workload queries file
    SWIFT_DETERMINISTIC_HASHING=1 valgrind --tool=cachegrind --cache-sim=yes --LL=524288,16,64 \
        --cachegrind-out-file="$3" "$program" "$1" "$2" >/dev/null 2>&1
}
# Of the functions that answer: Ir, and DLmr + DLmw + ILmr.
sums() {
    awk '/^events:/ { for (i = 2; i <= NF; i++) at[$i] = i } /^fn=/ { counts = /9Answering|CompiledZone/ }
        /^[0-9]/ && counts { ir += $(at["Ir"]); m += $(at["DLmr"]) + $(at["DLmw"]) + $(at["ILmr"]) }
        END { printf "%d %d\n", ir, m }' "$1"
}
printf "%-14s %14s %22s\n" zone instructions "lines missed per query"
for workload in small "$@"; do
    run "random:$workload" "$N" "$folder/out"
    sums "$folder/out" | awk -v w="$workload" -v n="$N" '{ printf "%-14s %14.1f %22.2f\n", w, $1 / n, $2 / n }'
done
