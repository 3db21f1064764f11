public import Addresses
public import Answering
internal import DNSWire
internal import Director
internal import Dispatch
public import Health
internal import Sockets
internal import Steering
public import Zones

/// The flow of verdicts: it schedules checks, keeps the backend's table as the verdicts want it, and
/// publishes what answers depend on. The one place that changes any of these.
///
/// Coming up, a real server enters the table first, and answers follow when the backend has
/// acknowledged it. Going down, it leaves the answers at once and the table in the same pass.
public actor Controller {
    /// A zone as it was loaded; nil if it is configured but could not be read.
    public struct LoadedZone: Sendable {
        /// The zone.
        public var zone: Zone?
        /// Who may ask for it; nil: as the options say.
        public var allowQuery: AccessList?

        /// A zone as loaded.
        public init(_ zone: Zone?, allowQuery: AccessList? = nil) {
            self.zone = zone
            self.allowQuery = allowQuery
        }
    }

    /// What has not spoken for this long after it was first asked is down: with the tick that finds
    /// it, at most five seconds.
    static let patience = Duration.seconds(4)
    /// Between two savings of verdicts that did not change, so that they stay young enough to hold.
    static let saveInterval = Duration.seconds(60)
    /// How long the last known state of the table holds while it can't be read.
    static let beliefHolds = Duration.seconds(5)
    /// After a saving, this many times what it took is left to other work: with thousands of verdicts it
    /// takes long enough to hold them up.
    static let savingRest = 20
    /// What a pass may take without a rest after it, and that rest at most.
    static let shortPass = Duration.milliseconds(5)
    static let longestRest = Duration.milliseconds(100)
    /// The time for the first round of checks of which no verdict is known: with the timeout of a usual check it
    /// fits into the patience.
    static let firstRound = Duration.seconds(2)
    /// At most between the first probes of two checks.
    static let startGap = Duration.milliseconds(1)
    /// The age at which saved verdicts no longer hold.
    static let savedVerdictsHold = 600.0

    /// How long something waits for the disk that must not be done before it is saved.
    static let savingPatience = Duration.seconds(2)

    let store: SnapshotStore
    let hostAddresses: HostAddresses?
    /// Between two looks at the table for what others have changed, and at what has become due meanwhile.
    let lookInterval: Duration
    let probe: @Sendable (Check) async -> Outcome
    let report: @Sendable (Occurrence) -> Void
    let clock = ContinuousClock()

    // What was asked for.
    var backend: (any Backend)?
    var plan = ControlPlan()
    var options = AnswerOptions()

    // What is known of real servers.
    var watches = Watches()
    var index = PlanIndex()
    /// Of those that have not spoken, by their slot.
    var firstAsked: [Int: ContinuousClock.Instant] = [:]
    /// Who is taken out, whatever the checks say.
    var maintenance: [Maintenance] = []
    /// The virtual servers whose fallback is checked because it stands in the table.
    var fallbacksAsked: Set<Int> = []
    var savedVerdicts: [Check: SavedState.SavedVerdict] = [:]
    /// What agents have said, by the question to them.
    var agents: [Check: AgentState] = [:]
    var savedAgents: [Check: AgentState] = [:]
    /// When the log had something of what they say.
    var agentsLogged: [Check: ContinuousClock.Instant] = [:]

    // Which check is due when.
    var agenda = Agenda<CheckTurn>()
    /// What carries out those that need no task each; nil: nothing does. The agenda has the others.
    let rounds: (any CheckRounds)?
    /// When the agenda is to be looked at next.
    var alarm: Alarm
    /// The descriptors of the probes that are under way, and how many there may be.
    var probing = 0
    let maximumProbes: Int
    /// Whether more are due than may be under way.
    var isCrowded = false
    /// When that was said last.
    var saidCrowded: ContinuousClock.Instant?
    var random = Chance()
    /// Whether a real server has been lost that is perhaps still in the answers.
    var hasLost = false

    // The virtual servers as they stand, in the plan's order, and those of them that are to be looked at anew: for
    // themselves, for the answers, for the table.
    var servers: [VirtualServer] = []
    var stale: Set<Int> = []
    var unpublished: Set<Int> = []
    var unreconciled: Set<Int> = []

    /// Since when real servers that have returned are on their way to their whole weight.
    var ramps: [ControlPlan.Place: ContinuousClock.Instant] = [:]
    /// Real servers with slow start that are out of the table, or down.
    var absent: Set<ControlPlan.Place> = []
    /// The virtual servers that have more real servers down than may be taken out.
    var overdrawn: Set<Int> = []

    // What admins have ordered.
    var book = OrderBook()
    let orderSaver: Saver<OrderBook>?
    /// As it was saved last, or is to be.
    var givenBook = OrderBook()
    /// Why orders cannot be kept over a restart; nil where they can.
    public internal(set) var orderTrouble: String?
    /// What real servers that drain still have.
    var drainCounts: [Order.Subject: ConnectionCounts] = [:]

    // What is known of the table.
    var owned: Set<VirtualServerKey> = []
    /// What an earlier process has put into the kernel's table, or this one before it took another backend, as long
    /// as nothing here can take it on or away.
    var inherited: Set<VirtualServerKey> = []
    var believed: Table?
    /// Whether the next pass is to look at the table, for what others have changed in it.
    var isLookDue = true
    /// Whether the next pass is about all of a plan.
    var isPlanNew = true
    /// Since when the table can't be read.
    var unreadableSince: ContinuousClock.Instant?
    /// When the table was looked at last, and how long it may rest then.
    var lookedAt: ContinuousClock.Instant?
    var lookRest = Duration.zero
    var refused: [VirtualServerKey: Set<Endpoint>] = [:]
    var backendTroubles: Set<String> = []
    // What checks that take the way of clients need of it.
    var privateMarks = PrivateMarks()
    var privateServices: [Check: PrivateService] = [:]
    var privateTable = Table()
    /// Since when there is no way for the checks in these slots.
    var wayless: [Int: ContinuousClock.Instant] = [:]
    var limiter = RepairLimiter()
    var addresses = AddressKeeper()

    // What was published.
    var marking = Marking()
    /// Of what is published.
    var renderer = SteeringRenderer(sets: [], vips: [:], policies: [])
    var steeredVIPs: [IPAddress: SteeredVIP] = [:]
    var standings: [IPAddress: VIPStanding] = [:]
    var standingSince: [IPAddress: ContinuousClock.Instant] = [:]
    var publishedView: SteeringView?

    /// Where what outlives the process is written, beside all else.
    let disk: DispatchQueue
    let stateSaver: Saver<SavedState>?
    var savedAt: ContinuousClock.Instant?
    var stateIsSaved = false
    var saveTrouble: String?
    var hasReconciled = false
    /// How often people have looked at how everything stands.
    var looks: UInt64 = 0
    var hasSaidStart = false
    var hasEnded = false
    var settledWaiters: [CheckedContinuation<Void, Never>] = []

    // What is being taken on while the passes go on.
    var isRunning = false
    /// A plan that is to come, whose checks are made already.
    var comingPlan: ControlPlan?
    /// Counts the plans that were taken on.
    var planNumber = 0
    /// Whether what is published stays as it is until a pass has carried out the newest plan.
    var isViewHeld = false
    var passWaiters: [(isOver: () -> Bool, continuation: CheckedContinuation<Void, Never>)] = []

    let wakeups: AsyncStream<Void>
    let wake: AsyncStream<Void>.Continuation
    let newJobs: AsyncStream<Job>
    let jobs: AsyncStream<Job>.Continuation

    /// What is done beside all else.
    enum Job: Sendable {
        /// Looks at the agenda at this time.
        case alarm(ContinuousClock.Instant)
        /// Carries out a check once.
        case probe(Check, CheckTurn)
    }

    /// A controller that publishes to a store; it does nothing before `run()`.
    ///
    /// - Parameters:
    ///   - stateFile: Where state outlives the process; nil: nowhere.
    ///   - hostAddresses: What keeps VIPs on an interface; nil: nothing does.
    ///   - lookInterval: Between two looks at what others do to the table: repairs are due within two seconds.
    ///   - maximumProbes: How many descriptors tasks may probe with at a time; a group of checks has several.
    ///   - rounds: What carries out those checks that need no task each; nil: all do. It ends with `run()`.
    ///   - probe: Carries out one check, within its timeout.
    ///   - report: Takes what happens; called from the controller, so it should return at once.
    public init(
        store: SnapshotStore, stateFile: StateFile? = nil, hostAddresses: HostAddresses? = nil,
        lookInterval: Duration = .seconds(1), maximumProbes: Int = 10_000, rounds: (any CheckRounds)? = nil,
        probe: @escaping @Sendable (Check) async -> Outcome,
        report: @escaping @Sendable (Occurrence) -> Void = { _ in }
    ) {
        self.store = store
        let disk = DispatchQueue(label: "swerve.state", qos: .utility)
        self.disk = disk
        stateSaver = stateFile.map { file in Saver(file.path, on: disk) { file.write($0) } }
        self.hostAddresses = hostAddresses
        self.lookInterval = lookInterval
        self.maximumProbes = max(maximumProbes, 1)
        alarm = Alarm(horizon: lookInterval * 2, at: clock.now)
        self.rounds = rounds
        self.probe = probe
        self.report = report
        (wakeups, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (newJobs, jobs) = AsyncStream.makeStream()
        let stored = stateFile.map { Self.orders(in: $0.orders) } ?? StoredOrders()
        orderSaver = stored.isWritable ? stateFile.map { Self.orderSaver($0.orders, on: disk) } : nil
        book = stored.book
        givenBook = stored.book
        if let trouble = stored.trouble {
            report(Occurrence(.error, "orders", trouble))
            if !stored.isWritable { orderTrouble = trouble }
        }
        guard let saved = stateFile?.read() else { return }
        inherited = Set(saved.owned)
        addresses = AddressKeeper(added: Set(saved.addresses))
        if (0..<Self.savedVerdictsHold).contains(StateFile.now - saved.savedAt) {
            savedVerdicts = Dictionary(saved.verdicts.map { ($0.check, $0) }, uniquingKeysWith: { $1 })
            savedAgents = Dictionary(saved.agents.map { ($0.check, $0.state) }, uniquingKeysWith: { $1 })
        }
    }

    /// Works until the task is cancelled.
    public func run() async {
        isRunning = true
        if book.count > 0 {
            let words = book.count == 1 ? "1 order holds" : "\(book.count) orders hold"
            report(
                Occurrence(.info, "orders", "\(words) from before the start; 'swervectl servers' shows what"))
        }
        await withDiscardingTaskGroup { group in
            group.addTask { await self.reconcileWhenWoken() }
            group.addTask { await self.tick() }
            group.addTask { await self.work() }
            group.addTask { await self.takeRounds() }
        }
        rounds?.end()
        isRunning = false
        hasEnded = true
        resumeSettledWaiters()
        resumePassWaiters()
    }

    /// Carries out what is due beside all else, until there will be no more.
    private nonisolated func work() async {
        await withDiscardingTaskGroup { group in
            for await job in newJobs {
                switch job {
                case .alarm(let due):
                    group.addTask {
                        if (try? await self.clock.sleep(until: due)) != nil { await self.ring(due) }
                    }
                case .probe(let check, let turn):
                    group.addTask {
                        let start = self.clock.now
                        let outcome = await self.probe(check)
                        if Task.isCancelled { return }
                        await self.conclude(
                            CheckReport(turn, began: start, ended: self.clock.now, outcome),
                            freeing: check.descriptors)
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// Returns when every check has a verdict, assumed or spoken, and the table has been looked at:
    /// at most five seconds after `run()`, or when that ends.
    public func settled() async {
        if hasSaidStart || hasEnded { return }
        await withCheckedContinuation { settledWaiters.append($0) }
    }

    /// Lets go of the table at the end: removes what is to be removed on a stop, saves the state.
    public func stop() async {
        let leaving = plan.services.filter(\.isRemovedOnStop).map(\.key)
        if let backend {
            let marked = privateTable.entries.keys
            owned.subtract(await remove(owned.intersection(leaving + marked), from: backend))
            await backend.close()
        }
        if let hostAddresses {
            let staying = Set(plan.services.filter { !$0.isRemovedOnStop }.compactMap(\.key.vip))
            addresses.removeAll(except: staying, from: hostAddresses, report: report)
        }
        save(force: true)
        saveOrders()
        // The task that ends is cancelled, and what is to outlive it is waited for all the same.
        await Task { await self.awaitDisk() }.value
    }

    var hasVerdicts: Bool { watches.unknown.isEmpty }

    var isSettled: Bool { hasReconciled && hasVerdicts }

    /// Says once how things stand at the beginning, and lets those go on who waited for it.
    func concludeStart() {
        guard isSettled else { return }
        if !hasSaidStart {
            hasSaidStart = true
            for (address, standing) in standings.sorted(by: { $0.key < $1.key }) {
                report(
                    Occurrence(standing.state == .up ? .info : .warning, "\(address)", "VIP \(standing.state)"))
            }
        }
        resumeSettledWaiters()
    }

    private func resumeSettledWaiters() {
        for waiter in settledWaiters { waiter.resume() }
        settledWaiters = []
    }

    private func tick() async {
        while (try? await clock.sleep(for: lookInterval)) != nil {
            let now = clock.now
            for (slot, asked) in firstAsked where asked.duration(to: now) >= Self.patience {
                if watches.change(slot, { $0.expireUnknown(at: now) }) { touchAll(of: slot) }
                firstAsked[slot] = nil
            }
            for place in Set(ramps.keys.compactMap { index.serviceOfKey[$0.key] }) { touch(place) }
            await followOrders()
            limiter.forgetQuiet(at: now)
            if let hostAddresses { addresses.announceAgain(by: hostAddresses, at: now, report: report) }
            save(force: false)
            setAlarm()
            if lookedAt.map({ $0.duration(to: now) >= lookRest }) ?? true { isLookDue = true }
            wake.yield()
        }
        wake.finish()
        jobs.finish()
    }
}
