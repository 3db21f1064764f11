internal import Control
internal import ControlProtocol
internal import Director
internal import Settings

extension Core {
    func table(_ wanted: TableRequest) async throws(Failure) -> TableReport {
        do {
            return try await report(wanted)
        } catch let error as BackendError {
            throw Failure(error.description, hint: error.hint)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure("\(error)")
        }
    }

    private func report(_ wanted: TableRequest) async throws -> TableReport {
        if wanted.columns != .connections || wanted.isZeroing, !(backend?.countsTraffic ?? false) {
            throw Failure(
                "no traffic is counted: backend \(configuration.settings.director.backend.rawValue)",
                hint: "the kernel counts it, with 'backend ipvs'")
        }
        let overview = await controller.overview
        var table = overview.desired
        if wanted.isActual {
            guard let backend else {
                throw Failure(
                    "there is no table: backend none", hint: "'table' without --actual shows the desired one")
            }
            table = try await backend.table()
        } else if wanted.isAll {
            table.entries.merge(overview.privateTable.entries) { $1 }
        }
        if !wanted.isAll {
            let marks = overview.plan.privateMarks
            table.entries = table.entries.filter { key, _ in
                if case .firewallMark(let mark, _) = key { !marks.contains(mark) } else { true }
            }
        }
        let counts = await connections()
        let traffic = try await backend?.traffic() ?? [:]
        if wanted.isZeroing { try await backend?.zeroTraffic() }
        let text =
            switch wanted.columns {
            case .connections: TableText.ipvsadm(table, connections: counts)
            case .totals: TableText.traffic(table, traffic, .totals)
            case .rates: TableText.traffic(table, traffic, .rates)
            }
        return TableReport(table, counts, traffic, lines: text, isActual: wanted.isActual)
    }
}
