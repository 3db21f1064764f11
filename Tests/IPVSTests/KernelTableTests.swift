import Addresses
import Director
import Foundation
import IPVS
import Testing

/// Changes the kernel's table, so it runs only where SWERVE_LAB says that the table is nobody's.
@Suite(
    "The kernel's table", .serialized,
    .enabled(if: isLab, "needs SWERVE_LAB=1 in a network namespace of its own, root, and a kernel with IPVS"))
struct KernelTableTests {
    let kernel: KernelTable

    init() throws {
        kernel = try KernelTable()
        try #expect(ipvsadm("-C") == "")
    }

    @Test("any table is reached, read back, and printed as ipvsadm prints it", arguments: Sample.tables)
    func tables(sample: Sample) async throws {
        let desired = sample.table
        let changes = try await Plan.changes(from: kernel.table(), to: desired)
        let results = await kernel.apply(changes)
        #expect(results == changes.map { _ in nil })
        let actual = try await kernel.table()
        #expect(actual == desired.normalized)
        #expect(Plan.changes(from: actual, to: desired).isEmpty)
        #expect(try lines(TableText.ipvsadm(desired.normalized)) == lines(ipvsadm("-Ln")))

        // What ipvsadm makes of the same table is no difference either, where ipvsadm can say it all.
        guard sample.isSavedByIpvsadm else { return }
        let saved = try ipvsadm("-Sn")
        try #expect(ipvsadm("-C") == "")
        #expect(try await kernel.table() == Table())
        try #expect(ipvsadm("-R", input: saved) == "")
        #expect(try await Plan.changes(from: kernel.table(), to: desired).isEmpty)
    }

    @Test("from each table to each other one, in place")
    func transitions() async throws {
        let owned = Set(Sample.tables.flatMap(\.table.entries.keys))
        for from in Sample.tables {
            for to in Sample.tables {
                for step in [from, to] {
                    let changes = try await Plan.changes(from: kernel.table(), to: step.table, owned: owned)
                    let results = await kernel.apply(changes)
                    #expect(
                        results == changes.map { _ in nil }, "\(from.testDescription) to \(to.testDescription)")
                    let reached = try await kernel.table()
                    #expect(
                        reached == step.table.normalized, "\(from.testDescription) to \(to.testDescription)")
                }
            }
        }
    }

    @Test("what others made is seen, and stays")
    func foreign() async throws {
        _ = try ipvsadm("-A", "-t", "10.9.9.9:80", "-s", "wlc")
        _ = try ipvsadm("-a", "-t", "10.9.9.9:80", "-r", "10.9.9.1", "-w", "5")
        let desired = Table([web: TableEntry(ServiceOptions(scheduler: "rr"), [rs1])])
        let changes = try await Plan.changes(from: kernel.table(), to: desired)
        _ = await kernel.apply(changes)
        let foreign = VirtualServerKey.endpoint(.tcp, Endpoint("10.9.9.9:80")!)
        #expect(
            try await kernel.table()[foreign]
                == TableEntry(
                    ServiceOptions(scheduler: "wlc"), [Destination(Endpoint("10.9.9.1:80")!, weight: 5)]))
    }

    @Test("an error says what it was about, and the steps after it are tried")
    func errors() async throws {
        let unknown = ServiceOptions(scheduler: "fancy")
        let engine = ServiceOptions(scheduler: "rr", flags: .persistent, timeout: 60, persistenceEngine: "no")
        let options = ServiceOptions(scheduler: "rr")
        var tooLow = rs2
        tooLow.upperThreshold = 1
        tooLow.lowerThreshold = 2
        var negative = rs2
        negative.weight = -1
        let other = Destination(Endpoint("[2001:db8::2]:80")!)
        let rows: [(Change, String?)] = [
            (.addService(web, unknown), "add tcp 192.168.214.140:80: this kernel has no scheduler 'fancy'"),
            (
                .addService(web, engine),
                "add tcp 192.168.214.140:80: this kernel has no scheduler 'rr' or no persistence engine 'no'"
            ),
            (.editService(web, options), "change tcp 192.168.214.140:80: there is no such virtual server"),
            (.deleteService(web), "remove tcp 192.168.214.140:80: there is no such virtual server"),
            (
                .addDestination(web, rs1),
                "add 192.168.214.143:80 to tcp 192.168.214.140:80: there is no such virtual server"
            ),
            (.addService(web, options), nil),
            (.addService(web, options), "add tcp 192.168.214.140:80: it is there already"),
            (
                .editDestination(web, rs1),
                "change 192.168.214.143:80 of tcp 192.168.214.140:80: there is no such destination"
            ),
            (
                .deleteDestination(web, rs1.endpoint),
                "remove 192.168.214.143:80 from tcp 192.168.214.140:80: there is no such destination"
            ),
            (.addDestination(web, rs1), nil),
            (
                .addDestination(web, rs1),
                "add 192.168.214.143:80 to tcp 192.168.214.140:80: it is there already"
            ),
            (
                .addDestination(web, tooLow),
                "add 192.168.214.145:80 to tcp 192.168.214.140:80: the lower threshold is above the upper one"
            ),
            (
                .addDestination(web, negative),
                "add 192.168.214.145:80 to tcp 192.168.214.140:80: a weight below 0"
            ),
            (
                .addDestination(web, other),
                "add [2001:db8::2]:80 to tcp 192.168.214.140:80: this kernel does not forward between IPv4 and IPv6 here"
            ),
            (.addDestination(web, rs2), nil),
        ]
        let results = await kernel.apply(rows.map(\.0))
        #expect(results.map { $0?.description } == rows.map(\.1))
        #expect(results.allSatisfy { $0?.isFatal != true })
        #expect(try await kernel.table() == Table([web: TableEntry(options, [rs1, rs2])]))
    }

    @Test("the version and the size are those that ipvsadm prints")
    func information() async throws {
        let information = try await kernel.information()
        let header =
            "IP Virtual Server version \(information.version) (size=\(information.connectionTableSize))"
        #expect(try ipvsadm("-Ln").split(separator: "\n").first.map(String.init) == header)
        #expect(try await kernel.connections().isEmpty)
        #expect(try ipvsadm("--set", "901", "121", "301") == "")
        #expect(try await kernel.timeouts() == ConnectionTimeouts(tcp: 901, tcpFin: 121, udp: 301))
    }

    @Test("a thousand destinations, over many datagrams")
    func many() async throws {
        let destinations = (0..<1000).map { index in
            Destination(Endpoint(.v4(IPv4Address(rawValue: 0x0A00_0001 + UInt32(index))), port: 80))
        }
        let desired = Table([web: TableEntry(ServiceOptions(scheduler: "rr"), destinations)])
        let changes = Plan.changes(from: Table(), to: desired)
        #expect(await kernel.apply(changes) == changes.map { _ in nil })
        #expect(try await kernel.table() == desired)
        #expect(try await kernel.connections()[web]?.count == 1000)
    }

    @Test("after close the next use opens another way")
    func close() async throws {
        await kernel.close()
        #expect(try await kernel.table() == Table())
    }

    @Test("many tasks may ask at once")
    func concurrency() async throws {
        let kernel = kernel
        try await withThrowingTaskGroup(of: Table.self) { group in
            for _ in 0..<50 { group.addTask { try await kernel.table() } }
            for try await table in group { #expect(table == Table()) }
        }
    }
}

