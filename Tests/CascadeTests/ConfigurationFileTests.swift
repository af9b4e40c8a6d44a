import Cascade
import CascadeFormats
import Testing

func parseConfiguration(_ yaml: String, environment: [String: String] = [:]) throws(ConfigurationError)
    -> CascadeConfiguration
{
    try CascadeConfiguration.parse(yaml: yaml, file: "providers.yaml", environment: environment)
}

@Suite("A whole configuration file")
struct ConfigurationFileTests {
    @Test("the file in use loads, with a warning of the one name in it that means nothing")
    func loadsUnchanged() throws {
        let configuration = try parseConfiguration(providersFile)
        #expect(
            configuration.warnings.map(\.description) == [
                "providers.yaml:113:7: warning: fallback_chains.tools[1]: \"qwen2.5:7b\" is a model of no provider (did you mean "
                    + "\"qwen2.5:14b\"?) and is never used"
            ])
        #expect(configuration.cascade == CascadeConfiguration.Settings())
        #expect(
            configuration.providers.map(\.name) == [
                "ollama-local", "airllm-local", "openai-backup", "anthropic-backup",
            ])
        #expect(configuration.providers.map(\.type) == [.ollama, .airllm, .openai, .anthropic])
        #expect(configuration.providers.map(\.enabled) == [true, false, false, false])
        #expect(configuration.providers.map(\.priority) == [1, 2, 3, 4])
        #expect(configuration.providers.map(\.models.count) == [7, 3, 2, 2])
        #expect(configuration.enabledProviders.map(\.name) == ["ollama-local"])
        #expect(
            configuration.fallbackChains["vision"] == [
                "llama3.2:3b", "qwen2.5-vl:3b", "llava:7b", "moondream:1.8b",
            ])
        #expect(configuration.fallbackChains.keys.sorted() == ["text", "tools", "vision"])
        #expect(configuration.customModels.isEmpty && configuration.agentModels.isEmpty)
        #expect(configuration.multimodal.autoPull && configuration.multimodal.preferSmallVision)
        #expect(configuration.multimodal.pullTimeout == .seconds(300))
        #expect(configuration.multimodal.maxFallbackDepth == 3)
        #expect(configuration.costTracking.enabled && configuration.costTracking.budgetDailyUSD == 10)
        #expect(configuration.costTracking.alertThresholdPercent == 80)
        #expect(configuration.metrics == CascadeConfiguration.Metrics())
    }

    @Test("a provider's members are read")
    func readsProvider() throws {
        let configuration = try parseConfiguration(providersFile, environment: ["OPENAI_API_KEY": "sk-1"])
        let ollama = configuration.providers[0]
        #expect(ollama.baseURL == "http://localhost:11434")
        #expect(ollama.apiKey == nil)
        #expect(ollama.defaultModel?.name == "llama3.1:8b-instruct")
        #expect(ollama.models[1].contextWindow == 128_000)
        #expect(ollama.models[1].capabilities == ["text", "tools", "json", "streaming", "vision"])
        let openai = configuration.providers[2]
        #expect(openai.baseURL == nil)
        #expect(openai.apiKey == Secret("sk-1"))
        #expect(configuration.providers[3].apiKey == nil)
    }

    @Test("every key that the successor adds is read")
    func readsAddedKeys() throws {
        let configuration = try parseConfiguration(
            """
            cascade:
              timeout_seconds: 12.5
              max_attempts_per_provider: 3
              retry_delay_seconds: 0.25
              circuit_breaker: {failure_threshold: 7, recovery_timeout: 90, half_open_max_calls: 1}
              strict_models: true
              strict_fields: yes
              max_attempts: 4
              deadline_seconds: 120
            providers:
              - name: a
                type: openai_compatible
                enabled: true
                base_url: "https://[::1]:8443/v1/"
                tags: [fast, cheap]
                headers: {X-Team: blue}
                http2: true
                anthropic_version: "2026-10-21"
                max_concurrency: 4
                tls: {ca_file: /etc/ca.pem}
                timeouts: {connect: 1, response_headers: 2, first_token: 3, idle: 4, progress: 5, total_seconds: 6.5}
                models:
                  - plain-name
                  - {name: b, default: true, tier: small, cost_per_million_input: 0.15, cost_per_million_output: 1}
            aliases: {fast: [b, plain-name], one: b}
            agent_model_assignments: {forge: b}
            custom_models:
              - {name: tuned, format: gguf, path: /m.gguf, role: judge, context_window: 8192, description: mine}
            cost_tracking: {on_exceeded: skip_paid}
            metrics: {retention_hours: 1, purge_interval_hours: 2}
            """)
        #expect(configuration.warnings == [])
        let settings = configuration.cascade
        #expect(settings.timeout == .milliseconds(12_500) && settings.retryDelay == .milliseconds(250))
        #expect(settings.maxAttemptsPerProvider == 3 && settings.maxAttempts == 4)
        #expect(settings.deadline == .seconds(120) && settings.strictModels && settings.strictFields)
        #expect(settings.circuitBreaker.failureThreshold == 7 && settings.circuitBreaker.halfOpenMaxCalls == 1)
        #expect(settings.circuitBreaker.recoveryTimeout == .seconds(90))
        let provider = configuration.providers[0]
        #expect(provider.priority == 99 && provider.baseURL == "https://[::1]:8443/v1")
        #expect(provider.tags == ["fast", "cheap"] && provider.headers == ["X-Team": Secret("blue")])
        #expect(provider.http2 == true && provider.anthropicVersion == "2026-10-21" && provider.maxConcurrency == 4)
        #expect(provider.tls.caFile == "/etc/ca.pem" && !provider.tls.insecureSkipVerify)
        #expect(provider.timeouts.connect == .seconds(1) && provider.timeouts.total == .milliseconds(6500))
        #expect(provider.models.map(\.name) == ["plain-name", "b"] && provider.defaultModel?.name == "b")
        #expect(provider.models[0].capabilities == [])
        #expect(provider.models[1].costPerMillionInput == 0.15 && provider.models[1].costPerMillionOutput == 1)
        #expect(configuration.aliases == ["fast": ["b", "plain-name"], "one": ["b"]])
        #expect(configuration.agentModels == ["forge": "b"])
        #expect(configuration.customModels.first?.role == "judge")
        #expect(configuration.costTracking.onExceeded == .skipPaid)
    }

    @Test("null is the same as missing")
    func nullIsMissing() throws {
        let yaml = """
            cascade: ~
            providers:
              - {name: a, type: ollama, enabled: true, priority: null, url: ~, models: null, headers: {x-a: null}}
            metrics:
            """
        let configuration = try parseConfiguration(yaml)
        #expect(configuration.warnings == [])
        #expect(configuration.providers == [ProviderConfiguration(name: "a", type: .ollama)])
    }

    @Test("anchors and merge keys are understood")
    func mergesMappings() throws {
        let configuration = try parseConfiguration(
            """
            providers:
              - &base {name: a, type: ollama, enabled: true, priority: 1}
              - {<<: *base, name: b}
            """)
        #expect(configuration.providers.map(\.name) == ["a", "b"])
        #expect(configuration.providers[1].priority == 1 && configuration.providers[1].type == .ollama)
    }

    @Test("enabled providers come by priority, equals in the order of the file")
    func sortsByPriority() {
        let providers = [("late", 9, true), ("b", 2, true), ("off", 1, false), ("a", 2, true), ("first", 0, true)].map {
            ProviderConfiguration(name: $0.0, type: .ollama, enabled: $0.2, priority: $0.1)
        }
        let configuration = CascadeConfiguration(providers: providers)
        #expect(configuration.enabledProviders.map(\.name) == ["first", "b", "a", "late"])
    }

    @Test("a byte order mark does not move columns")
    func skipsByteOrderMark() {
        let error = #expect(throws: ConfigurationError.self) { try parseConfiguration("\u{FEFF}providers: 1\n") }
        #expect(
            error?.description == "providers.yaml:1:12: error: providers: expected a list of providers, found a text")
    }
}

