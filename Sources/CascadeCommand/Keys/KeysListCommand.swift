internal import ArgumentParser
internal import CascadeGateway

/// The keys that there are.
struct KeysListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show the keys, their limits and what they have used today (UTC).",
        discussion: """
            Examples:
              cascade keys list --store gateway.db
              cascade keys list --all --json
            """)

    @OptionGroup var source: StoreOptions

    @Flag(help: "Those that were revoked, too.")
    var all = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() async throws {
        let store = try source.required(makesFile: false)
        let keys: [GatewayKey]
        do throws(GatewayStoreError) {
            keys = try await store.keys().filter { all || $0.revokedAt == nil }
        } catch {
            throw CommandFailure(error)
        }
        if json {
            let list = JSONValue.members(["keys": .array(keys.map { KeyText.json($0) })])
            return try Console.write("\(list)\n")
        }
        var table = TextTable(["ID", "NAME", "CREATED", "LAST USED", "TODAY", "MAY"], style: .output)
        for key in keys { table.add(KeyText.cells(key)) }
        try Console.write(table.text)
    }
}
