import CascadeFormats
import Testing

@Suite("Encoding: the dialects of OpenAI's format")
struct EncodingDialectTests {
    private var withTool: ChatRequest {
        var request = ChatRequest("hi")
        request.tools = [Tool(name: "f")]
        request.toolChoice = .required
        return request
    }

    @Test func tokensAreBoundedByTheNameTheProviderKnows() throws {
        let request = ChatRequest("hi", maxTokens: 5)
        for type in ProviderType.allCases where type.format == .openAI {
            let body = try parsed(encode(request, type))
            #expect(body["max_completion_tokens"] as? Int == (type == .openai ? 5 : nil), "\(type.rawValue)")
            #expect(body["max_tokens"] as? Int == (type == .openai ? nil : 5), "\(type.rawValue)")
        }
    }

    @Test func usageOfStreamsIsAskedForWhereItMustBe() throws {
        for type in ProviderType.allCases {
            let asks = type.format == .openAI && type != .mistral
            #expect(try encode(ChatRequest("hi"), type, streaming: true).text.contains("include_usage") == asks)
            #expect(try !encode(ChatRequest("hi"), type, streaming: false).text.contains("stream_options"))
        }
    }

    @Test(arguments: [(ProviderType.mistral, "any"), (.fireworks, "any"), (.openai, "required"), (.groq, "required")])
    func requiredChoice(type: ProviderType, word: String) throws {
        #expect(try parsed(encode(withTool, type))["tool_choice"] as? String == word)
    }

    @Test func mistralCallsTheSeedRandom() throws {
        var request = ChatRequest("hi")
        request.seed = 3
        let body = try parsed(encode(request, .mistral))
        #expect(body["random_seed"] as? Int == 3)
        #expect(body["seed"] == nil)
    }

    @Test(arguments: [(ProviderType.openai, "developer"), (.lmstudio, "system"), (.groq, "system")])
    func developerRole(type: ProviderType, role: String) throws {
        let request = ChatRequest(messages: [ChatMessage(role: .developer, content: [.text("x")]), .user("hi")])
        let messages = try parsed(encode(request, type))["messages"] as? [[String: Any]]
        #expect(messages?.first?["role"] as? String == role)
    }

    @Test func mistralGetsCallIDsOfNineCharactersThatStillMatch() throws {
        let messages = try parsed(encode(.rich, .mistral))["messages"] as? [[String: Any]] ?? []
        let calls = messages.compactMap { $0["tool_calls"] as? [[String: Any]] }.joined().compactMap {
            $0["id"] as? String
        }
        let results = messages.compactMap { $0["tool_call_id"] as? String }
        #expect(calls == results)
        #expect(Set(calls).count == 2)
        #expect(calls.allSatisfy { $0.utf8.count == 9 && $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) } })
    }

    @Test func anthropicGetsCallIDsOfPlainCharacters() throws {
        let request = ChatRequest(messages: [
            .user("hi"), .assistant("", toolCalls: [ToolCall(id: "functions.f:0", name: "f", arguments: "{}")]),
            .tool(id: "functions.f:0", content: "x"),
        ])
        let text = try encode(request, .anthropic).text
        #expect(!text.contains("functions.f:0"))
        let id = try #require(text.firstMatch(of: /"id":"([A-Za-z0-9_-]+)"/)?.1)
        #expect(text.contains(#""tool_use_id":"\#(id)""#))
    }

    @Test func deepSeekGetsReasoningBackWithinTheLoopOnly() throws {
        func call(_ id: String, _ reasoning: String) -> ChatMessage {
            ChatMessage(
                role: .assistant, content: [], toolCalls: [ToolCall(id: id, name: "f", arguments: "{}")],
                reasoning: reasoning)
        }
        let request = ChatRequest(messages: [
            .user("a"), call("1", "old"), .tool(id: "1", content: "x"), .assistant("done"),
            .user("b"), call("2", "new"), .tool(id: "2", content: "y"),
        ])
        let text = try encode(request, .deepseek).text
        #expect(text.contains(#""reasoning_content":"new""#))
        #expect(!text.contains("old"))
        #expect(try !encode(request, .openai).text.contains("new"))
    }

    @Test(arguments: [
        (ProviderType.openai, ReasoningEffort.minimal, #""reasoning_effort":"minimal""#),
        (.groq, .max, #""reasoning_effort":"high""#),
        (.groq, .minimal, #""reasoning_effort":"low""#),
        (.openrouter, .max, #""reasoning":{"effort":"xhigh"}"#),
        (.deepseek, .none, #""thinking":{"type":"disabled"}"#),
        (.deepseek, .medium, #""thinking":{"type":"enabled"},"reasoning_effort":"high""#),
        (.anthropic, .minimal, #""output_config":{"effort":"low"}"#),
        (.anthropic, .none, #""thinking":{"type":"disabled"}"#),
        (.ollama, .none, #""think":false"#),
        (.ollama, .max, #""think":"max""#),
    ])
    func reasoningEffort(type: ProviderType, effort: ReasoningEffort, expected: String) throws {
        var request = ChatRequest("hi")
        request.reasoningEffort = effort
        #expect(try encode(request, EncodingOptions(type: type, strict: true)).text.contains(expected))
    }

    @Test(arguments: [
        ("gemini-2.5-flash", ReasoningEffort.none, #""thinkingConfig":{"thinkingBudget":0}"#),
        ("gemini-2.5-pro", .none, #""thinkingConfig":{"thinkingBudget":128}"#),
        ("gemini-2.5-flash", .low, #""thinkingConfig":{"thinkingBudget":1024,"includeThoughts":true}"#),
        ("gemini-3-pro", .high, #""thinkingConfig":{"thinkingLevel":"HIGH","includeThoughts":true}"#),
        ("gemini-flash-latest", .low, #""thinkingConfig":{"thinkingLevel":"LOW","includeThoughts":true}"#),
    ])
    func geminiReasoning(model: String, effort: ReasoningEffort, expected: String) throws {
        var request = ChatRequest("hi")
        request.reasoningEffort = effort
        #expect(try encode(request, .gemini, model: model).text.contains(expected))
    }

    @Test func lmStudioIsAskedForAnyObjectByASchema() throws {
        var request = ChatRequest("hi")
        request.responseFormat = .json
        #expect(try encode(request, .lmstudio).text.contains(#""schema":{"type":"object"}"#))
    }

    @Test func keepAliveIsANumberWhereItIsOne() throws {
        #expect(
            try encode(ChatRequest("hi"), EncodingOptions(type: .ollama, keepAlive: "-1")).text
                .contains(#""keep_alive":-1"#))
    }
}
