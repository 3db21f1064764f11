internal import Dispatch
internal import Glibc

/// Says when a descriptor can be read from; closes it in the end.
///
/// Sendable although its protocol doesn't say so: libdispatch's objects may be used from any thread.
struct ReadSource: @unchecked Sendable {
    private let source: any DispatchSourceRead

    init(_ descriptor: Int32, on queue: DispatchQueue, handler: @escaping @Sendable () -> Void) {
        source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
        source.setEventHandler(handler: handler)
        source.setCancelHandler { close(descriptor) }
        source.activate()
    }

    /// Says nothing any more.
    func cancel() { source.cancel() }
}
