import ControlProtocol
import Foundation
import Glibc

// CheckBenchmark COUNT PORT: the servers; then commands on standard input, one a line:
//   hang A B, close A B, serve A B   the servers from A to before B do so from now on
//   connections                      how many have been taken so far
//   follow SOCKET                    follow the daemon from now on
//   wait WORD N SECONDS              wait until N events with this word have come since the last change, and say
//                                    how long after it they came
let arguments = CommandLine.arguments
let count = Int(arguments[1])!
let servers = ManyServers(count: count, port: UInt16(arguments[2])!)
let follower = Follower()
Thread.detachNewThread { servers.serve() }
print("ready")
fflush(nil)
while let line = readLine() {
    let words = line.split(separator: " ").map(String.init)
    switch words[0] {
    case "hang", "close", "serve":
        let manner: ManyServers.Manner = ["hang": .hangs, "close": .closes, "serve": .serves][words[0]]!
        follower.begin()
        servers.set(Int(words[1])!..<Int(words[2])!, manner)
        print("done")
    case "connections": print(servers.connections)
    case "follow":
        follower.follow(words[1])
        print("done")
    case "wait": print(follower.wait(words[1], Int(words[2])!, Double(words[3])!))
    default: print("unknown: \(line)")
    }
    fflush(nil)
}
