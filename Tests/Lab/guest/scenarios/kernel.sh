# The suites that change a kernel's table, links and addresses, each in a network namespace of its own.

passes() {
    timeout 100 unshare --net sh -c 'ip link set lo up && exec "$0" "$@"' \
        "$LAB_TESTS" --testing-library swift-testing --filter "$1" >"/lab/log/$1" 2>&1
}

# Some of it ran, and what needs such a kernel was not skipped.
ran_whole() { grep 'Test run with [1-9]' "/lab/log/$1" && not grep 'skipped.*SWERVE_LAB' "/lab/log/$1"; }

for suite in KernelTableTests KernelSchedulerTests HostNetworkTests; do
    expect "$suite passes" passes $suite
    expect "$suite has run whole" ran_whole $suite
done
