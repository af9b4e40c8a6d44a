internal import Cascade
internal import CascadeTesting

/// The demo's providers and the configuration that names them, in the order in which they are asked.
struct DemoStage {
    static let question = "Why is the sky blue?"
    static let request = ChatRequest(question)

    private static let answer = """
        Sunlight holds every colour. The air's small molecules scatter blue light far more than red, so blue reaches \
        your eye from all over the sky, while the rest comes straight from the sun.
        """

    /// One provider and what is wrong with it.
    struct Actor {
        var name: String
        var type: ProviderType
        var model: String
        /// For a person.
        var trouble: String
        fileprivate var format: LoopbackProvider.WireFormatName
        fileprivate var fault: LoopbackProvider.Fault?
    }

    static let actors = [
        Actor(
            name: "laptop", type: .ollama, model: "llama3.2", trouble: "does not accept connections", format: .ollama,
            fault: .refuse),
        Actor(
            name: "cheap", type: .openai, model: "gpt-4o-mini", trouble: "is rate limited for 30 s", format: .openai,
            fault: .rateLimit(retryAfter: .seconds(30))),
        Actor(
            name: "backup", type: .gemini, model: "gemini-2.5-flash", trouble: "cuts its stream before the first token",
            format: .gemini, fault: .truncate(afterChunks: 0)),
        Actor(
            name: "reliable", type: .anthropic, model: "claude-haiku-4-5", trouble: "answers", format: .anthropic,
            fault: nil),
    ]

    let configuration: CascadeConfiguration
    private let providers: [LoopbackProvider]

    init(delay: Duration) throws(LoopbackProvider.StartError) {
        var providers: [LoopbackProvider] = []
        var entries: [ProviderConfiguration] = []
        for (index, actor) in Self.actors.enumerated() {
            let script = LoopbackProvider.Script(
                format: actor.format, text: Self.answer, chunks: 32, chunkDelay: delay, fault: actor.fault)
            let provider = try LoopbackProvider(script: script)
            providers.append(provider)
            entries.append(
                ProviderConfiguration(
                    name: actor.name, type: actor.type, priority: index + 1, baseURL: provider.baseURL,
                    apiKey: Secret("no-key-needed"), models: [ModelConfiguration(name: actor.model, isDefault: true)]))
        }
        var configuration = CascadeConfiguration(providers: entries)
        // One attempt each tells the story best.
        configuration.cascade.maxAttemptsPerProvider = 1
        self.configuration = configuration
        self.providers = providers
    }

    func stop() {
        for provider in providers { provider.stop() }
    }
}
