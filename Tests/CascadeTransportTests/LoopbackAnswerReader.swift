import CascadeTesting
import Foundation

/// What a reader understands of an answer in one of the formats, by Foundation's JSON.
struct LoopbackAnswerReader {
    typealias Object = [String: Any]

    var text = ""
    var reasoning = ""
    var toolArguments: String?
    var model: String?
    var completionTokens: Int?
    var textEvents = 0
    var isTerminated = false

    static func ask(
        _ provider: LoopbackProvider, _ format: LoopbackProvider.WireFormatName, isStreaming: Bool
    ) throws -> LoopbackClient.Reply {
        let client = try LoopbackClient(port: provider.port)
        let body = """
            {"model":"asked-model","messages":[{"role":"user","content":"a \\"stream\\": question"}],\
            "stream": \(isStreaming),"stream_options":{"include_usage":true}}
            """
        let gemini = isStreaming ? "streamGenerateContent?alt=sse" : "generateContent"
        return switch format {
        case .openai: client.post("/v1/chat/completions", body)
        case .anthropic: client.post("/v1/messages", body)
        case .ollama: client.post("/api/chat", body)
        case .gemini:
            client.post(
                "/v1beta/models/asked-model:\(gemini)", #"{"contents":[{"role":"model","parts":[]}]}"#)
        }
    }

    init(_ reply: LoopbackClient.Reply, _ format: LoopbackProvider.WireFormatName, isStreaming: Bool) throws {
        var objects = [reply.json]
        if isStreaming {
            let separator = format == .ollama ? "" : "data: "
            let lines = reply.body.split(whereSeparator: \.isNewline).filter { $0.hasPrefix(separator) }
            let data = lines.map { String($0.dropFirst(separator.count)) }
            isTerminated = data.last == "[DONE]"
            objects = try data.filter { $0 != "[DONE]" }.map {
                try JSONSerialization.jsonObject(with: Data($0.utf8)) as? Object ?? [:]
            }
        }
        for object in objects {
            switch format {
            case .openai: openAI(object)
            case .anthropic: anthropic(object)
            case .ollama: ollama(object)
            case .gemini: gemini(object)
            }
        }
        if format == .openai, !isStreaming { isTerminated = true }
    }

    private mutating func add(text piece: String?) {
        guard let piece, !piece.isEmpty else { return }
        text += piece
        textEvents += 1
    }

    private mutating func add(arguments: Any?) {
        guard let arguments else { return }
        if let text = arguments as? String {
            toolArguments = (toolArguments ?? "") + text
        } else if let object = arguments as? Object, !object.isEmpty,
            let data = try? JSONSerialization.data(withJSONObject: object)
        {
            toolArguments = String(decoding: data, as: UTF8.self)
        }
    }

    private mutating func openAI(_ object: Object) {
        model = object["model"] as? String
        completionTokens = (object["usage"] as? Object)?["completion_tokens"] as? Int ?? completionTokens
        guard let choice = (object["choices"] as? [Object])?.first else { return }
        let message = (choice["delta"] ?? choice["message"]) as? Object ?? [:]
        add(text: message["content"] as? String)
        reasoning += message["reasoning_content"] as? String ?? ""
        let call = (message["tool_calls"] as? [Object])?.first
        add(arguments: (call?["function"] as? Object)?["arguments"])
    }

    private mutating func anthropic(_ object: Object) {
        let message = object["message"] as? Object ?? object
        model = message["model"] as? String ?? model
        completionTokens = (message["usage"] as? Object)?["output_tokens"] as? Int ?? completionTokens
        let delta = object["delta"] as? Object ?? [:]
        for part in (object["content"] as? [Object] ?? []) + [delta] {
            add(text: part["text"] as? String)
            reasoning += part["thinking"] as? String ?? ""
            add(arguments: part["partial_json"] ?? part["input"])
        }
        if object["type"] as? String == "message_stop" || object["stop_reason"] is String { isTerminated = true }
    }

    private mutating func ollama(_ object: Object) {
        model = object["model"] as? String
        completionTokens = object["eval_count"] as? Int ?? completionTokens
        let message = object["message"] as? Object ?? [:]
        add(text: message["content"] as? String)
        reasoning += message["thinking"] as? String ?? ""
        let call = (message["tool_calls"] as? [Object])?.first
        add(arguments: (call?["function"] as? Object)?["arguments"])
        isTerminated = object["done"] as? Bool == true
    }

    private mutating func gemini(_ object: Object) {
        model = object["modelVersion"] as? String
        completionTokens = (object["usageMetadata"] as? Object)?["candidatesTokenCount"] as? Int ?? completionTokens
        let candidate = (object["candidates"] as? [Object])?.first ?? [:]
        isTerminated = candidate["finishReason"] as? String == "STOP"
        for part in (candidate["content"] as? Object)?["parts"] as? [Object] ?? [] {
            if part["thought"] as? Bool == true {
                reasoning += part["text"] as? String ?? ""
            } else {
                add(text: part["text"] as? String)
            }
            add(arguments: (part["functionCall"] as? Object)?["args"])
        }
    }
}
