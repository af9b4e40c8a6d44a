internal import ArgumentParser

/// The gateway's own keys.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "Add, list and revoke the keys of the gateway's clients.",
        discussion: """
            They are kept in an SQLite file, which `cascade serve --store` is given, too; a gateway that runs takes \
            notice of a change within a second. Only the hash of a key is kept: what `add` prints is shown this once.

            Examples:
              export CASCADE_GATEWAY_STORE=gateway.db
              cascade keys add alice --requests-per-minute 60 --daily-budget 5
              cascade keys add ops --admin
              cascade keys list
              cascade keys revoke alice
            """,
        subcommands: [KeysAddCommand.self, KeysListCommand.self, KeysRevokeCommand.self])
}
