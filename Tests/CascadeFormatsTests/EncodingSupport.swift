import CascadeFormats
import Foundation

/// A body as an attempt would send it.
struct Encoded {
    var text: String
    var dropped: Set<String>
}

func makeArena(maxBytes: Int = 64 << 20) throws -> RequestArena {
    try RequestArena(blockBytes: 16 << 10, maxBytes: maxBytes)
}

extension ArenaBytes {
    /// A copy, so that the arena may go.
    var copy: String {
        unsafe String(decoding: unsafeBytes, as: UTF8.self)
    }
}

func encode(
    _ request: ChatRequest,
    _ options: EncodingOptions,
    model: String = "m",
    streaming: Bool = false
) throws -> Encoded {
    let arena = try makeArena()
    let body = try RequestEncoder.encodeTail(request, options: options, into: arena)
    let head = try RequestEncoder.encodeHead(
        model: model, streaming: streaming, options: options, request: request, into: arena)
    return Encoded(
        text: head.bytes.copy + body.tail.copy, dropped: Set(body.droppedFields).union(head.droppedFields))
}

func encode(_ request: ChatRequest, _ type: ProviderType, model: String = "m", streaming: Bool = false) throws
    -> Encoded
{
    try encode(request, EncodingOptions(type: type), model: model, streaming: streaming)
}

/// The same value always as the same text: members in order, white space gone.
func canonical(_ json: String) throws -> String {
    let value = try JSONSerialization.jsonObject(with: Data(json.utf8), options: [.fragmentsAllowed])
    let data = try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed])
    return String(decoding: data, as: UTF8.self)
}

func parsed(_ encoded: Encoded) throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(encoded.text.utf8))
    return value as? [String: Any] ?? [:]
}

/// The error of an encoding that must fail; `nil` when it did not.
func encodingError(of request: ChatRequest, _ options: EncodingOptions) -> EncodingError? {
    do {
        _ = try encode(request, options)
        return nil
    } catch {
        return error as? EncodingError
    }
}

func encodingError(of request: ChatRequest, _ type: ProviderType) -> EncodingError? {
    encodingError(of: request, EncodingOptions(type: type))
}

/// SplitMix64: the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension ChatRequest {
    /// A conversation with every kind of content and every parameter that all four formats can express in some way.
    static var rich: ChatRequest {
        var request = ChatRequest(
            messages: [
                .system("Be brief."),
                .user([.text("What is this?"), .image(.base64("aGk=", mediaType: "image/png"))]),
                ChatMessage(
                    role: .assistant, content: [.text("Let me look.")],
                    toolCalls: [
                        ToolCall(id: "call_1", name: "look", arguments: #"{"x":1}"#),
                        ToolCall(id: "call_2", name: "listen", arguments: ""),
                    ]),
                .tool(id: "call_1", content: "a cat"),
                .tool(id: "call_2", content: "meow"),
                ChatMessage(role: .developer, content: [.text("Answer in JSON.")]),
                .user("And?"),
            ],
            temperature: 0.5, maxTokens: 100)
        request.topP = 0.9
        request.stop = ["END"]
        request.tools = [
            Tool(name: "look", description: "Looks.", parameters: #"{"type":"object"}"#), Tool(name: "listen"),
        ]
        request.toolChoice = .required
        request.responseFormat = .jsonSchema(name: "answer", schema: #"{"type":"object"}"#, strict: true)
        request.reasoningEffort = .low
        return request
    }
}
