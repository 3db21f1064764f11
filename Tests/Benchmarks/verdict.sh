#!/bin/sh
# From the outcome of a check to the changed table and the changed answer: in user space here, and in the kernel's
# table in the lab's guest (user-mode Linux, see Tests/Lab), with one virtual server and with a hundred; and with
# ten thousand steered names.
set -eu
cd "$(dirname "$0")/../.."
SWERVE_BENCHMARKS=1 swift build -c release --product VerdictBenchmark
programs=$(SWERVE_BENCHMARKS=1 swift build -c release --show-bin-path)
"$programs/VerdictBenchmark" relay 200 1
"$programs/VerdictBenchmark" relay 200 100
"$programs/VerdictBenchmark" relay 200 1 10000
"$programs/VerdictBenchmark" relay 50 1 10000 10000
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
timeout 240 linux.uml rootfstype=hostfs ro "init=$PWD/Tests/Lab/guest/init" mem=1024M quiet con=null con0=fd:0,fd:1 \
    "uml_dir=$folder/" LAB_SCENARIO=../../../Benchmarks/VerdictBenchmark/guest "LAB_PATH=$programs" LAB_TESTS=none \
    </dev/null | grep -A4 virtual
