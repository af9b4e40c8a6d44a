import CascadeTesting
import InMemoryLogging
import Logging
import Testing

@testable import Cascade

@Suite("Secrets stay where they belong")
struct RouterSecretTests {
    private static let key = "planted-in-api-key-0001"
    private static let header = "planted-in-header-0002"

    private func everythingShown(by error: CascadeError?) -> String {
        guard let error else { return "" }
        return "\(error) \(error.message) \(String(reflecting: error)) \(error.attempts) \(error.skipped)"
    }

    @Test("a provider that repeats the credentials reaches no text of ours")
    func echo() async throws {
        let logs = InMemoryLogHandler()
        var logger = Logger(label: "test") { _ in logs }
        logger.logLevel = .trace
        var options = RouterOptions(logger: logger)
        let progress = Recorder<ModelPullProgress>()
        options.onModelPull = { progress.append($0) }
        let fixture = try RouterFixture(Script(format: .ollama), options: options) { configuration in
            var provider = configuration.providers[0]
            // An unknown address is repeated in the error, as other providers repeat the key.
            provider.baseURL = provider.baseURL! + "/\(Self.key)/\(Self.header)/none"
            provider.apiKey = Secret(Self.key)
            provider.headers = ["X-Extra": Secret("Token \(Self.header)")]
            configuration.providers = [provider]
        }
        let request = ChatRequest("hi")
        let failed = await failure { try await fixture.router.complete(request) }
        let streamed = await failure { try await fixture.router.stream(request) }
        #expect(fixture[0].log.contains { $0.header("X-Extra") == "Token \(Self.header)" })
        #expect(failed?.message.contains("[redacted]") == true)
        var shown = everythingShown(by: failed) + everythingShown(by: streamed)
        shown += "\(fixture.router.explain(request)) \(fixture.router.status) \(fixture.router.metrics)"
        shown += "\(await fixture.router.checkHealth()) \(fixture.reports.all) \(progress.all)"
        shown += logs.entries.map { "\($0.message) \($0.metadata)" }.joined()
        #expect(!logs.entries.isEmpty)
        #expect(!shown.contains(Self.key) && !shown.contains(Self.header) && !shown.contains("planted"))
    }

    @Test("the credentials are taken out of every format's messages", arguments: Format.allCases)
    func echoInMessage(format: Format) async throws {
        var script = Script(format: format)
        // The error names the model, which here reads like the key.
        script.missingModels = [Self.key]
        let fixture = try RouterFixture(script) { configuration in
            configuration.providers[0].apiKey = Secret(Self.key)
            configuration.providers[0].models = [ModelConfiguration(name: Self.key)]
        }
        let error = await failure { try await fixture.router.complete(ChatRequest("hi")) }
        #expect(error?.message.contains("[redacted]") == true && error?.message.contains(Self.key) == false)
    }

    @Test(
        "a mask takes out whole secrets, the longest first, and the beginning of one that was shortened away",
        arguments: [
            ("a long-secret-key b", "a [redacted] b"), ("long-secret long-secret-key", "[redacted] [redacted]"),
            ("cut off long-secr…", "cut off [redacted]…"), ("cut off long-secr", "cut off long-secr"),
            ("value short", "value short"), ("", ""), ("Token field-secret!", "Token [redacted]!"),
        ])
    func mask(text: String, expected: String) {
        var provider = ProviderConfiguration(name: "p", type: .openai, apiKey: "long-secret")
        provider.headers = ["A": "long-secret-key", "B": "short", "C": "Token field-secret"]
        #expect(SecretMask(provider).apply(text) == expected)
    }

    private static let oddKey = "Pl4nt3d+/Key==AbCd/9876543210"

