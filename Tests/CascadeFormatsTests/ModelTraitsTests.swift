import Testing

@testable import CascadeFormats

@Suite("Encoding: what a model's name tells") struct ModelTraitsTests {
    @Test(
        arguments: [
            ("o1", true), ("O3-mini", true), ("o", false), ("o0", false), ("omni", false), ("gpt-5", true),
            ("GPT-5-mini", true), ("gpt-5-chat-latest", false), ("gpt-10", true), ("gpt-4o", false), ("gpt-", false),
            ("gpt-oss", false), ("gpt", false), ("", false), ("gpt-99999999999999999999", false),
            ("gpt-9223372036854775807", true), ("my-gpt-5", false),
        ])
    func reasoning(model: String, isReasoning: Bool) {
        #expect(ModelTraits.isOpenAIReasoning(model) == isReasoning)
    }

    @Test(arguments: [("o1-mini", false), ("O1", false), ("o3", true), ("gpt-5", true), ("gpt-4o", false)])
    func stop(model: String, isRefused: Bool) {
        #expect(ModelTraits.openAIRefusesStop(model) == isRefused)
    }

    @Test(arguments: [("Grok-4-fast", true), ("grok-3-mini", true), ("grok-Code-fast-1", true), ("grok-3", false)])
    func grok(model: String, isRefused: Bool) {
        #expect(ModelTraits.grokRefusesStop(model) == isRefused)
        #expect(ModelTraits.grokTakesEffort(model) == (model == "grok-3-mini"))
    }

    @Test(
        arguments: [
            ("claude-opus-4-1-20250805", .oneOfThem), ("claude-sonnet-4-20250514", .both), ("claude-4.7", .none),
            ("claude-3-5-haiku-latest", .both), ("Claude-Opus-5", .none), ("anthropic.claude-opus-4-6@x", .oneOfThem),
            ("claude-opus-4", .both), ("claude", .both), ("claude-latest", .both), ("opus-4-7", .both),
            ("claude-4--7", .none),
        ] as [(String, ModelTraits.ClaudeSampling)])
    func sampling(model: String, taken: ModelTraits.ClaudeSampling) {
        #expect(ModelTraits.claudeSampling(model) == taken)
    }

    @Test(
        arguments: [
            ("gemini-2.5-flash", "budget"), ("models/Gemini-2.5-Pro", "pro"), ("gemini-3-pro-preview", "level"),
            ("gemini-flash-latest", "level"), ("gemini-2.0-flash", "unsupported"), ("gemini-2", "unsupported"),
            ("gemini-2.", "unsupported"), ("gemini-1.5-pro", "unsupported"), ("gemma-3", "unsupported"),
            ("gemini-", "level"), ("gemini-99999999999999999999", "level"), ("gemini-2.55", "unsupported"),
        ])
    func thinking(model: String, expected: String) {
        let told =
            switch ModelTraits.geminiThinking(model) {
            case .budget(let isPro): isPro ? "pro" : "budget"
            case .level: "level"
            case .unsupported: "unsupported"
            }
        #expect(told == expected)
    }
}
