# In the lab's guest (Tests/Benchmarks/verdict.sh).
ip link set lo up
VerdictBenchmark ipvs 200 1
VerdictBenchmark ipvs 200 100
