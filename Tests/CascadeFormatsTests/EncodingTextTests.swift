import CascadeFormats
import Foundation
import Testing

@Suite("Encoding: text, numbers and embedded JSON")
struct EncodingTextTests {
    static let texts = [
        "", "plain", #"quote " and \ backslash / slash"#, "line\nfeed\r\ttab", "\u{0}\u{1}\u{1F}\u{7F}",
        "emoji 👩‍👩‍👧 and 日本語", "\u{2028}\u{2029}\u{FEFF}", String(repeating: "é", count: 1000),
        "a" + String(repeating: "👍", count: 700), String(repeating: "\u{1}", count: 2000),
    ]

    @Test(arguments: texts)
    func survivesARoundTrip(text: String) throws {
        let request = ChatRequest(messages: [.user("hi"), .user(text)])
        let openAI = try parsed(encode(request, .openai))["messages"] as? [[String: Any]]
        #expect(openAI?.last?["content"] as? String == text)
        let ollama = try parsed(encode(request, .ollama))["messages"] as? [[String: Any]]
        #expect(ollama?.last?["content"] as? String == text)
        guard !text.isEmpty else { return }
        let anthropic = try parsed(encode(request, .anthropic))["messages"] as? [[String: Any]]
        #expect((anthropic?.last?["content"] as? [[String: Any]])?.last?["text"] as? String == text)
        let gemini = try parsed(encode(request, .gemini))["contents"] as? [[String: Any]]
        #expect((gemini?.last?["parts"] as? [[String: Any]])?.last?["text"] as? String == text)
    }

    @Test func modelNamesAreEscaped() throws {
        let name = #"a"b\c"# + "\n"
        for type in ProviderType.allCases where type != .gemini {
            #expect(try parsed(encode(ChatRequest("hi"), type, model: name))["model"] as? String == name)
        }
    }

    @Test(arguments: [0.1, 1.0 / 3, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -0.0, 2])
    func numbersReadBackAsTheSame(number: Double) throws {
        var request = ChatRequest("hi", temperature: number)
        request.topP = number
        let body = try parsed(encode(request, .openai))
        #expect(body["temperature"] as? Double == number)
        #expect(body["top_p"] as? Double == number)
    }

    @Test(arguments: ProviderType.allCases)
    func numbersThatJSONLacksAreRefused(type: ProviderType) {
        for number in [Double.nan, .infinity, -.infinity] {
            let error = encodingError(of: ChatRequest("hi", temperature: number), type)
            #expect(error?.code == .invalidRequest)
            #expect(error?.field == "temperature")
        }
    }

    static let notObjects = [
        "{", "[1]", "\"x\"", "{}{}", "{} x", "{\"a\":1,}", "{'a':1}", "nope", "{\"a\":\u{1}}", "{\"a\":01}",
    ]

    @Test(arguments: notObjects)
    func argumentsThatAreNoObjectAreRefused(arguments: String) {
        let request = ChatRequest(messages: [
            .user("hi"), .assistant("", toolCalls: [ToolCall(id: "c", name: "f", arguments: arguments)]),
        ])
        for type in [ProviderType.anthropic, .ollama, .gemini] {
            let error = encodingError(of: request, type)
            #expect(error?.code == .invalidJSON, "\(type.rawValue)")
            #expect(error?.field == "messages[1].tool_calls.arguments")
        }
    }

    @Test(arguments: notObjects)
    func argumentsPassAsTheyAreWhereTheyAreText(arguments: String) throws {
        let request = ChatRequest(messages: [
            .user("hi"), .assistant("", toolCalls: [ToolCall(id: "c", name: "f", arguments: arguments)]),
        ])
        let messages = try parsed(encode(request, .openai))["messages"] as? [[String: Any]]
        let call = (messages?.last?["tool_calls"] as? [[String: Any]])?.first?["function"] as? [String: Any]
        #expect(call?["arguments"] as? String == arguments)
        #expect(messages?.last?["content"] is NSNull)
    }

