# What the measurements share; read in the project's folder.

# Builds programs (all of them, if none is named) for release, unless PROGRAMS names a folder that has them; PROGRAMS is
# the folder then. What doesn't build ends the measurement.
build() { # [product...]
    if [ -z "${PROGRAMS:-}" ]; then
        local product log
        log=$(mktemp)
        for product in "${@:-}"; do
            SWERVE_BENCHMARKS=1 swift build -c release ${product:+--product "$product"} >"$log" 2>&1 || { cat "$log" >&2; exit 1; }
        done
        rm "$log"
        PROGRAMS=$(SWERVE_BENCHMARKS=1 swift build -c release --show-bin-path)
    fi
    PROGRAMS=$(realpath "$PROGRAMS")
}
# Compiles a program of this folder to one in another.
compile() { # name folder
    [ -x "$2/$1" ] || cc -O2 -Wall -o "$2/$1" "Tests/Benchmarks/$1.c"
}
needs() { # command...
    local command
    for command in "$@"; do
        command -v "$command" >/dev/null || { echo "$command is missing: see Tests/set-up, and the first lines of $0" >&2; exit 1; }
    done
}

# A process and those that it began, and what these began.
descendants() { # process
    ps -e -o pid=,ppid= | awk -v r="$1" '{ parent[$1] = $2 } END { for (p in parent) { x = p; while (x != r && x in parent && x > 1) x = parent[x]; if (x == r) print p } }'
}
# Nanoseconds on a processor, by all threads of a server.
spent() { # process
    local p
    for p in $(descendants "$1"); do cat /proc/"$p"/task/*/schedstat 2>/dev/null || true; done | awk '{ s += $1 } END { printf "%.0f\n", s }'
}
# Megabytes that a server holds (PSS: what is shared is counted once).
memory() { # process
    local p
    for p in $(descendants "$1"); do awk '/^Pss:/ { print $2 }' "/proc/$p/smaps_rollup" 2>/dev/null || true; done | awk '{ s += $1 } END { printf "%d\n", s / 1024 }'
}
# Ends a server, and waits for that.
stop() { # process
    local all
    all=$(descendants "$1")
    # shellcheck disable=SC2086
    kill $all 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}
median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)]; else print "" }'; }
