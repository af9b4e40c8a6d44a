internal import Dispatch

/// The file in which a gateway keeps its keys, what they have used, and the history of its providers.
///
/// It is an SQLite file that its owner alone can read. Several processes may use one at a time: a gateway and the
/// `cascade keys` that changes its keys, or two gateways. All work on it is done by a queue of its own.
// @unchecked Sendable: `connection` is touched on `queue` only, which is serial, and before anyone else has the store.
public final class GatewayStore: @unchecked Sendable {
    /// Where it is.
    public let path: String
    private let connection: StoreConnection
    private let queue = DispatchQueue(label: "cascade.store", qos: .utility)

    /// Opens a store. It waits for the disk, as everything here does.
    ///
    /// - Parameter makesFile: Whether a file that is not there is made.
    public init(path: String, makesFile: Bool = true) throws(GatewayStoreError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw GatewayStoreError("a store needs a path") }
        self.path = path
        connection = try StoreConnection(path: path, makesFile: makesFile)
        try StoreSchema.prepare(connection)
    }

    /// Does something with the file, after what was asked before.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (StoreConnection) throws(GatewayStoreError) -> Value
    ) async throws(GatewayStoreError) -> Value {
        let result: Result<Value, GatewayStoreError> = await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(
                    returning: Result { () throws(GatewayStoreError) in
                        try self.connection.checkFile()
                        return try body(self.connection)
                    })
            }
        }
        return try result.get()
    }

    /// The same in one transaction.
    func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (StoreConnection) throws(GatewayStoreError) -> Value
    ) async throws(GatewayStoreError) -> Value {
        try await perform { (connection) throws(GatewayStoreError) in
            try connection.transaction { () throws(GatewayStoreError) in try body(connection) }
        }
    }
}