@Suite("Where IPVS can't be used") struct UnusableKernelTests {
    @Test("the error is fatal and names the other backend", .enabled(if: isUnusable, "this kernel has IPVS"))
    func unusable() {
        do {
            _ = try KernelTable()
            Issue.record("IPVS is there after all")
        } catch {
            #expect(error.isFatal)
            #expect(error.description.hasPrefix("IPVS: "))
            #expect(error.hint?.contains("backend relay;") == true)
            #expect(
                error.hint?.contains("modprobe ip_vs") == true || error.hint?.contains("CAP_NET_ADMIN") == true)
        }
    }
}

private let isUnusable = (try? KernelTable()) == nil
private let isLab = ProcessInfo.processInfo.environment["SWERVE_LAB"] == "1" && !isUnusable

private let web = VirtualServerKey.endpoint(.tcp, Endpoint("192.168.214.140:80")!)
private let rs1 = Destination(Endpoint("192.168.214.143:80")!)
private let rs2 = Destination(Endpoint("192.168.214.145:80")!)

private func lines(_ text: String) -> [Substring] { text.split(separator: "\n").sorted() }

/// What ipvsadm prints on both outputs, whether it fails or not.
private func ipvsadm(_ arguments: String..., input: String = "") throws -> String {
    try shell("ipvsadm \(arguments.joined(separator: " ")) <<'END'\n\(input)END\ntrue")
}

/// What a shell prints on both outputs; an error where it fails. (popen: in the guest Foundation's Process waited for ever
/// for a shell that had ended; why is not known.)
@discardableResult
private func shell(_ command: String) throws -> String {
    guard let stream = popen("exec 2>&1; \(command)", "r") else { throw ShellError(description: command) }
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { output += buffer[..<count] }
    let status = pclose(stream)
    let text = String(decoding: output, as: UTF8.self)
    if status != 0 { throw ShellError(description: "\(command): \(text)") }
    return text
}

private struct ShellError: Error, CustomStringConvertible {
    var description: String
}
