import CascadeFormats
import Testing

/// One field set, the types that cannot express it, and a model where that matters.
struct FieldCase: Sendable, CustomTestStringConvertible {
    let field: RequestField
    let model: String
    let droppedBy: Set<ProviderType>
    let among: [ProviderType]
    let change: @Sendable (inout ChatRequest) -> Void

    init(
        _ field: RequestField, model: String = "m", droppedBy: Set<ProviderType>,
        among: [ProviderType] = ProviderType.allCases, change: @escaping @Sendable (inout ChatRequest) -> Void
    ) {
        self.field = field
        self.model = model
        self.droppedBy = droppedBy
        self.among = among
        self.change = change
    }

    var testDescription: String { "\(field.rawValue) for \(model)" }

    var request: ChatRequest {
        var request = ChatRequest("hi", temperature: nil)
        change(&request)
        return request
    }
}

@Suite("Encoding: fields a format cannot express")
struct EncodingFieldTests {
    static let openAIFamily = Set(ProviderType.allCases.filter { $0.format == .openAI })
    static let tool = Tool(name: "f")

    static let cases: [FieldCase] = [
        FieldCase(.temperature, droppedBy: []) { $0.temperature = 0.5 },
        FieldCase(.temperature, model: "o3-mini", droppedBy: [.openai]) { $0.temperature = 0.5 },
        FieldCase(.temperature, model: "gpt-5-mini", droppedBy: [.openai]) { $0.temperature = 0.5 },
        FieldCase(.temperature, model: "gpt-5-chat-latest", droppedBy: []) { $0.temperature = 0.5 },
        FieldCase(.temperature, model: "claude-opus-4-7", droppedBy: [.anthropic]) { $0.temperature = 0.5 },
        FieldCase(.topP, model: "o1", droppedBy: [.openai]) { $0.topP = 0.5 },
        FieldCase(.topP, model: "claude-opus-4-5-20251101", droppedBy: [.anthropic]) {
            $0.temperature = 0.5
            $0.topP = 0.5
        },
        FieldCase(.topP, model: "claude-sonnet-4-20250514", droppedBy: []) {
            $0.temperature = 0.5
            $0.topP = 0.5
        },
        FieldCase(.presencePenalty, droppedBy: [.anthropic]) { $0.presencePenalty = 1 },
        FieldCase(.presencePenalty, model: "grok-4", droppedBy: [.anthropic, .grok, .xai]) { $0.presencePenalty = 1 },
        FieldCase(.frequencyPenalty, droppedBy: [.anthropic]) { $0.frequencyPenalty = 1 },
        FieldCase(.frequencyPenalty, model: "gpt-5", droppedBy: [.anthropic, .openai]) { $0.frequencyPenalty = 1 },
        FieldCase(.stop, droppedBy: []) { $0.stop = ["x"] },
        FieldCase(.stop, model: "grok-code-fast-1", droppedBy: [.grok, .xai]) { $0.stop = ["x"] },
        FieldCase(.stop, model: "o4-mini", droppedBy: [.openai]) { $0.stop = ["x"] },
        FieldCase(.seed, droppedBy: [.anthropic]) { $0.seed = 1 },
        FieldCase(.toolStrict, droppedBy: [.grok, .xai, .ollama, .gemini]) {
            $0.tools = [Tool(name: "f", strict: true)]
        },
        FieldCase(.toolChoice, droppedBy: [.ollama]) {
            $0.tools = [tool]
            $0.toolChoice = .required
        },
        FieldCase(.parallelToolCalls, droppedBy: [.ollama, .gemini]) {
            $0.tools = [tool]
            $0.parallelToolCalls = false
        },
        FieldCase(.responseFormat, droppedBy: [.anthropic]) { $0.responseFormat = .json },
        FieldCase(.responseFormat, droppedBy: [.anthropic, .fireworks]) {
            $0.responseFormat = .json
            $0.tools = [tool]
        },
        FieldCase(.responseSchema, droppedBy: [.deepseek]) {
            $0.responseFormat = .jsonSchema(name: "n", schema: "{}", strict: true)
        },
        FieldCase(.reasoningEffort, model: "gemini-1.5-pro", droppedBy: [.mistral, .grok, .xai, .gemini]) {
            $0.reasoningEffort = .high
        },
        FieldCase(
            .reasoningEffort, model: "grok-3-mini", droppedBy: [.mistral],
            among: ProviderType.allCases.filter { $0 != .gemini }
        ) { $0.reasoningEffort = .medium },
        FieldCase(.user, droppedBy: [.mistral, .ollama, .gemini]) { $0.user = "u" },
        FieldCase(.messageName, droppedBy: [.mistral, .anthropic, .ollama, .gemini]) { $0.messages[0].name = "n" },
        FieldCase(.image, droppedBy: openAIFamily.union([.anthropic, .gemini])) {
            $0.messages.insert(
                ChatMessage(role: .system, content: [.text("s"), .image(.base64("aGk=", mediaType: "image/png"))]),
                at: 0)
        },
        FieldCase(.imageURL, droppedBy: [.ollama, .gemini]) {
            $0.messages[0].content.append(.image(.url("https://a.example/b.png")))
        },
        FieldCase(.imageDetail, droppedBy: [.anthropic, .ollama, .gemini]) {
            $0.messages[0].content.append(.image(.base64("aGk=", mediaType: "image/png"), detail: .high))
        },
        FieldCase(.audio, droppedBy: [.anthropic, .ollama]) {
            $0.messages[0].content.append(.audio(.base64("aGk=", format: "mp3")))
        },
        FieldCase(.toolError, droppedBy: openAIFamily.union([.ollama])) {
            $0.messages += [
                .assistant("", toolCalls: [ToolCall(id: "c", name: "f", arguments: "{}")]),
                .tool(id: "c", content: "no", isError: true),
            ]
        },
    ]

