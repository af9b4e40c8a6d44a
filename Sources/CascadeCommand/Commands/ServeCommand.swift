internal import ArgumentParser
internal import Cascade
internal import CascadeGateway
internal import CascadeMemory
internal import Foundation
internal import Logging

/// The router behind HTTP.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the cascade over HTTP, to clients of OpenAI's and of Anthropic's formats.",
        discussion: """
            Prints its address and serves until Ctrl-C or SIGTERM; then it accepts nothing more, and gives what is under \
            way a while to finish. A second signal ends it at once.

            POST /v1/chat/completions, /v1/messages, /v1/responses and /v1/embeddings; GET /v1/models; the predecessor's \
            API under /api/v1/router. The model \"cascade\" stands for each provider's default.

            GET / is a dashboard for a browser, GET /metrics for Prometheus, GET /healthz and /readyz for whoever watches \
            over the process. A changed configuration file is taken into use; SIGHUP has it read at once, and opens the \
            access log anew.

            With --store, what keys have used and the providers' history are kept in that file, and once `cascade keys \
            add` has put a key there every client needs one. Without keys whoever reaches the address uses the \
            providers' own, so that nothing but loopback is served, unless --insecure-bind is given.

            Examples:
              cascade serve
              cascade serve --config providers.yaml --port 8081
              cascade serve --store gateway.db --host 0.0.0.0
              curl http://127.0.0.1:8080/v1/models
            """)

    @OptionGroup var source: ConfigurationOptions

    @Option(help: "The address, in numbers.")
    var host = "127.0.0.1"

    @Option(help: "The port; 0 takes a free one.")
    var port: UInt16 = 8080

    @OptionGroup var storage: StoreOptions

    @Flag(help: "Serve another address than loopback without keys, to whoever reaches it.")
    var insecureBind = false

    @Option(help: ArgumentHelp("How long requests may still take at the end.", valueName: "seconds"))
    var grace = 30.0

    @Option(
        help: ArgumentHelp(
            "Log requests, one JSON object a line: a file, which SIGHUP opens anew, or - for stdout.",
            valueName: "file"))
    var accessLog: String?

    @Flag(help: "Validate the configuration, the store, the access log and the address, and end.")
    var check = false

    func validate() throws {
        guard (0...3_600).contains(grace) else {
            throw ValidationError("--grace takes 0 to 3600 seconds, not \(grace).")
        }
        if accessLog == "" { throw ValidationError("--access-log takes a file or -, not an empty text.") }
    }

    func run() async throws {
        if check {
            let check = ServeCheck(
                source: source, options: options, openStore: openStore,
                openAccessLog: { () throws(CommandFailure) in try openAccessLog() }, hint: hint)
            return try await check.run()
        }
        // From here on: who asks for a reload while the gateway begins does not end it.
        let hangUps = HangUps.stream()
        let router = try await source.makeRouter()
        do {
            let logger = ServeOperations.logger(try ConfigurationOptions.tuning())
            let accessLog = try openAccessLog { logger.error("\($0)") }
            try await serve(router, accessLog, logger, hangUps)
            await router.shutdown()
            // The last requests have ended, and have been logged.
            await accessLog?.close()
        } catch {
            await router.shutdown()
            throw error
        }
    }

    private func serve(
        _ router: CascadeRouter, _ accessLog: AccessLog?, _ logger: Logger, _ hangUps: AsyncStream<Void>
    ) async throws {
        var options = options
        options.store = try openStore()
        options.accessLog = accessLog
        let gateway: GatewayServer
        do throws(GatewayError) {
            gateway = try await GatewayServer(router: router, options: options)
        } catch {
            throw CommandFailure.usage(error.message + hint(error))
        }
        let operations = ServeOperations(
            router: router, source: source.source, accessLog: accessLog, logger: logger, hangUps: hangUps
        ).start(for: gateway)
        // With the log on stdout there is nothing else on it.
        if self.accessLog == "-" { Console.note(gateway.address) } else { try Console.write(gateway.address + "\n") }
        ProcessImage.forgetUnused()
        if Console.isErrorInteractive { Console.note("Ctrl-C ends it.") }
        // Only a signal ends this: the stream has no end of its own.
        for await _ in AsyncStream<Never>.makeStream().stream {}
        if Console.isErrorInteractive { Console.note("Requests under way may finish; Ctrl-C again ends it at once.") }
        // The signal has cancelled this task, and would cut the wait short.
        let grace = Duration.seconds(grace)
        await Task.detached { await gateway.shutdown(within: grace) }.value
        operations.cancel()
    }

    private var options: GatewayOptions {
        var options = GatewayOptions()
        options.host = host
        options.port = port
        options.allowsAnyHost = insecureBind
        options.memory = { .current }
        return options
    }

    private func hint(_ error: GatewayError) -> String {
        guard !insecureBind, error.isHostRefused else { return "" }
        return "; make keys with `cascade keys add` and name their file with --store, or give --insecure-bind if that "
            + "is meant"
    }

    private func openStore() throws(CommandFailure) -> GatewayStore? {
        try storage.open(makesFile: true)
    }

    private func openAccessLog(
        onProblem: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(CommandFailure) -> AccessLog? {
        guard let accessLog else { return nil }
        do throws(GatewayError) {
            return try AccessLog(path: accessLog, onProblem: onProblem)
        } catch {
            throw .usage(error.message)
        }
    }
}