    @Test(
        "a key is found however it is written",
        arguments: [
            ("Pl4nt3d+/Key==AbCd/9876543210", "[redacted]"), ("Pl4nt3d%2B%2FKey%3D%3DAbCd%2F9876543210", "[redacted]"),
            ("Pl4nt3d%2b/Key%3d=AbCd%2f9876543210", "[redacted]"), (#"Pl4nt3d+\/Key==AbCd\/9876543210"#, "[redacted]"),
            (#"Pl4nt3d\u002b\u002FKey==AbCd/9876543210"#, "[redacted]"),
            ("UGw0bnQzZCsvS2V5PT1BYkNkLzk4NzY1NDMyMTA=", "[redacted]="),
            ("UGw0bnQzZCsvS2V5PT1BYkNkLzk4NzY1NDMyMTA%3D", "[redacted]%3D"),
            ("Pl4nt3d%2B%2FKey%3…", "[redacted]…"), (#"Pl4nt3d+\u00…"#, "[redacted]…"), (#"Pl4nt3d+\…"#, "[redacted]…"),
            ("Pl4nt3d+/Kex", "Pl4nt3d+/Kex"), ("Pl4nt3d%2", "Pl4nt3d%2"), ("50% of", "50% of"), ("100%", "100%"),
            (#"a\"#, #"a\"#), ("100%…", "100%…"),
        ])
    func spellings(text: String, expected: String) {
        let mask = SecretMask(ProviderConfiguration(name: "p", type: .openai, apiKey: Secret(Self.oddKey)))
        #expect(mask.apply(text) == expected)
        #expect(mask.apply("a \(text)") == "a \(expected)")
        #expect(text.hasSuffix("…") || mask.apply("<\(text)> b") == "<\(expected)> b")
    }

    @Test("a key that holds escapes itself is found as it is, and with those escaped")
    func escapesInKey() {
        let mask = SecretMask(ProviderConfiguration(name: "p", type: .openai, apiKey: #"long%2Fkey\u0041"#))
        #expect(mask.apply(#"<long%2Fkey\u0041>"#) == "<[redacted]>")
        #expect(mask.apply(#"<long%252Fkey\\u0041>"#) == "<[redacted]>")
    }

    @Test("both alphabets of base64 are known")
    func base64Alphabets() {
        let mask = SecretMask(ProviderConfiguration(name: "p", type: .openai, apiKey: "???>>>~~~"))
        #expect(mask.apply("Pz8/Pj4+fn5+ Pz8_Pj4-fn5-") == "[redacted] [redacted]")
    }

    // Gemini's model stands in the path, where such a key would be several parts.
    @Test(
        "no part of a key is left that looks like several things", arguments: Format.allCases.filter { $0 != .gemini })
    func oddKeyInMessage(format: Format) async throws {
        var script = Script(format: format)
        script.missingModels = [Self.oddKey]
        let fixture = try RouterFixture(script) { configuration in
            configuration.providers[0].apiKey = Secret(Self.oddKey)
            configuration.providers[0].models = [ModelConfiguration(name: Self.oddKey)]
        }
        let error = await failure { try await fixture.router.complete(ChatRequest("hi")) }
        #expect(error?.message.contains("[redacted]") == true)
        #expect(error.map { !$0.message.contains("Pl4nt3d") && !$0.message.contains("98765") } == true)
    }

    @Test("an address with credentials is shown without them")
    func addressOnly() async throws {
        let fixture = try RouterFixture(Script(fault: .refuse)) { configuration in
            configuration.providers[0].baseURL = configuration.providers[0].baseURL!
                .split(separator: "//").joined(separator: "//user:pass-word-0003@")
        }
        let error = await failure { try await fixture.router.complete(ChatRequest("hi")) }
        #expect(error?.code == .noCandidate && fixture[0].counters.requests == 0)
        #expect(error?.skipped.first?.reason == "its url is one with a user name; use api_key or headers")
        #expect(!everythingShown(by: error).contains("pass-word-0003"))
    }

    @Test("a configured header field replaces the router's own")
    func ownField() async throws {
        let fixture = try RouterFixture(Script()) { configuration in
            configuration.providers[0].headers = ["authorization": "Basic abcdefgh", "User-Agent": "mine"]
        }
        _ = try await fixture.router.complete(ChatRequest("hi"))
        let names = try #require(fixture[0].log.first).headers.map { $0.name.lowercased() }
        #expect(names.count { $0 == "authorization" } == 1 && names.count { $0 == "user-agent" } == 1)
        #expect(fixture[0].log[0].header("Authorization") == "Basic abcdefgh")
        #expect(fixture[0].log[0].header("user-agent") == "mine")
    }
}
