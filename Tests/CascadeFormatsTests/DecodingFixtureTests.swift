import CascadeFormats
import Testing

/// What a fixture must decode to.
struct FixtureCase: Sendable, CustomTestStringConvertible {
    var name: String
    var type: ProviderType
    var content = ""
    var reasoning = ""
    var calls: [ToolCall] = []
    var usage: Usage?
    var finish: FinishReason?
    /// `nil`: the answer is complete.
    var failure: ProviderError.Kind?
    var message: String?

    var testDescription: String { name }
}

private func call(_ id: String, _ name: String, _ arguments: String) -> ToolCall {
    ToolCall(id: id, name: name, arguments: arguments)
}

private let openAIUsage = Usage(promptTokens: 21, completionTokens: 7, cachedTokens: 16, reasoningTokens: 0)
private let clouds = "Clouds are \"wet\"\nand grey – ☁️."
private let openAICalls = [
    call("call_w1", "weather", #"{"city":"Zürich"}"#), call("call_t2", "clock", #"{"zone":"CET"}"#),
]
private let ollamaUsage = Usage(promptTokens: 26, completionTokens: 9)
private let oneUsage = Usage(promptTokens: 3, completionTokens: 9)

private let openAICases: [FixtureCase] = [
    .init(name: "openai/text.sse", type: .openai, content: clouds, usage: openAIUsage, finish: .stop),
    .init(name: "openai/text-crlf.sse", type: .openai, content: clouds, usage: openAIUsage, finish: .stop),
    .init(name: "openai/text.json", type: .openai, content: clouds, usage: openAIUsage, finish: .stop),
    .init(name: "openai/tools.sse", type: .openai, calls: openAICalls, usage: openAIUsage, finish: .toolCalls),
    .init(name: "openai/tools.json", type: .openai, calls: openAICalls, usage: openAIUsage, finish: .toolCalls),
    .init(name: "openai/refusal.sse", type: .openai, content: "I will not.", finish: .contentFilter),
    .init(
        name: "openai/refusal.json", type: .openai, content: "I will not.", usage: openAIUsage, finish: .contentFilter),
    .init(name: "openai/filtered.sse", type: .openai, content: "I", finish: .contentFilter),
    .init(name: "openai/cut-after-finish.sse", type: .openai, content: clouds, finish: .stop),
    .init(name: "openai/cut.sse", type: .openai, content: "Clouds are \"wet\"\n", failure: .truncated),
    .init(
        name: "openai/tools-cut.sse", type: .openai, calls: [call("call_w1", "weather", #"{"city":"#)],
        failure: .truncated),
    .init(
        name: "openai/error-in-stream.sse", type: .openai, content: "Clouds are \"wet\"\n", failure: .serverError,
        message: "The server had an error while processing your request"),
    .init(name: "openai/error.json", type: .openai, failure: .authentication),
    .init(name: "openai/no-choices.json", type: .openai, failure: .invalidResponse),
    .init(name: "azure/text.sse", type: .openai, content: clouds, finish: .stop),
    .init(name: "azure/error.json", type: .openai, failure: .contentFiltered),
    .init(
        name: "openai_compatible/function-call.sse", type: .openaiCompatible,
        calls: [call("call_0", "clock", #"{"zone":"CET"}"#)], finish: .toolCalls),
    .init(
        name: "openai_compatible/members-in-other-order.sse", type: .openaiCompatible, content: "x",
        calls: [call("c1", "clock", "{}")], usage: Usage(promptTokens: 2, completionTokens: 1), finish: .toolCalls),
    .init(name: "openai_compatible/second-choice.sse", type: .openaiCompatible, content: "yes", finish: .stop),
]

private let relativesCases: [FixtureCase] = [
    .init(
        name: "xai/reasoning.sse", type: .xai, content: "Done.", reasoning: "Thinking.",
        usage: Usage(promptTokens: 10, completionTokens: 34, totalTokens: 44, reasoningTokens: 30), finish: .stop),
    .init(
        name: "xai/tools.sse", type: .grok, calls: [call("call_9", "clock", #"{"zone":"UTC"}"#)],
        usage: Usage(promptTokens: 10, completionTokens: 34, totalTokens: 44, reasoningTokens: 30),
        finish: .toolCalls),
    .init(name: "xai/error.json", type: .xai, failure: .authentication),
    .init(
        name: "groq/text.sse", type: .groq, content: "Fast.", reasoning: "hm",
        usage: Usage(promptTokens: 5, completionTokens: 2), finish: .stop),
    .init(
        name: "groq/error-in-stream.sse", type: .groq, content: "Fa", failure: .serverError, message: "over capacity"),
    .init(
        name: "mistral/thinking.sse", type: .mistral, content: "Bonjour.", reasoning: "First, think.", usage: oneUsage,
        finish: .stop),
    .init(
        name: "mistral/tools.sse", type: .mistral,
        calls: [call("aB3dE6gH9", "weather", #"{"city":"Paris"}"#), call("xY3dE6gH9", "clock", "{}")],
        usage: oneUsage, finish: .toolCalls),
    .init(name: "mistral/error.json", type: .mistral, failure: .serverError),
    .init(
        name: "deepseek/reasoning.json", type: .deepseek, content: "42", reasoning: "Six by seven.",
        usage: Usage(promptTokens: 12, completionTokens: 6, cachedTokens: 8), finish: .stop),
    .init(name: "deepseek/out-of-resources.sse", type: .deepseek, content: "4", failure: .overloaded),
    .init(
        name: "openrouter/error-in-stream.sse", type: .openrouter, content: "Hel", failure: .serverError,
        message: "Provider returned error"),
    .init(name: "openrouter/error.json", type: .openrouter, failure: .quotaExhausted),
    .init(
        name: "openrouter/reasoning.sse", type: .openrouter, content: "Yes", reasoning: "Let me see",
        usage: Usage(promptTokens: 2, completionTokens: 5, reasoningTokens: 3), finish: .stop),
    .init(
        name: "vllm/usage-every-chunk.sse", type: .vllm, content: "abc",
        usage: Usage(promptTokens: 4, completionTokens: 3), finish: .stop),
    .init(name: "vllm/error-in-stream.sse", type: .vllm, content: "a", failure: .contextLength),
    .init(name: "vllm/error.json", type: .vllm, failure: .contextLength),
    .init(name: "lmstudio/error-event.sse", type: .lmstudio, content: "a", failure: .serverError),
    .init(name: "lmstudio/error.json", type: .lmstudio, failure: .modelNotFound),
    .init(
        name: "llamacpp/error-field.sse", type: .llamacpp, content: "a", failure: .serverError,
        message: "context shift is disabled"),
    .init(
        name: "llamacpp/recorded-chat.json", type: .llamacpp, content: "<|im_end|>\n<|im_start",
        usage: Usage(promptTokens: 29, completionTokens: 12, cachedTokens: 0), finish: .length),
    .init(
        name: "llamacpp/recorded-chat-stream.sse", type: .llamacpp, content: "<|im_end|>\n<|im_start",
        usage: Usage(promptTokens: 29, completionTokens: 12, cachedTokens: 24), finish: .length),
    .init(
        name: "llamacpp/recorded-chat-stream-json-schema.sse", type: .llamacpp,
        content: "{\n    \"city\": \"New York City\"\n}",
        finish: .stop),
    .init(name: "llamacpp/recorded-error-context.json", type: .llamacpp, failure: .contextLength),
    .init(name: "llamacpp/recorded-error-bad-json.json", type: .llamacpp, failure: .invalidRequest),
    .init(name: "llamacpp/recorded-health.json", type: .llamacpp, failure: .invalidResponse),
    .init(name: "llamacpp/recorded-models.json", type: .llamacpp, failure: .invalidResponse),
    .init(name: "together/eos.sse", type: .together, content: "ok", finish: .stop),
    .init(name: "together/error.json", type: .together, failure: .contextLength),
    .init(name: "fireworks/error.json", type: .fireworks, failure: .authentication, message: "Invalid ApiKey"),
]

private let otherCases: [FixtureCase] =
    [
        .init(
            name: "anthropic/text.sse", type: .anthropic, content: "Grüß dich\t😀",
            usage: Usage(promptTokens: 20, completionTokens: 9, cachedTokens: 5), finish: .stop),
        .init(
            name: "anthropic/text.json", type: .anthropic, content: "Grüß dich",
            usage: Usage(promptTokens: 10, completionTokens: 3, cachedTokens: 0), finish: .stop),
        .init(
            name: "anthropic/tools.sse", type: .anthropic, content: "Let me look.",
            calls: [call("toolu_1", "weather", #"{"city": "Genève"}"#), call("toolu_2", "now", "{}")],
            usage: Usage(promptTokens: 20, completionTokens: 40, cachedTokens: 5), finish: .toolCalls),
        .init(
            name: "anthropic/tools.json", type: .anthropic, content: "Look.", reasoning: "hm",
            calls: [call("toolu_1", "weather", #"{"city":"Bern","days":[1,2]}"#), call("toolu_2", "now", "{}")],
            usage: Usage(promptTokens: 10, completionTokens: 3, cachedTokens: 0), finish: .toolCalls),
        .init(
            name: "anthropic/thinking.sse", type: .anthropic, content: "Ja.", reasoning: "Hmm, yes.",
            usage: Usage(promptTokens: 22, completionTokens: 30, cachedTokens: 5, reasoningTokens: 20),
            finish: .length),
        .init(
            name: "anthropic/refusal.json", type: .anthropic,
            usage: Usage(promptTokens: 10, completionTokens: 3, cachedTokens: 0), finish: .contentFilter),
        .init(
            name: "anthropic/cut.sse", type: .anthropic, content: "Grüß dich\t😀",
            usage: Usage(promptTokens: 20, completionTokens: 9, cachedTokens: 5), failure: .truncated),
        .init(
            name: "anthropic/error-in-stream.sse", type: .anthropic, content: "Grüß",
            usage: Usage(promptTokens: 20, completionTokens: 1, cachedTokens: 5), failure: .overloaded,
            message: "Overloaded"),
        .init(name: "anthropic/error.json", type: .anthropic, failure: .contextLength),
        .init(name: "ollama/text.ndjson", type: .ollama, content: "Hello\nwörld", usage: ollamaUsage, finish: .stop),
        .init(
            name: "ollama/text.json", type: .ollama, content: "Hello", reasoning: "hm", usage: ollamaUsage,
            finish: .stop),
        .init(
            name: "ollama/reasoning.ndjson", type: .ollama, content: "Ok", reasoning: "Let me",
            usage: Usage(promptTokens: 0, completionTokens: 4), finish: .length),
        .init(
            name: "ollama/tools.ndjson", type: .ollama,
            calls: [call("call_a", "weather", #"{"city":"Oslo","n":{"a":[1,"}"]}}"#), call("call_1", "now", "{}")],
            usage: ollamaUsage, finish: .toolCalls),
        .init(
            name: "ollama/tools.json", type: .ollama, calls: [call("call_0", "now", #"{"z":1}"#)], usage: ollamaUsage,
            finish: .toolCalls),
        .init(name: "ollama/cut.ndjson", type: .ollama, content: "Hello", failure: .truncated),
        .init(
            name: "ollama/error-in-stream.ndjson", type: .ollama, content: "Hel", failure: .serverError,
            message: "an error was encountered while running the model: CUDA error"),
        .init(name: "ollama/error.json", type: .ollama, failure: .modelNotPulled),
        .init(
            name: "gemini/text.sse", type: .gemini, content: "Salut toi",
            usage: Usage(promptTokens: 8, completionTokens: 3),
            finish: .stop),
        .init(
            name: "gemini/text.json", type: .gemini, content: "Salut toi",
            usage: Usage(promptTokens: 8, completionTokens: 3), finish: .stop),
        .init(
            name: "gemini/text-array.json", type: .gemini, content: "Salut toi",
            usage: Usage(promptTokens: 8, completionTokens: 3), finish: .stop),
        .init(
            name: "gemini/reasoning.sse", type: .gemini, content: "Oui", reasoning: "**Plan**",
            usage: Usage(promptTokens: 8, completionTokens: 13, reasoningTokens: 11), finish: .length),
        .init(
            name: "gemini/tools.sse", type: .gemini,
            calls: [call("call_0", "weather", #"{"city":"Lyon"}"#), call("fc_2", "now", "{}")],
            usage: Usage(promptTokens: 8, completionTokens: 7), finish: .toolCalls),
        .init(
            name: "gemini/tools.json", type: .gemini, calls: [call("call_0", "weather", #"{"city":"Lyon"}"#)],
            usage: Usage(promptTokens: 8, completionTokens: 3), finish: .toolCalls),
        .init(
            name: "gemini/blocked.json", type: .gemini, usage: Usage(promptTokens: 8, completionTokens: 0),
            finish: .contentFilter),
        .init(
            name: "gemini/cut.sse", type: .gemini, content: "Sal", usage: Usage(promptTokens: 8, completionTokens: 1),
            failure: .truncated),
        .init(name: "gemini/malformed-call.sse", type: .gemini, failure: .invalidResponse),
        .init(
            name: "gemini/error-in-stream.sse", type: .gemini, content: "Sal",
            usage: Usage(promptTokens: 8, completionTokens: 1), failure: .overloaded,
            message: "The model is overloaded."),
        .init(name: "gemini/error.json", type: .gemini, failure: .rateLimited),
    ]
    + WireFormat.allCases.map {
        FixtureCase(
            name: "proxy/page.html", type: ProviderType(rawValue: $0.rawValue)!, failure: .invalidResponse,
            message: "an HTML page instead of an answer")
    }

let fixtureCases = openAICases + relativesCases + otherCases

@Suite struct DecodingFixtureTests {
    @Test(arguments: fixtureCases)
    func `a recorded response decodes to its answer`(_ expected: FixtureCase) throws {
        let streaming = !expected.name.hasSuffix(".json")
        let decoded = decode(try records(of: expected.name), as: expected.type, streaming: streaming)
        #expect(decoded.answer.content == expected.content)
        #expect(decoded.answer.reasoning == expected.reasoning)
        #expect(decoded.answer.toolCalls == expected.calls)
        #expect(decoded.answer.usage == expected.usage)
        #expect(decoded.answer.finishReason == expected.finish)
        #expect(decoded.error?.kind == expected.failure)
        if let message = expected.message { #expect(decoded.error?.message == message) }
        #expect((decoded.status == .complete) == (expected.failure == nil))
    }

    @Test(arguments: fixtureCases.filter { $0.name.hasSuffix(".json") })
    func `a whole body is decoded although a stream was asked for`(_ expected: FixtureCase) throws {
        let decoded = decode(try records(of: expected.name), as: expected.type, streaming: true)
        #expect(decoded.answer.content == expected.content)
        #expect(decoded.answer.toolCalls == expected.calls)
        #expect(decoded.error?.kind == expected.failure)
    }

    /// How many records of a stream it takes until its answer may be called complete after a clean end.
    @Test(arguments: fixtureCases.filter { !$0.name.hasSuffix(".json") && !$0.name.hasSuffix(".html") })
    func `no prefix of a stream is complete before its end is proved`(_ expected: FixtureCase) throws {
        let all = try records(of: expected.name)
        for count in 0..<all.count {
            let decoded = decode(Array(all.prefix(count)), as: expected.type)
            let last = count == 0 ? "" : String(decoding: all[..<count].map(\.bytes).joined(), as: UTF8.self)
            let isProved =
                switch expected.type.format {
                case .openAI: last.contains(#""finish_reason":""#)
                case .gemini: last.contains(#""finishReason""#)
                case .anthropic: last.contains("message_stop")
                case .ollama: last.contains(#""done":true"#)
                }
            if !isProved { #expect(decoded.status != .complete, "after \(count) records") }
            #expect(expected.content.hasPrefix(decoded.answer.content))
        }
    }

    @Test(arguments: fixtureCases.filter { $0.name.hasSuffix(".json") && $0.failure == nil })
    func `a body cut at any byte is no answer`(_ expected: FixtureCase) throws {
        let bytes = try fixture(expected.name)
        for count in 0..<bytes.count {
            let decoded = decode([Record(bytes[..<count], .body)], as: expected.type, streaming: false)
            #expect(decoded.status != .complete, "cut at \(count)")
            #expect(decoded.recorded.events.isEmpty)
        }
    }

    @Test(arguments: ["openai/text.sse", "anthropic/text.sse", "ollama/text.ndjson", "gemini/text.sse"])
    func `a record cut at any byte is no record`(_ name: String) throws {
        let type = try #require(ProviderType(rawValue: String(name.prefix { $0 != "/" })))
        for record in try records(of: name) where record.bytes != Array("[DONE]".utf8) {
            for count in 1..<record.bytes.count {
                let decoded = decode([Record(record.bytes[..<count])], as: type)
                #expect(decoded.error?.kind == .invalidResponse)
                let tail = decode([Record(record.bytes[..<count], .tail)], as: type)
                #expect(tail.error?.kind == .truncated)
            }
        }
    }
}
