internal import Addresses
internal import Admin
internal import Answering
internal import Control
internal import ControlProtocol
internal import Director
internal import Foundation
internal import HostNetwork
internal import IPVS
internal import NIOCore
internal import Probes
internal import Relay
internal import Settings
internal import StreamServer
internal import UDPServer
internal import ZoneFiles

/// The running daemon: what is configured now, and the rooms that carry it out.
actor Core {
    let path: String
    let log: Log
    /// The settings with which the process began.
    let startSettings: Settings
    let hub = EventHub()
    let reactor: Reactor
    /// Whether the first round of checks is not in yet.
    var isStarting = true
    let started = Timestamp.now
    /// Makes cookies where the configuration has no secret; as long as the process lives, so that a reload spoils
    /// none.
    private let cookieSecret = CookieSecret.random()
    let group: any EventLoopGroup
    let store: SnapshotStore
    let controller: Control.Controller
    /// The VIPs of the configuration, for probes.
    let vips: VIPSet
    /// When the certificates of real servers end.
    let certificates = CertificateWatch()
    let udpServer = UDPServer()
    let streamServer: StreamServer
    /// Waiting and freeing: work that must not hold up what answers and directs.
    private let reader = DispatchQueue(label: "swerve.reader", qos: .utility)
    let resolver = DispatchQueue(label: "swerve.resolver", qos: .utility)
    /// Looking at files and directories, on disks that may hang.
    let disks = DispatchQueue(label: "swerve.disks", qos: .utility, attributes: .concurrent)

    var configuration: Configuration
    var backend: (any Backend)?
    var watch = FileWatch()
    /// Limits responses; nil: nothing does.
    var rateLimiter: RateLimiter?
    var rateLimitLog = RateLimitLog(isLogOnly: false)
    var queryRate = QueryRate()
    var lastReload: StatusReport.LastReload?
    /// What is wrong with this host as a director, as it was last looked at.
    var hostFindings: [Finding] = []
    /// Who is taken out by files, and what kept us from reading them last time.
    var maintenance = MaintenanceDirectories()
    /// The addresses of those whom they name.
    var hostNames = HostNames()
    /// Why the kernel's timeouts could not be set last time.
    var timeoutTrouble: String?
    var isReloading = false
    /// Whether zones were read since memory was last given back.
    var isMemoryToGiveBack = true
    var waitingReloads: [CheckedContinuation<Void, Never>] = []

    init(
        path: String, configuration: Configuration, group: any EventLoopGroup, kernelTable: KernelTable?,
        log: Log
    ) throws {
        self.path = path
        self.configuration = configuration
        self.group = group
        self.log = log
        let settings = configuration.settings
        startSettings = settings
        backend =
            settings.director.backend == .relay
            ? Self.makeRelay(log) : kernelTable
        store = SnapshotStore(Snapshot(catalog: ZoneCatalog([:])))
        let hub = hub
        let certificates = certificates
        let prober = Prober(group: group) { check, end in
            guard let occurrence = certificates.note(check, end: end, at: Timestamp.now.milliseconds / 1000)
            else { return }
            log.write(occurrence)
            hub.tell(occurrence)
        }
        reactor = Reactor(prober: prober, log: log)
        let vips = VIPSet(settings)
        self.vips = vips
        let maximumProbes = max((DescriptorBudget.now?.probes ?? 2000) / 2, 1)
        controller = Control.Controller(
            store: store, stateFile: StateFile(directory: settings.stateDirectory),
            hostAddresses: .ofThisHost, maximumProbes: maximumProbes,
            rounds: try PlainRounds(maximum: maximumProbes),
            probe: { await prober.probeOnThisHost($0, vips: vips.addresses) },
            report: { occurrence in
                if !occurrence.isForFollowers { log.write(occurrence) }
                hub.tell(occurrence)
            })
        streamServer = StreamServer(
            store: store, limits: StreamLimits(settings), logger: log.logger("tcp"))
    }

    /// Serves until the task is cancelled, then ends all rooms in order.
    ///
    /// Answers begin when every real server has a verdict: the saved one, what stands in the table, or
    /// the first round of checks.
    func run(
        udp: UDPSockets, streams: StreamSockets, control: AdminSocket, reloads: AsyncStream<Void>
    ) async throws {
        let admin = AdminServer(socket: control, doors: self, group: group, logger: log.logger("control"))
        followFiles()
        await take(configuration)
        await clearKernel()
        do {
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { await self.controller.run() }
                await controller.settled()
                if !Task.isCancelled {
                    try udpServer.serve(udp, from: store)
                    try streamServer.serve(streams)
                    limitConnections()
                    sayReady()
                }
                await react()
                isStarting = false
                tasks.addTask { try await admin.run() }
                tasks.addTask {
                    for await _ in reloads { await self.reloadOnSignal() }
                    try await Task.sleep(for: .seconds(86_400 * 36_500))
                }
                tasks.addTask { [log] in
                    while true {
                        try await Task.sleep(for: .seconds(1))
                        log.flush()
                    }
                }
                tasks.addTask { try await self.watchFiles() }
                tasks.addTask { try await self.keepTimeouts() }
                tasks.addTask { try await self.watchRates() }
                tasks.addTask { try await self.freeMemory() }
                tasks.addTask { try await self.followDirectives() }
                defer { tasks.cancelAll() }
                await judgeHost()
                try await tasks.next()
            }
        } catch is CancellationError {
            await end()
            return
        } catch {
            await end()
            throw error
        }
        await end()
    }

    /// In order: those who want to know of it are written to while all stands, then no more answers, then the table is
    /// let go of, then whoever follows is told.
    private func end() async {
        await reactor.sayGoodbye(to: controller.overview)
        await offPool { [streamServer, udpServer] in
            streamServer.stop()
            udpServer.stop()
        }
        await controller.stop()
        log.write(.info, nil, "stopped")
        hub.finish()
        await offPool { [reactor, log] in
            reactor.end()
            log.end()
        }
    }

    func take(_ next: Configuration) async {
        let settings = next.settings
        vips.follow(settings)
        certificates.follow(next.plan)
        log.others.follow(settings)
        await reactor.take(settings.director)
        limitRates(settings.rateLimit)
        await prepareDataPaths()
        // Before the first verdict about whom they name.
        await lookForMaintenance()
        await controller.take(
            next.plan, backend: backend, zones: next.shelf.zones,
            options: AnswerOptions(settings, rateLimiter: rateLimiter, cookieSecret: cookieSecret))
    }

    /// A relay that holds to the number of descriptors.
    static func makeRelay(_ log: Log) -> RelayTable {
        var limits = RelayLimits()
        if let budget = DescriptorBudget.now {
            let wanted = limits.maximumConnections
            limits = RelayLimits(descriptors: budget.relay)
            if limits.maximumConnections < wanted {
                log.write(
                    .warning, "relay",
                    "the process may have \(budget.limit) descriptors: \(limits.maximumConnections) connections are "
                        + "carried at a time, not \(wanted)")
            }
        }
        return RelayTable(logger: log.logger("relay"), limits: limits)
    }

    /// Holds TCP connections to the configuration's limits, and to what there are descriptors for beside all that the
    /// servers have.
    func limitConnections() {
        var limits = StreamLimits(configuration.settings)
        if let budget = DescriptorBudget.now {
            let possible = budget.connections(limits.connections, present: streamServer.connectionCount)
            if possible < limits.connections {
                log.write(
                    .warning, "tcp",
                    "tcp-clients is \(limits.connections), but the process may have \(budget.limit) descriptors: "
                        + "\(possible) connections are taken at a time")
            }
            limits.connections = possible
        }
        streamServer.take(limits)
    }

    private func sayReady() {
        let zones = configuration.shelf.items.count
        let endpoints = configuration.endpoints.map(\.dnsText).joined(separator: ", ")
        let names =
            "\(zones) \(zones == 1 ? "zone" : "zones") on \(endpoints.isEmpty ? "no address" : endpoints), "
        log.write(
            .info, nil,
            "ready: \(zones == 0 && endpoints.isEmpty ? "" : names)"
                + "backend \(configuration.settings.director.backend.rawValue)")
        if configuration.settings.director.backend == .relay {
            log.write(
                .info, "relay",
                "packets are carried in user space: real servers see this host's address, and a restart ends connections"
            )
        }
    }

    /// Tells what became of zones.
    nonisolated func tell(_ changes: [ZoneShelf.Change]) {
        for occurrence in ZoneShelf.occurrences(of: changes) {
            log.write(occurrence)
            if occurrence.level != .warning { hub.tell(occurrence) }
        }
    }

    /// Long or blocking work, away from the threads that everything else shares.
    func offPool<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            reader.async { continuation.resume(returning: work()) }
        }
    }

    /// Reading configurations and zones: on a thread of its own, which ends with the work, since a thread that has
    /// let all others go first may not step forward again. nil where the task ends before: a disk may hang.
    func behindAll<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
        let (values, value) = AsyncStream.makeStream(of: Value.self)
        let thread = Thread {
            // Of this thread alone, on Linux; the lowest that there is.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
            value.yield(work())
        }
        thread.name = "swerve-reader"
        thread.start()
        return await values.first { _ in true }
    }
}

extension Answering.MinimalResponses {
    init(_ setting: Settings.MinimalResponses) {
        switch setting {
        case .no: self = .no
        case .yes: self = .yes
        case .noAuth: self = .noAuth
        case .noAuthRecursive: self = .noAuthRecursive
        }
    }
}

extension HostAddresses {
    /// The addresses of this host, by its kernel.
    static let ofThisHost = HostAddresses(
        add: { address, interface in
            Result { try HostNetwork().add(address, to: interface) }.mapError { HostTrouble("\($0)") }
        },
        remove: { address, interface in
            Result { try HostNetwork().remove(address, from: interface) }.mapError { HostTrouble("\($0)") }
        },
        announce: { address, interface in
            Result { try HostNetwork().announce(address, on: interface) }.mapError { HostTrouble("\($0)") }
        })
}
