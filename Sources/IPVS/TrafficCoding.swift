import Director
import Netlink

extension Traffic {
    /// Reads the statistics of a service or a destination: of 64 bits since Linux 4.1, before that some of 32.
    init(_ attributes: Attributes, wide: UInt16, narrow: UInt16) throws(NetlinkError) {
        self.init()
        guard let nest = attributes[wide] ?? attributes[narrow] else { return }
        let statistics = try nest.nested()
        totals = Counts(statistics, StatisticsAttribute.totals)
        rates = Counts(statistics, StatisticsAttribute.rates)
    }
}

extension Traffic.Counts {
    fileprivate init(_ statistics: Attributes, _ range: ClosedRange<UInt16>) {
        let numbers = range.map { type in
            statistics[type].flatMap { $0.u64 ?? $0.u32.map(UInt64.init) } ?? 0
        }
        self.init(
            connections: numbers[0], packetsIn: numbers[1], packetsOut: numbers[2], octetsIn: numbers[3],
            octetsOut: numbers[4])
    }
}
