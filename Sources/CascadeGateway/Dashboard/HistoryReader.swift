internal import Dispatch

/// Reads the store for the dashboard, with a connection and a queue of its own: a month of many providers takes a while,
/// in which what keys have used is written as ever. Readers and the writer of a store do not wait for one another.
final class HistoryReader: Sendable {
    private let path: String
    private let queue = DispatchQueue(label: "cascade.dashboard", qos: .utility)

    init(_ store: GatewayStore) {
        path = store.path
    }

    /// What the store holds, as JSON.
    ///
    /// - Parameter retentionHours: For how long minutes are kept.
    func read(retentionHours: Int) async throws(GatewayStoreError) -> [UInt8] {
        let result: Result<[UInt8], GatewayStoreError> = await withCheckedContinuation { continuation in
            queue.async { [path] in
                continuation.resume(
                    returning: Result { () throws(GatewayStoreError) in
                        // Opened each time: somebody looks now and then, and its cache would stay in memory.
                        let connection = try StoreConnection(path: path, makesFile: false)
                        return try HistoryReport(connection, now: WallTime.seconds)
                            .value(retentionHours: retentionHours).bytes
                    })
            }
        }
        return try result.get()
    }
}
