internal import Foundation
internal import Synchronization

/// The predecessor's way to route, in plain Swift: what Cascade's figures are compared with.
///
/// Each attempt has a libcurl handle and a connection of its own. The request is built, and the response gathered whole
/// and parsed, by way of dictionaries; the list of providers is filtered and sorted for each request; log lines are
/// concatenated; nothing is cached. That is all on purpose. Anything else that makes it slow is a bug here.
public final class BaselineRouter: Sendable {
    private static let timeout = Duration.seconds(30)

    private let providers: [BaselineProvider]
    private let attemptsPerProvider: Int
    private let failureThreshold: Int
    private let retryDelay: Duration
    private let client: HTTPClient
    private let log: BaselineLog
    private let health: Mutex<[String: ProviderHealth]>

    /// - Parameters:
    ///   - failureThreshold: Failures of a provider in a row that open its circuit.
    ///   - logLevel: The least level of a line that is written, to stderr.
    public init(
        providers: [BaselineProvider], attemptsPerProvider: Int = 2, failureThreshold: Int = 5, retryDelay: Duration,
        threads: BaselineThreads = .pooled, logLevel: BaselineLogLevel = .error
    ) {
        self.providers = providers
        self.attemptsPerProvider = attemptsPerProvider
        self.failureThreshold = failureThreshold
        self.retryDelay = retryDelay
        client = HTTPClient(threads: threads)
        log = BaselineLog(level: logLevel)
        health = Mutex([:])
    }

    /// - Parameter onBytes: Told when bytes of a body come, and whether they are its first. The predecessor has no such
    ///   thing: it is for measurements of what it holds while it waits for the rest.
    public func complete(
        _ prompt: String, stream: Bool, onBytes: (@Sendable (_ areFirst: Bool) -> Void)? = nil
    ) async throws -> BaselineReply {
        let messages: [[String: Any]] = [["role": "user", "content": prompt]]
        return try await complete(messages, stream: stream, onBytes: onBytes)
    }

    func complete(
        _ messages: [[String: Any]], stream: Bool, onBytes: (@Sendable (Bool) -> Void)?
    ) async throws -> BaselineReply {
        let start = ContinuousClock.now
        let needs = ContentNeeds(of: messages)
        log.debug("Request with " + String(messages.count) + " messages, content type " + needs.rawValue)
        var attempts = 0
        var failures: [String] = []
        for provider in candidates() {
            guard admits(provider) else {
                log.info("Skipping " + provider.name + ": its circuit is open")
                failures.append(provider.name + ": circuit open")
                continue
            }
            let call = Call(
                provider: provider, model: model(of: provider, for: needs), stream: stream, onBytes: onBytes)
            do {
                let answer = try await tryProvider(call, messages: messages, attempts: &attempts)
                return reply(answer, from: provider, attempts: attempts, start: start)
            } catch let error as CancellationError {
                throw error
            } catch {
                failures.append(provider.name + ": " + describe(error))
            }
        }
        log.error("All providers failed: " + failures.joined(separator: "; "))
        throw BaselineError.allFailed(failures)
    }

    private func candidates() -> [BaselineProvider] {
        providers.filter { $0.isEnabled }.sorted { $0.priority < $1.priority }
    }

    /// The default model, or where it lacks what the content needs, another of the provider that has it.
    private func model(of provider: BaselineProvider, for needs: ContentNeeds) -> String {
        func suits(_ model: BaselineModel) -> Bool { needs.capabilities.allSatisfy(model.capabilities.contains) }
        guard let preferred = provider.defaultModel else { return "" }
        if suits(preferred) { return preferred.name }
        let other = provider.models.first(where: suits) ?? preferred
        log.info("Model " + preferred.name + " lacks " + needs.rawValue + ", taking " + other.name)
        return other.name
    }

    /// Several attempts on one provider. When all have failed, that counts as one failure of it.
    private func tryProvider(_ call: Call, messages: [[String: Any]], attempts: inout Int) async throws -> Answer {
        let name = call.provider.name
        var attempt = 1
        while true {
            attempts += 1
            log.debug("Trying " + name + " with " + call.model + ", attempt " + String(attempt))
            do {
                let answer = try await send(call, messages: messages)
                recordSuccess(of: call.provider, latency: answer.latency)
                return answer
            } catch {
                log.warning("Attempt " + String(attempt) + " on " + name + " failed: " + describe(error))
                guard attempt < attemptsPerProvider else {
                    recordFailure(of: call.provider)
                    throw error
                }
            }
            attempt += 1
            if retryDelay > .zero { try await Task.sleep(for: retryDelay) }
        }
    }

    private func send(_ call: Call, messages: [[String: Any]]) async throws -> Answer {
        let start = ContinuousClock.now
        let request = try OpenAIFormat.request(
            to: call.provider, model: call.model, messages: messages, stream: call.stream, timeout: Self.timeout)
        let response = try await client.post(request, onBytes: call.onBytes)
        let content = try OpenAIFormat.content(of: response, stream: call.stream)
        let end = ContinuousClock.now
        return Answer(content: content, latency: end - start, firstByteAt: response.firstByteAt ?? end)
    }

    private func reply(
        _ answer: Answer, from provider: BaselineProvider, attempts: Int, start: ContinuousClock.Instant
    ) -> BaselineReply {
        log.info("Answered by " + provider.name + " after " + String(attempts) + " attempts")
        return BaselineReply(
            content: answer.content, provider: provider.name, attempts: attempts,
            firstByte: answer.firstByteAt - start)
    }

    private func describe(_ error: any Error) -> String {
        String(describing: error)
    }
}

// MARK: - Health

extension BaselineRouter {
    private func admits(_ provider: BaselineProvider) -> Bool {
        health.withLock { $0[provider.name, default: ProviderHealth()].admits(at: .now) }
    }

    private func recordSuccess(of provider: BaselineProvider, latency: Duration) {
        health.withLock { $0[provider.name, default: ProviderHealth()].recordSuccess(latency: latency, at: .now) }
    }

    private func recordFailure(of provider: BaselineProvider) {
        health.withLock {
            $0[provider.name, default: ProviderHealth()].recordFailure(at: .now, threshold: failureThreshold)
        }
        log.warning("Provider " + provider.name + " recorded a failure")
    }
}

/// What is asked of one provider.
private struct Call: Sendable {
    var provider: BaselineProvider
    var model: String
    var stream: Bool
    var onBytes: (@Sendable (Bool) -> Void)?
}

private struct Answer: Sendable {
    var content: String
    var latency: Duration
    var firstByteAt: ContinuousClock.Instant
}
