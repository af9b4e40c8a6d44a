/// Why a store cannot be used, or does not do what it was asked.
public struct GatewayStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// For a person: what failed, where, and what to do.
    public var message: String
    public var description: String { message }

    init(_ message: String) {
        self.message = message
    }
}
