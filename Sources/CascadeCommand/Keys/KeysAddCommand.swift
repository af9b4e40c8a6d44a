internal import ArgumentParser
internal import CascadeGateway

/// Makes a key.
struct KeysAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Make a key, and print it; it cannot be shown again.",
        discussion: """
            A client sends it as `Authorization: Bearer csk_…` or as `x-api-key: csk_…`. What is over a limit is \
            answered with 429.

            Examples:
              cascade keys add alice --store gateway.db
              cascade keys add ci --model gpt-4o-mini --model "claude-*" --tokens-per-minute 20000 --concurrency 4
            """)

    @Argument(help: "What the key is for; no two have the same name.")
    var name: String

    @OptionGroup var source: StoreOptions

    @Flag(help: "It opens the dashboard and the operators' API, too.")
    var admin = false

    @Option(
        help: ArgumentHelp(
            "A model that it may ask for, a * at the end standing for any ending; all when none is given.",
            valueName: "model"))
    var model: [String] = []

    @Option(help: ArgumentHelp("Requests in a minute.", valueName: "count"))
    var requestsPerMinute: Int?

    @Option(help: ArgumentHelp("Tokens in a minute, of questions and answers.", valueName: "count"))
    var tokensPerMinute: Int?

    @Option(help: ArgumentHelp("Requests at a time.", valueName: "count"))
    var concurrency: Int?

    @Option(help: ArgumentHelp("What it may spend in a day of UTC, by the configuration's prices.", valueName: "usd"))
    var dailyBudget: Double?

    @Flag(help: "Print one JSON object.")
    var json = false

    private var limits: KeyLimits {
        var limits = KeyLimits()
        limits.models = model
        limits.requestsPerMinute = requestsPerMinute
        limits.tokensPerMinute = tokensPerMinute
        limits.concurrency = concurrency
        limits.dailyBudgetUSD = dailyBudget
        return limits
    }

    func run() async throws {
        let store = try source.required(makesFile: true)
        let (key, secret): (GatewayKey, String)
        do throws(GatewayStoreError) {
            (key, secret) = try await store.addKey(name: name, isAdmin: admin, limits: limits)
        } catch {
            throw CommandFailure(error)
        }
        if json { return try Console.write("\(KeyText.json(key, secret: secret))\n") }
        try Console.write(secret + "\n")
        if Console.isErrorInteractive { Console.note("It is shown this once; \(key.id) is its name in lists.") }
    }
}
