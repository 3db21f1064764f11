// LoadBenchmark FILE ORIGIN [ROUNDS]: how long a zone file takes to be read and compiled; with one round, to be run by
// callgrind. The least of five times, since others use the machine too.

import DNSWire
import Glibc
import ZoneFiles

let words = CommandLine.arguments
guard words.count > 2 else {
    print("usage: LoadBenchmark FILE ORIGIN [ROUNDS]")
    exit(64)
}
let origin = try DomainName(words[2])
var least = Duration.seconds(1000)
var records = 0
for _ in 0..<(words.count > 3 ? Int(words[3]) ?? 5 : 5) {
    let start = ContinuousClock.now
    let loaded = ZoneFile.load(path: words[1], origin: origin)
    least = min(least, ContinuousClock.now - start)
    records = loaded.recordCount
    if loaded.zone == nil {
        print(loaded.diagnostics.prefix(3))
        exit(1)
    }
}
print("\(words[1]): \(records) records: \(least)")
