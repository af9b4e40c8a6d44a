internal import CascadeTransport
internal import Logging
public import ServiceLifecycle
internal import Synchronization

/// Routes chat requests over an ordered cascade of providers.
///
/// Make one for the life of the process and share it: it owns a thread, the pooled connections of every provider, their
/// circuit breakers and cooldowns. All methods may be called from any task at any time.
///
/// ```swift
/// let router = try CascadeRouter(configuration: .load(path: "providers.yaml"))
/// let reply = try await router.complete(ChatRequest("Why is the sky blue?"))
/// print(reply.content, reply.provider)
/// ```
///
/// As a `Service` its ``run()`` is its lifetime; without a service group call ``shutdown(within:)`` when done. A router that is
/// let go without it ends as soon as the last of its requests and streams has.
public final class CascadeRouter: Sendable, Service {
    let core: RouterCore

    /// - Throws: ``CascadeError`` with code `local` when the system gives no thread, descriptor or memory.
    public init(
        configuration: CascadeConfiguration, options: RouterOptions = RouterOptions()
    ) throws(CascadeError) {
        core = try RouterCore(configuration: configuration, options: options)
        options.logger.tell(of: configuration)
    }

    /// Asks providers in order until one gives a whole answer.
    ///
    /// - Throws: ``CascadeError``. A failed attempt is never visible in the answer; ``ChatResponse/attempts`` lists it.
    /// - Cost: one arena and one transfer, both pooled; the answer's text is copied once, into the response.
    public func complete(_ request: ChatRequest) async throws(CascadeError) -> ChatResponse {
        let admitted = try await core.begin(request, streaming: false)
        return try await withTaskExecutorPreference(admitted.executor) { () async throws(CascadeError) in
            try await admitted.complete()
        }
    }

    /// Asks providers in order until one gives its first token, and returns then: ``ChatStream/provider`` is final.
    ///
    /// Until then failures fall over silently; after it the answer is never replaced or spliced, and a failure ends the
    /// stream with a ``CascadeError`` that carries what was delivered. Dropping the stream closes the upstream.
    public func stream(_ request: ChatRequest) async throws(CascadeError) -> ChatStream {
        let admitted = try await core.begin(request, streaming: true)
        return try await withTaskExecutorPreference(admitted.executor) { () async throws(CascadeError) in
            try await admitted.stream()
        }
    }

    /// What would be done with a request as things stand, and why; nothing is sent.
    public func explain(_ request: ChatRequest) -> RequestPlan {
        core.explain(request)
    }

    /// The loop's executor. A task that prefers it uses the router without changing thread; its one rule: do not block.
    public var executor: any TaskExecutor {
        core.loops[0].executor
    }

    /// Takes a new configuration into use. Requests in flight keep theirs; breakers, cooldowns and counts survive by
    /// provider name, and connections where a provider has not changed. When it throws, the old one stays.
    public func reload(_ configuration: CascadeConfiguration) throws(CascadeError) {
        try core.reload(configuration)
        core.logger.tell(of: configuration)
        core.logger.info("configuration reloaded", metadata: ["providers": "\(configuration.providers.count)"])
    }

    /// Switches a provider on or off by hand, until the next call; a reload does not undo it.
    ///
    /// - Returns: `false` when there is no provider of that name, or it cannot be switched on.
    @discardableResult
    public func setEnabled(_ provider: String, _ enabled: Bool) -> Bool {
        core.setEnabled(provider, enabled)
    }

    /// Closes a provider's circuit and ends its cooldowns.
    ///
    /// - Returns: `false` when there is no provider of that name.
    @discardableResult
    public func resetCircuit(_ provider: String) -> Bool {
        core.resetCircuit(provider)
    }

    /// Lets no request in any more, gives those in flight a while to finish, then ends what is left of them with an error
    /// of code `shutdown`, closes every connection and ends the threads. Returns when that is done. Calls made from its
    /// beginning on fail with the same code.
    ///
    /// - Parameter grace: How long requests and streams may still take; a stream that is not read takes all of it.
    ///   Cancelling the task, or calling this again without a grace, ends it early.
    public func shutdown(within grace: Duration = .zero) async {
        await core.shutdown(within: grace)
    }

    /// Runs until the service group shuts down, then shuts down within ``RouterOptions/shutdownGrace``; at once when the
    /// task is cancelled.
    public func run() async throws {
        do {
            try await gracefulShutdown()
            await shutdown(within: core.options.shutdownGrace)
        } catch {
            await shutdown()
        }
    }
}

extension Logger {
    /// The level says that they are warnings.
    fileprivate func tell(of configuration: CascadeConfiguration) {
        for diagnostic in configuration.warnings { warning("\(diagnostic.sentence)") }
        for provider in configuration.providers where provider.enabled && provider.tls.insecureSkipVerify {
            warning(
                "TLS certificates of this provider are not verified: anyone in between can read its key",
                metadata: ["provider": "\(provider.name)"])
        }
    }
}
