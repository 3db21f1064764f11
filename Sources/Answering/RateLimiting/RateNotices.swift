public import Addresses
public import DNSWire
internal import Synchronization

/// That the responses of an account are limited from now on.
public struct RateNotice: Hashable, Sendable {
    /// The account's hash.
    public var account: UInt64
    /// What is limited.
    public var kind: ResponseKind
    /// Whose.
    public var client: Prefix
    /// The name that is asked, or that stands for those that are; the root where names don't matter.
    public var name: DomainName
    /// The type that is asked, of answers.
    public var type: RecordType
    /// The class that is asked; 0 where it doesn't matter.
    public var recordClass: UInt16

    /// A notice; see the properties.
    public init(
        account: UInt64, kind: ResponseKind, client: Prefix, name: DomainName = .root,
        type: RecordType = RecordType(0), recordClass: UInt16 = 0
    ) {
        self.account = account
        self.kind = kind
        self.client = client
        self.name = name
        self.type = type
        self.recordClass = recordClass
    }
}

/// A few places for notices, which workers fill without waiting and one reader empties.
@safe final class RateNotices: Sendable {
    /// Notices that wait for the reader at most; more are counted.
    static let capacity = 32

    private enum State {
        static let free: UInt32 = 0
        static let written: UInt32 = 1
        static let ready: UInt32 = 2
    }

    private struct Content {
        var account: UInt64 = 0
        var kind = ResponseKind.answer
        var client = IPAddress.v4(.any)
        var length = 0
        var type = RecordType(0)
        var recordClass: UInt16 = 0
        var nameLength = 0
        var name = [256 of UInt8](repeating: 0)
    }

    // Allocated in init, freed in deinit. A content is touched only by who has brought its state from free to
    // written, or has found it ready and is the reader.
    private nonisolated(unsafe) let contents: UnsafeMutablePointer<Content>
    private nonisolated(unsafe) let states: UnsafeMutablePointer<Atomic<UInt32>>
    private let lost = Atomic<Int>(0)

    init() {
        unsafe contents = .allocate(capacity: Self.capacity)
        unsafe contents.initialize(repeating: Content(), count: Self.capacity)
        unsafe states = .allocate(capacity: Self.capacity)
        for index in 0..<Self.capacity { unsafe (states + index).initialize(to: Atomic(State.free)) }
    }

    deinit {
        unsafe contents.deallocate()
        unsafe states.deallocate()
    }

    /// Leaves a notice about a client's network of so many bits, or counts it where there is no room.
    func put(
        _ account: UInt64, _ subject: RateLimiterTable.Subject, name: borrowing NameKey, _ client: IPAddress,
        length: Int
    ) {
        for index in 0..<Self.capacity {
            let state = unsafe states[index].compareExchange(
                expected: State.free, desired: State.written, ordering: .acquiring)
            guard state.exchanged else { continue }
            unsafe contents[index].account = account
            unsafe contents[index].kind = subject.kind
            unsafe contents[index].client = client
            unsafe contents[index].length = length
            unsafe contents[index].type = subject.type
            unsafe contents[index].recordClass = subject.recordClass
            let start = name.offset(labels: subject.labels)
            var count = 0
            // A wildcard's name is as long as one that it stands for, at most.
            if subject.isWildcard {
                unsafe contents[index].name[0] = 1
                unsafe contents[index].name[1] = UInt8(ascii: "*")
                count = 2
            }
            for offset in start..<name.length where count < 255 {
                unsafe contents[index].name[count] = name.octet(at: offset)
                count += 1
            }
            unsafe contents[index].nameLength = count
            unsafe states[index].store(State.ready, ordering: .releasing)
            return
        }
        lost.add(1, ordering: .relaxed)
    }

    func take() -> (notices: [RateNotice], lost: Int) {
        var notices: [RateNotice] = []
        for index in 0..<Self.capacity {
            if unsafe states[index].load(ordering: .acquiring) != State.ready { continue }
            let content = unsafe contents[index]
            unsafe states[index].store(State.free, ordering: .releasing)
            let name = (0..<content.nameLength).map { content.name[$0] }
            guard let client = Prefix(content.client, length: content.length) else { continue }
            notices.append(
                RateNotice(
                    account: content.account, kind: content.kind, client: client,
                    name: DomainName(uncheckedWire: name), type: content.type,
                    recordClass: content.recordClass))
        }
        return (notices, lost.exchange(0, ordering: .relaxed))
    }
}