@Suite("Timeouts of an attempt")
struct ConfigurationTimeoutsTests {
    @Test(
        "a local model may load and Grok may think; others begin in time",
        arguments: [
            (ProviderType.openai, 30, 30), (.anthropic, 30, 30), (.openaiCompatible, 45, 45), (.ollama, 30, 300),
            (.vllm, 30, 300), (.airllm, 600, 600), (.grok, 30, 300), (.xai, 400, 400), (.groq, 30, 30),
        ])
    func begins(type: ProviderType, timeout: Int, expected: Int) {
        var configuration = CascadeConfiguration()
        configuration.cascade.timeout = .seconds(timeout)
        let timeouts = configuration.timeouts(for: ProviderConfiguration(name: "a", type: type))
        #expect(timeouts.responseHeaders == .seconds(expected))
        #expect(timeouts.firstToken == .seconds(expected))
        #expect(timeouts.connect == .seconds(5) && timeouts.idle == .seconds(90))
        #expect(timeouts.progress == .seconds(180) && timeouts.total == nil)
    }

    @Test("a provider's own timeouts win, and the first token never comes due before the header")
    func overrides() {
        var provider = ProviderConfiguration(name: "a", type: .openai)
        provider.timeouts.responseHeaders = .seconds(120)
        provider.timeouts.connect = .seconds(1)
        provider.timeouts.total = .seconds(900)
        let timeouts = CascadeConfiguration().timeouts(for: provider)
        #expect(timeouts.responseHeaders == .seconds(120) && timeouts.firstToken == .seconds(120))
        #expect(timeouts.connect == .seconds(1) && timeouts.total == .seconds(900))
        provider.timeouts.firstToken = .seconds(7)
        #expect(CascadeConfiguration().timeouts(for: provider).firstToken == .seconds(7))
    }
}
