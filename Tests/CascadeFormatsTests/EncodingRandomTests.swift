import CascadeFormats
import Testing

@Suite("Encoding: random requests")
struct EncodingRandomTests {
    @Test(arguments: ProviderType.allCases)
    func headAndTailAreOneJSONObject(type: ProviderType) throws {
        let models = ["m", "gpt-5", "grok-4", "claude-opus-4-7", "gemini-2.5-pro", #"odd "name"\"#]
        let arena = try makeArena()
        for seed in 0..<500 {
            var generator = SeededGenerator(seed: UInt64(seed))
            let request = ChatRequest.random(using: &generator)
            let options = EncodingOptions(type: type, keepAlive: Bool.random(using: &generator) ? "1h" : nil)
            let body = try RequestEncoder.encodeTail(request, options: options, into: arena)
            for streaming in [true, false] {
                let head = try RequestEncoder.encodeHead(
                    model: models.randomElement(using: &generator) ?? "m", streaming: streaming, options: options,
                    request: request, into: arena)
                let text = head.bytes.copy + body.tail.copy
                let isObject = (try? canonical(text))?.hasPrefix("{") == true
                #expect(isObject, "seed \(seed): \(text)")
            }
            arena.reset()
        }
    }
}

extension ChatRequest {
    /// A request that every format can express at least in part.
    fileprivate static func random(using generator: inout SeededGenerator) -> ChatRequest {
        var request = ChatRequest(messages: [.user("start")])
        for index in 0..<Int.random(in: 0...6, using: &generator) {
            request.messages += ChatMessage.randomTurn(index, using: &generator)
        }
        request.temperature = maybe(Double.random(in: 0...2, using: &generator), using: &generator)
        request.topP = maybe(Double.random(in: 0...1, using: &generator), using: &generator)
        request.presencePenalty = maybe(-1e-7, using: &generator)
        request.frequencyPenalty = maybe(2, using: &generator)
        request.maxTokens = maybe(Int.random(in: 1...Int.max, using: &generator), using: &generator)
        request.seed = maybe(Int.random(in: Int.min...Int.max, using: &generator), using: &generator)
        request.stop = maybe(["\"", "\n"], using: &generator) ?? []
        request.user = maybe(randomText(using: &generator), using: &generator)
        request.parallelToolCalls = maybe(Bool.random(using: &generator), using: &generator)
        request.reasoningEffort =
            maybe(ReasoningEffort.allCases.randomElement(using: &generator), using: &generator) ?? nil
        if Bool.random(using: &generator) {
            request.tools = [
                Tool(name: "f", description: maybe(randomText(using: &generator), using: &generator), parameters: "{}"),
                Tool(name: "g", strict: true),
            ]
            let choices: [ToolChoice?] = [nil, .auto, ToolChoice.none, .required, .function("g")]
            request.toolChoice = choices.randomElement(using: &generator) ?? nil
        }
        let formats: [ResponseFormat] = [
            .text, .json, .jsonSchema(name: randomText(using: &generator), schema: " {\"a\" : [] } ", strict: true),
        ]
        request.responseFormat = formats.randomElement(using: &generator) ?? .text
        return request
    }
}

extension ChatMessage {
    fileprivate static func randomTurn(_ index: Int, using generator: inout SeededGenerator) -> [ChatMessage] {
        let text = randomText(using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: return [.system(text)]
        case 1: return [ChatMessage(role: .developer, content: [.text(text), .text("x")], name: "n")]
        case 2: return [.assistant(text)]
        case 3:
            return [.user([.text("x"), .image(.base64("aGk=", mediaType: "image/png"), detail: .low), .text(text)])]
        case 4: return [.user([.text("x"), .audio(.base64("aGk=", format: "wav")), .image(.url(text))])]
        default:
            let call = ToolCall(id: "c\(index)", name: "f", arguments: #"{"k":["\u0000"]}"#)
            return [
                ChatMessage(role: .assistant, content: [.text(text)], toolCalls: [call], reasoning: text),
                .tool(id: "c\(index)", content: text, isError: Bool.random(using: &generator)),
            ]
        }
    }
}

private func maybe<Value>(_ value: Value, using generator: inout SeededGenerator) -> Value? {
    Bool.random(using: &generator) ? value : nil
}

private func randomText(using generator: inout SeededGenerator) -> String {
    let pieces = ["", "a", "\"", "\\", "\n", "\u{0}", "\u{1F}", "é", "👍", "</script>", "{}", " ", "\u{2028}"]
    return (0..<Int.random(in: 0...12, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }
        .joined()
}
