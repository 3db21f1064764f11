import Answering
import Director
import Dispatch
import Foundation
import IPVS
import Logging
import Relay

// VerdictBenchmark relay|ipvs [FLIPS [SERVERS [NAMES [SETS]]]]: the time from the outcome of a check until the backend's table
// and the answers have followed, with the real controller, the real backend and the real responder. One of SERVERS
// virtual servers (default 1) loses its only real server and gets it back FLIPS times (default 200). NAMES (default
// 0) are further names of their VIP; with SETS (at most 65,536) each has one of so many addresses beside it, and as
// many renderings are to be made.
//
// `ipvs` changes the kernel's table of the network namespace in which it runs, and asks for a kernel that has one:
// Tests/Benchmarks/verdict.sh boots it.

let arguments = CommandLine.arguments
let flips = arguments.count > 2 ? Int(arguments[2]) ?? 0 : 200
let servers = arguments.count > 3 ? Int(arguments[3]) ?? 0 : 1
let names = arguments.count > 4 ? Int(arguments[4]) ?? 0 : 0
let sets = arguments.count > 5 ? min(Int(arguments[5]) ?? 0, 65_536) : 0
guard arguments.count > 1, ["relay", "ipvs"].contains(arguments[1]), (1...60_000).contains(servers), flips > 0
else {
    print("usage: VerdictBenchmark relay|ipvs [FLIPS [SERVERS [NAMES [SETS]]]]")
    exit(64)
}

let inner: any Backend =
    arguments[1] == "ipvs"
    ? try KernelTable()
    : RelayTable(logger: Logger(label: "relay") { _ in SwiftLogNoOpLogHandler() })
let scene = try Scene(backend: inner, servers: servers, names: names, sets: sets)
let figures = try await scene.measure(flips: flips)
print(
    "\(arguments[1]), \(servers) virtual servers, \(names + 1) names in \(sets + 1) sets, \(flips) flips; milliseconds"
)
for (what, times) in figures {
    let sorted = times.map { Double($0.components.attoseconds) / 1e15 + Double($0.components.seconds) * 1e3 }
        .sorted()
    let p99 = sorted[min(sorted.count - 1, sorted.count * 99 / 100)]
    print(
        String(
            format: "%@  median %.3f  p99 %.3f  max %.3f",
            what.padding(toLength: 12, withPad: " ", startingAt: 0),
            sorted[sorted.count / 2], p99, sorted[sorted.count - 1]))
}
let slowest = figures.map { $0.times.sorted()[$0.times.count / 2] }.max() ?? .zero
// System calls of a guest take several times as long as else.
exit(slowest < .milliseconds(arguments[1] == "ipvs" ? 10 : 1) ? 0 : 1)
