import Addresses
import ControlProtocol
import Diagnostics
import Director
import Health
import Settings
import Testing

@testable import swervectl

@Suite("Which servers would leave the table") struct ProbeRoundTests {
    private let key: VirtualServerKey
    private let director: DirectorSettings
    private let outcomes: [Check: Outcome]

    init() throws {
        let vip = try #require(Endpoint("192.0.2.1:80"))
        let key = VirtualServerKey.endpoint(.tcp, vip)
        let nowhere = SourcePosition(file: "a.conf", line: 1, column: 1)
        func server(_ text: String) throws -> RealServerSettings {
            let endpoint = try #require(Endpoint(text))
            return RealServerSettings(
                destination: Destination(endpoint), check: Check(.connect, target: endpoint), position: nowhere)
        }
        var director = DirectorSettings()
        let servers = try ["192.0.2.11:80", "192.0.2.12:80", "192.0.2.13:80", "192.0.2.14:80"].map(server)
        director.virtualServers = [
            VirtualServerSettings(
                key: key, options: ServiceOptions(), realServers: servers, fallback: try server("127.0.0.1:80"),
                position: nowhere)
        ]
        self.key = key
        self.director = director
        outcomes = [
            servers[0].check: .success("connected"), servers[1].check: .failure("connection refused"),
            servers[2].check: .undecided("too many open files"), servers[3].check: .failure("no answer in 3 s"),
            Check(.connect, target: try #require(Endpoint("127.0.0.1:80"))): .failure("connection refused"),
        ]
    }

    @Test("Only those that are in it with a weight and are down; a fallback stays whatever its check says")
    func inTable() throws {
        let destinations = ["192.0.2.11:80", "192.0.2.12:80", "192.0.2.13:80", "127.0.0.1:80"].compactMap {
            Endpoint($0).map { Destination($0) }
        }
        let table = Table([key: TableEntry(ServiceOptions(), destinations)])
        let round = ProbeRound(director, outcomes: outcomes, table: table, tableError: nil)
        #expect(
            round.text == """
                SERVER              VERDICT  WEIGHT NOW  REASON
                tcp 192.0.2.1:80
                  -> 192.0.2.11:80  up                1  connected
                  -> 192.0.2.12:80  down              1  connection refused
                  -> 192.0.2.13:80  unknown           1  too many open files
                  -> 192.0.2.14:80  down              -  no answer in 3 s
                  -> 127.0.0.1:80   down              1  fallback: connection refused
                would leave the table: 192.0.2.12:80 of tcp 192.0.2.1:80

                """)
        #expect(!round.isQuiet)
    }

    @Test("One of weight 0 has left already")
    func quiescent() throws {
        let endpoint = try #require(Endpoint("192.0.2.12:80"))
        let table = Table([key: TableEntry(ServiceOptions(), [Destination(endpoint, weight: 0)])])
        let round = ProbeRound(director, outcomes: outcomes, table: table, tableError: nil)
        #expect(round.isQuiet)
        #expect(round.text.hasSuffix("no server would leave the table\n"))
    }

    @Test("Where no table is used, those that the configuration wants in it")
    func noTable() {
        let round = ProbeRound(director, outcomes: outcomes, table: nil, tableError: nil)
        #expect(round.servers.filter(\.leaves).map(\.endpoint) == ["192.0.2.12:80", "192.0.2.14:80"])
        #expect(round.servers.allSatisfy { $0.tableWeight == nil })
    }

    @Test("Of a table that can't be read nothing is said, and all is not well")
    func unreadable() {
        let round = ProbeRound(
            director, outcomes: outcomes, table: nil, tableError: "IPVS: this kernel has none")
        #expect(!round.isQuiet && !round.servers.contains(where: \.leaves))
        #expect(round.text.hasSuffix("\nthe kernel's table can't be read: IPVS: this kernel has none\n"))
        #expect(!round.text.contains("would leave"))
    }
}