    @Test(arguments: cases)
    func isReportedByExactlyTheTypesThatLackIt(field: FieldCase) throws {
        for type in field.among {
            let encoded = try encode(field.request, type, model: field.model)
            let expected: Set = field.droppedBy.contains(type) ? [field.field.rawValue] : []
            #expect(encoded.dropped == expected, "\(type.rawValue)")
        }
    }

    @Test(arguments: cases)
    func isRefusedWhenStrict(field: FieldCase) throws {
        for type in field.among {
            var error: EncodingError?
            do {
                _ = try encode(field.request, EncodingOptions(type: type, strict: true), model: field.model)
            } catch let caught as EncodingError {
                error = caught
            }
            if field.droppedBy.contains(type) {
                #expect(error?.code == .unsupported, "\(type.rawValue)")
                #expect(error?.field == field.field.rawValue)
                #expect(error?.message.contains(type.rawValue) == true)
            } else {
                #expect(error == nil, "\(type.rawValue)")
            }
        }
    }

    @Test func everyFieldIsInTheTable() {
        let covered = Set(Self.cases.filter { !$0.droppedBy.isEmpty }.map(\.field))
        #expect(covered == Set(RequestField.allCases))
    }

    @Test func theNewAnthropicVersionTakesNoSampling() throws {
        var request = ChatRequest("hi", temperature: 1)
        request.topP = 1
        let encoded = try encode(request, EncodingOptions(type: .anthropic, anthropicVersion: "2026-10-21"))
        #expect(encoded.dropped == ["temperature", "top_p"])
        #expect(!encoded.text.contains("temperature") && !encoded.text.contains("top_p"))
    }

    @Test(arguments: [ProviderType.anthropic, .ollama])
    func aTurnOfWhichNothingWouldBeLeftIsRefused(type: ProviderType) {
        let request = ChatRequest(messages: [.user([.audio(.base64("YQ==", format: "wav"))])])
        #expect(encodingError(of: request, type)?.code == .unsupported)
        #expect(encodingError(of: request, type)?.field == "messages[0].content")
    }

    @Test func toolChoiceNoneMeansNoToolsForOllama() throws {
        var request = ChatRequest("hi")
        request.tools = [Self.tool]
        request.toolChoice = ToolChoice.none
        let encoded = try encode(request, EncodingOptions(type: .ollama, strict: true))
        #expect(try parsed(encoded)["tools"] == nil)
    }

    @Test func equalKeysMeanEqualTails() throws {
        var request = ChatRequest.rich
        request.messages.append(ChatMessage(role: .assistant, content: [.text("x")], name: "n", reasoning: "r"))
        request.user = "u"
        var tails: [EncodingOptions.BodyKey: String] = [:]
        for type in ProviderType.allCases {
            let options = EncodingOptions(type: type)
            let arena = try makeArena()
            let tail = try RequestEncoder.encodeTail(request, options: options, into: arena).tail.copy
            #expect(tails[options.bodyKey, default: tail] == tail, "\(type.rawValue)")
            tails[options.bodyKey] = tail
        }
        #expect(tails.count < ProviderType.allCases.count)
        #expect(EncodingOptions(type: .groq).bodyKey == EncodingOptions(type: .vllm).bodyKey)
        #expect(EncodingOptions(type: .groq).bodyKey != EncodingOptions(type: .groq, strict: true).bodyKey)
    }
}
