#!/bin/bash
# From the outcome of a check to the changed table and the changed answer: in user space here, and in the kernel's
# table in the lab's guest (user-mode Linux, see Tests/Lab), with one virtual server and with a hundred; and with
# ten thousand steered names. Ends with 1 where half of the changes here take more than a millisecond, or in the guest more
# than ten. Of a release build, or the one in PROGRAMS.
set -euo pipefail
cd "$(dirname "$0")/../.."
. Tests/Benchmarks/common.bash
needs linux.uml
build VerdictBenchmark
"$PROGRAMS/VerdictBenchmark" relay 200 1
"$PROGRAMS/VerdictBenchmark" relay 200 100
"$PROGRAMS/VerdictBenchmark" relay 200 1 10000
"$PROGRAMS/VerdictBenchmark" relay 50 1 10000 10000
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
timeout 240 linux.uml rootfstype=hostfs ro "init=$PWD/Tests/Lab/guest/init" mem=1024M quiet con=null con0=fd:0,fd:1 \
    "uml_dir=$folder/" LAB_SCENARIO=../../../Benchmarks/VerdictBenchmark/guest "LAB_PATH=$PROGRAMS" LAB_TESTS=none \
    </dev/null | grep -A4 virtual
