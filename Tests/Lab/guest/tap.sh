# The Test Anything Protocol: `ok 1 - name`, `not ok 2 - name`, then `# …` with what was seen, at the end `1..2`.

tests=0
failures=0

# expect NAME COMMAND…: one test; it passes if the command does. What a failing command printed is shown.
expect() {
    name=$1
    shift
    tests=$((tests + 1))
    if "$@" >/lab/seen 2>&1; then
        echo "ok $tests - $name"
    else
        failures=$((failures + 1))
        echo "not ok $tests - $name"
        echo "\$ $*" | sed 's/^/# /'
        tail -n 40 /lab/seen | sed 's/^/# /'
    fi
}

# note TEXT…: shown with the test before it.
note() { echo "$*" | sed 's/^/# /'; }

# plan: the number of tests; fails if one did.
plan() {
    echo "1..$tests"
    [ "$failures" -eq 0 ]
}

# Hundredths of a second since the guest booted.
now() {
    read -r up _ </proc/uptime
    echo "${up%.*}${up#*.}"
}

# wait_until SECONDS COMMAND…: tries the command until it succeeds; fails once the time is up.
wait_until() {
    seconds=$1
    shift
    begun=$(now)
    until "$@" >/lab/tried 2>&1; do
        if [ "$(($(now) - begun))" -ge "$((seconds * 100))" ]; then
            echo "not within $seconds s: $*"
            cat /lab/tried
            return 1
        fi
        sleep 0.05
    done
    elapsed=$(($(now) - begun))
}

# not COMMAND…: succeeds if the command fails.
not() { ! "$@"; }
