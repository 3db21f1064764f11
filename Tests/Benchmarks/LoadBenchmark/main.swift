// LoadBenchmark [RECORDS]: how long a zone of addresses takes to be read and compiled, and a signed one of so many
// delegations.
// LoadBenchmark FILE ORIGIN [ROUNDS]: the same for a zone file; with one round, to be run by callgrind.
// The least of five times each, since others use the machine too.

import DNSWire
import Diagnostics
import Glibc
import ZoneFiles

func addresses(_ count: Int) -> String {
    var text = "$TTL 3600\n@ SOA ns1 admin 1 3600 600 86400 300\n@ NS ns1\nns1 A 192.0.2.1\n"
    text.reserveCapacity(count * 32)
    for number in 0..<count {
        text += "host\(number) IN A 10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)\n"
    }
    return text
}

func delegations(_ count: Int) -> String {
    var text = "$TTL 3600\n@ SOA ns1 admin 1 3600 600 86400 300\n@ NS ns1\nns1 A 192.0.2.1\n"
    text.reserveCapacity(count * 40)
    for number in 0..<count / 4 {
        text += "child\(number) NS ns1.child\(number)\n NS ns\(number % 1000).example.net.\n"
        text += "ns1.child\(number) A 10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)\n"
        text += "mail\(number) MX 10 host.example.net.\n"
    }
    return text
}

func measure(_ name: String, rounds: Int = 5, _ load: () -> LoadedZone) {
    var least = Duration.seconds(1000)
    var records = 0
    for _ in 0..<rounds {
        let start = ContinuousClock.now
        let loaded = load()
        least = min(least, ContinuousClock.now - start)
        records = loaded.recordCount
        if loaded.zone == nil {
            print(loaded.diagnostics.prefix(3))
            exit(1)
        }
    }
    print("\(name): \(records) records: \(least)")
}

let words = CommandLine.arguments
if words.count > 2 {
    let origin = try DomainName(words[2])
    measure(words[1], rounds: words.count > 3 ? Int(words[3]) ?? 5 : 5) {
        ZoneFile.load(path: words[1], origin: origin)
    }
} else {
    let count = words.count > 1 ? Int(words[1]) ?? 1_000_000 : 1_000_000
    let origin = try DomainName("example.com.")
    for (name, text) in [("addresses", addresses(count)), ("delegations", delegations(count))] {
        let source = SourceText(file: "zone", text)
        measure(name) { ZoneFile.parse(source, origin: origin) }
    }
}