    @Test(arguments: ProviderType.allCases)
    func schemasThatAreNoJSONAreRefused(type: ProviderType) {
        var request = ChatRequest("hi")
        request.tools = [Tool(name: "ok", parameters: "{}"), Tool(name: "f", parameters: #"{"type":"object""#)]
        #expect(encodingError(of: request, type)?.code == .invalidJSON)
        #expect(encodingError(of: request, type)?.field == "tools[1].parameters")
        guard type != .deepseek else { return }  // It is sent no schema.
        request.tools = []
        request.responseFormat = .jsonSchema(name: "n", schema: #"{}, "x": 1"#, strict: true)
        #expect(encodingError(of: request, type)?.code == .invalidJSON)
        #expect(encodingError(of: request, type)?.field == "response_format.schema")
    }

    static let wrongRequests: [(String, String, @Sendable (inout ChatRequest) -> Void)] = [
        ("no messages", "messages", { $0.messages = [] }),
        ("a negative bound", "max_tokens", { $0.maxTokens = -1 }),
        ("a result without a call", "messages[0].tool_call_id", { $0.messages[0].role = .tool }),
        (
            "a user who calls", "messages[0].tool_calls",
            { $0.messages[0].toolCalls = [ToolCall(id: "a", name: "b", arguments: "")] }
        ),
        ("an unread image", "messages[0].content[0]", { $0.messages[0].content = [.image(.file(path: "x.png"))] }),
        ("unread audio", "messages[0].content[0]", { $0.messages[0].content = [.audio(.file(path: "x.wav"))] }),
        ("a tool without a name", "tools[0].name", { $0.tools = [Tool(name: "")] }),
        ("a choice of nothing", "tool_choice", { $0.toolChoice = .required }),
        ("a choice of an unknown tool", "tool_choice", { $0.toolChoice = .function("g") }),
    ]

    @Test(arguments: wrongRequests.indices)
    func whatIsWrongEverywhereIsRefusedEverywhere(index: Int) {
        let (name, field, change) = Self.wrongRequests[index]
        for type in ProviderType.allCases {
            var request = ChatRequest("hi")
            change(&request)
            let error = encodingError(of: request, type)
            #expect(error?.code == .invalidRequest, "\(name), \(type.rawValue)")
            #expect(error?.field == field, "\(name), \(type.rawValue)")
        }
    }
}

@Suite("Encoding: turns of Anthropic and Gemini")
struct EncodingTurnTests {
    private func roles(_ messages: [ChatMessage], _ type: ProviderType) throws -> [String] {
        let body = try parsed(encode(ChatRequest(messages: messages), type))
        let turns = body[type == .gemini ? "contents" : "messages"] as? [[String: Any]] ?? []
        return turns.compactMap { $0["role"] as? String }.map { $0 == "model" ? "assistant" : $0 }
    }

    @Test(arguments: [ProviderType.anthropic, .gemini])
    func alternate(type: ProviderType) throws {
        let messages: [ChatMessage] = [
            .user("a"), .user("b"), .system("s"), .user("c"), .assistant("d"), .assistant(" "), .user("  \n"),
            .assistant("e"), .user("f"),
        ]
        #expect(try roles(messages, type) == ["user", "assistant", "user"])
    }

    @Test(arguments: [ProviderType.anthropic, .gemini])
    func beginWithTheUser(type: ProviderType) {
        for messages: [ChatMessage] in [[.assistant("a"), .user("b")], [.system("s")], [.user(" ")]] {
            #expect(encodingError(of: ChatRequest(messages: messages), type)?.code == .invalidRequest)
        }
    }

    @Test func resultsStandBeforeTextThatCameEarlier() throws {
        let messages: [ChatMessage] = [
            .user("a"), .assistant("", toolCalls: [ToolCall(id: "c", name: "f", arguments: "{}")]),
            .user("text"), .tool(id: "c", content: "", isError: true),
        ]
        let text = try encode(ChatRequest(messages: messages), .anthropic).text
        #expect(
            text.contains(
                #"[{"type":"tool_result","tool_use_id":"c","is_error":true},{"type":"text","text":"text"}]"#))
    }

    @Test func geminiRefusesTheResultOfAnUnknownCall() {
        let request = ChatRequest(messages: [.user("a"), .tool(id: "c", content: "x")])
        #expect(encodingError(of: request, .gemini)?.field == "messages[1].tool_call_id")
    }
}
