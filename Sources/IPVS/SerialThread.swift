import Dispatch

/// Runs an actor's jobs one after the other on a thread that may block.
final class SerialThread: SerialExecutor {
    private let queue: DispatchQueue

    /// An executor whose thread shows this name.
    init(label: String) {
        queue = DispatchQueue(label: label)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        queue.async { job.runSynchronously(on: executor) }
    }
}
