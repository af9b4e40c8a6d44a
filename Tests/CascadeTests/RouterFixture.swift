import Cascade
import CascadeTesting
import Logging
import Synchronization
import Testing

typealias Script = LoopbackProvider.Script
typealias Fault = LoopbackProvider.Fault
typealias Format = LoopbackProvider.WireFormatName

/// Loopback providers and a router over them, in that order of priority: `p0`, `p1`, …
struct RouterFixture {
    let providers: [LoopbackProvider]
    let router: CascadeRouter
    let reports = Recorder<AttemptReport>()

    init(
        _ scripts: Script..., options: RouterOptions = .quiet,
        configure: (inout CascadeConfiguration) -> Void = { _ in }
    ) throws {
        try self.init(scripts, options: options, configure: configure)
    }

    init(
        _ scripts: [Script], options: RouterOptions = .quiet,
        configure: (inout CascadeConfiguration) -> Void = { _ in }
    ) throws {
        providers = try scripts.map { try LoopbackProvider(script: $0) }
        var configuration = CascadeConfiguration(loopback: providers, formats: scripts.map(\.format))
        configure(&configuration)
        var options = options
        let reports = reports
        options.onAttempt = { reports.append($0) }
        router = try CascadeRouter(configuration: configuration, options: options)
    }

    subscript(index: Int) -> LoopbackProvider { providers[index] }
}

/// Collects what callbacks are told.
final class Recorder<Element: Sendable>: Sendable {
    private let state = Mutex<[Element]>([])

    func append(_ element: Element) { state.withLock { $0.append(element) } }

    var all: [Element] { state.withLock { $0 } }
}

extension RouterOptions {
    /// Logs nothing, and the same jitter each time.
    static var quiet: RouterOptions {
        var options = RouterOptions(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        options.seed = 1
        return options
    }

    static func quiet(clock: MockClock) -> RouterOptions {
        var options = quiet
        options.clock = clock
        return options
    }
}

extension CascadeConfiguration {
    init(loopback providers: [LoopbackProvider], formats: [Format]) {
        self.init(
            providers: zip(providers, formats).enumerated().map { index, pair in
                ProviderConfiguration(name: "p\(index)", at: pair.0, format: pair.1, priority: index + 1)
            })
        // Retries on one provider are the tests' own to ask for.
        cascade.maxAttemptsPerProvider = 1
        cascade.retryDelay = .milliseconds(1)
    }
}

extension ProviderConfiguration {
    init(name: String, at provider: LoopbackProvider, format: Format = .openai, priority: Int = 1) {
        self.init(
            name: name, type: format.type, priority: priority, baseURL: provider.baseURL(for: format),
            apiKey: format == .ollama ? nil : Secret("test-key-of-\(name)"),
            models: [ModelConfiguration(name: "\(name)-model")])
    }
}

extension Format {
    var type: ProviderType {
        switch self {
        case .openai: .openai
        case .anthropic: .anthropic
        case .ollama: .ollama
        case .gemini: .gemini
        }
    }
}

extension RouterMetrics {
    /// Every request has exactly one end, and nothing is left over.
    var isSettled: Bool { active == 0 && requests == answered + failed + cancelled }

    subscript(name: String) -> Provider { providers.first { $0.name == name }! }
}

extension RouterStatus {
    subscript(name: String) -> Provider { providers.first { $0.name == name }! }
}

func failure<Value>(_ body: () async throws -> Value) async -> CascadeError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? CascadeError
    }
}

/// Waits until what another task does shows, and not for ever if it never does.
func eventually(_ condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation) async {
    let start = ContinuousClock.now
    while !condition() {
        guard start.duration(to: .now) < .seconds(20) else {
            Issue.record("what the test waits for does not come about", sourceLocation: sourceLocation)
            return
        }
        await Task.yield()
    }
}
