internal import ArgumentParser
internal import CascadeGateway

/// Ends a key.
struct KeysRevokeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "End a key for good; gateways that run refuse it within a second.",
        discussion: """
            Requests of its that are under way may finish.

            Examples:
              cascade keys revoke alice --store gateway.db
              cascade keys revoke 3f9a0c12de
            """)

    @Argument(help: "Its name or its identifier.")
    var key: String

    @OptionGroup var source: StoreOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let store = try source.required(makesFile: false)
        let revoked: GatewayKey
        do throws(GatewayStoreError) {
            revoked = try await store.revokeKey(key)
        } catch {
            throw CommandFailure(error)
        }
        try Console.write(json ? "\(KeyText.json(revoked))\n" : "revoked: \(revoked.name) (\(revoked.id))\n")
    }
}
