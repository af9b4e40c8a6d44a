extension TaskEngine {
    /// Sends the load's requests at a fixed rate, whether or not those before have been answered.
    ///
    /// A latency begins when the request was due, so that one that is held up by others shows it.
    ///
    /// - Parameter rate: Requests a second.
    func run(
        _ load: Load, rate: Double, into recorder: Recorder, expecting expected: ExpectedAnswer
    ) async throws {
        let send = sender(for: load, expecting: expected)
        let start = SystemTime.now
        try await withThrowingDiscardingTaskGroup { group in
            for index in 0..<load.requests {
                let due = start + UInt64(Double(index) / rate * 1_000_000_000)
                let now = SystemTime.now
                if due > now { try await Task.sleep(nanoseconds: due - now) }
                group.addTask(executorPreference: executor) {
                    await recorder.record(since: due, send)
                }
            }
        }
    }
}
