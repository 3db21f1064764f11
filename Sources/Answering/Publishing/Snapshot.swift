internal import DNSWire
public import Zones

/// Everything that an answer depends on at one moment; immutable.
public final class Snapshot: Sendable {
    /// The zones.
    public let catalog: ZoneCatalog
    /// What steered sets are answered with.
    public let view: SteeringView
    /// What holds for all answers.
    public let options: AnswerOptions

    private let memory: CatalogMemory
    private let identity: FlatMemory
    /// The snapshot as a query sees it; valid as long as this object lives.
    let table: SnapshotTable

    /// A snapshot of these.
    public convenience init(
        catalog: ZoneCatalog, view: SteeringView = .empty, options: AnswerOptions = AnswerOptions()
    ) {
        self.init(
            catalog: catalog, view: view, options: options,
            memory: CatalogMemory(catalog.zones, options: options))
    }

    private init(catalog: ZoneCatalog, view: SteeringView, options: AnswerOptions, memory: CatalogMemory) {
        self.catalog = catalog
        self.view = view
        self.options = options
        self.memory = memory
        let (identity, identityTable) = IdentityTable.make(options.identity)
        self.identity = identity
        // What the table looks into is kept beside it.
        table = unsafe SnapshotTable(
            catalog: memory.table, access: memory.access, steering: view.table,
            maximumUDPSize: max(options.maximumUDPSize, 512),
            minimalResponses: options.minimalResponses == .yes,
            responses: options.minimalResponses, minimalAny: options.minimalAny,
            limiter: options.rateLimiter?.table, isLimiting: options.rateLimiter != nil,
            generalAccess: memory.generalAccess, cookies: CookieKeys(options.cookies), identity: identityTable)
    }

    /// Whether another one has the very same zones and options, in the same memory.
    public func sharesZones(with other: Snapshot) -> Bool { memory === other.memory }

    /// The same with another view; shares all else, however large.
    public func with(view: SteeringView) -> Snapshot {
        Snapshot(catalog: catalog, view: view, options: options, memory: memory)
    }
}

/// A snapshot as a query sees it: plain numbers and views, without a reference count. Whoever keeps it
/// keeps the ``Snapshot``.
struct SnapshotTable: Sendable {
    let catalog: CatalogTable
    let access: AccessTable
    let steering: SteeringAnswers
    let maximumUDPSize: UInt16
    /// Whether answers carry nothing that was not asked for.
    let minimalResponses: Bool
    /// What they carry else.
    let responses: MinimalResponses
    let minimalAny: Bool
    /// What limits responses; nil: nothing does.
    let limiter: RateLimiterTable?
    /// Whether something limits responses.
    let isLimiting: Bool
    /// Who may ask, where no zone says otherwise.
    let generalAccess: (start: Int, end: Int)
    let cookies: CookieKeys
    let identity: IdentityTable
}
