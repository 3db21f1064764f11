public import Dispatch

extension DispatchQueue {
    /// What blocking work comes to, such as a question to the resolver. Whoever asks waits no longer than this, and not
    /// beyond the end of the task: nil then, and the work ends by itself.
    public func value<Value: Sendable>(
        within patience: Duration? = nil, of work: @escaping @Sendable () -> Value
    ) async -> Value? {
        let (values, value) = AsyncStream.makeStream(of: Value.self)
        async {
            value.yield(work())
            value.finish()
        }
        if let patience {
            Self.global(qos: .utility).asyncAfter(deadline: .now() + .nanoseconds(Int(patience.nanoseconds))) {
                value.finish()
            }
        }
        return await values.first { _ in true }
    }
}
