import CascadeTesting
import Foundation

typealias JSON = [String: Any]

/// What is asked, in no format: what a client says, and what its provider is told.
struct Ask: Equatable, Sendable {
    var system: String?
    var question = "why?"
    /// A PNG, in base64.
    var image: String?
    /// A WAV, in base64.
    var audio: String?
    var tools: [String] = []
    /// `required`, or the one tool that must be called.
    var choice: String?
    var isParallel: Bool?
    /// What the model thought before it called; nobody has signed it.
    var thought: String?
    /// What the model called in the turn before, and what came of it.
    var calls: [Call] = []
    var results: [String] = []
    /// Of the answer.
    var schema: String?
    var temperature: Double?
    var limit: Int?
    var stop: [String] = []
    var effort: String?

    struct Call: Equatable, Sendable {
        var id: String
        var name: String
        /// As ``Ask/canonical(_:)`` has it.
        var arguments: String
    }

    /// What every tool takes.
    static let parameters = #"{"properties":{"city":{"type":"string"}},"type":"object"}"#

    /// The same text for the same JSON.
    static func canonical(_ json: Any?) -> String {
        guard let json, let data = try? JSONSerialization.data(withJSONObject: json, options: .sortedKeys) else {
            return ""
        }
        return String(decoding: data, as: UTF8.self)
    }

    static func parsed(_ text: String?) -> Any? {
        text.flatMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) }
    }
}

/// The formats that clients speak.
enum ClientFormat: CaseIterable, Sendable {
    case chat
    case messages
    case responses

    var path: String {
        switch self {
        case .chat: "/v1/chat/completions"
        case .messages: "/v1/messages"
        case .responses: "/v1/responses"
        }
    }

    /// The providers' format that is this one, too.
    var own: Format? {
        switch self {
        case .chat: .openai
        case .messages: .anthropic
        case .responses: nil
        }
    }

    /// As much of it as can be said in the format.
    func sayable(_ ask: Ask) -> Ask {
        var ask = ask
        if self != .chat { ask.audio = nil }
        if self == .responses { ask.stop = [] }
        if self == .messages { ask.limit = ask.limit ?? 50 }
        return ask
    }

    /// The request's body.
    func body(_ ask: Ask, isStreamed: Bool, _ more: JSON = [:]) -> String {
        var body: JSON =
            switch self {
            case .chat: Self.chat(ask)
            case .messages: Self.message(ask)
            case .responses: Self.response(ask)
            }
        body["model"] = "cascade"
        body["stream"] = isStreamed
        body["temperature"] = ask.temperature
        return Ask.canonical(body.merging(more) { $1 })
    }

    private static func chat(_ ask: Ask) -> JSON {
        var content: [JSON] = [["type": "text", "text": ask.question]]
        content += ask.image.map { [["type": "image_url", "image_url": ["url": "data:image/png;base64,\($0)"]]] } ?? []
        content += ask.audio.map { [["type": "input_audio", "input_audio": ["data": $0, "format": "wav"]]] } ?? []
        var messages: [JSON] = ask.system.map { [["role": "system", "content": $0]] } ?? []
        messages.append(["role": "user", "content": content])
        if !ask.calls.isEmpty {
            let calls: [JSON] = ask.calls.map {
                ["id": $0.id, "type": "function", "function": ["name": $0.name, "arguments": $0.arguments]]
            }
            var turn: JSON = ["role": "assistant", "content": NSNull(), "tool_calls": calls]
            turn["reasoning_content"] = ask.thought
            messages.append(turn)
            messages += zip(ask.calls, ask.results).map { ["role": "tool", "tool_call_id": $0.id, "content": $1] }
        }
        var body: JSON = ["messages": messages]
        body["max_tokens"] = ask.limit
        if !ask.stop.isEmpty { body["stop"] = ask.stop }
        body["reasoning_effort"] = ask.effort
        if let schema = Ask.parsed(ask.schema) {
            let named: JSON = ["name": "answer", "strict": true, "schema": schema]
            body["response_format"] = ["type": "json_schema", "json_schema": named]
        }
        body["tools"] = tools(ask) { ["type": "function", "function": ["name": $0, "parameters": $1]] }
        body["tool_choice"] = ask.choice.map {
            $0 == "required" ? $0 : ["type": "function", "function": ["name": $0]] as Any
        }
        body["parallel_tool_calls"] = ask.isParallel
        return body
    }

    private static func message(_ ask: Ask) -> JSON {
        var content: [JSON] = [["type": "text", "text": ask.question]]
        content +=
            ask.image.map {
                [["type": "image", "source": ["type": "base64", "media_type": "image/png", "data": $0]]]
            } ?? []
        var messages: [JSON] = [["role": "user", "content": content]]
        if !ask.calls.isEmpty {
            let thoughts = ask.thought.map { [["type": "thinking", "thinking": $0, "signature": ""]] } ?? []
            let calls = ask.calls.map { call -> JSON in
                ["type": "tool_use", "id": call.id, "name": call.name, "input": Ask.parsed(call.arguments) ?? ""]
            }
            let results = zip(ask.calls, ask.results).map { call, result -> JSON in
                ["type": "tool_result", "tool_use_id": call.id, "content": result]
            }
            messages += [["role": "assistant", "content": thoughts + calls], ["role": "user", "content": results]]
        }
        var body: JSON = ["messages": messages]
        body["system"] = ask.system
        body["max_tokens"] = ask.limit
        if !ask.stop.isEmpty { body["stop_sequences"] = ask.stop }
        var output: JSON = [:]
        output["effort"] = ask.effort
        output["format"] = Ask.parsed(ask.schema).map { ["type": "json_schema", "schema": $0] }
        if !output.isEmpty { body["output_config"] = output }
        body["tools"] = tools(ask) { ["name": $0, "input_schema": $1] }
        if let choice = ask.choice {
            var json: JSON = choice == "required" ? ["type": "any"] : ["type": "tool", "name": choice]
            json["disable_parallel_tool_use"] = ask.isParallel.map { !$0 }
            body["tool_choice"] = json
        }
        return body
    }

    private static func response(_ ask: Ask) -> JSON {
        var content: [JSON] = [["type": "input_text", "text": ask.question]]
        content += ask.image.map { [["type": "input_image", "image_url": "data:image/png;base64,\($0)"]] } ?? []
        var input: [JSON] = [["role": "user", "content": content]]
        input +=
            ask.thought.map {
                [["type": "reasoning", "summary": [], "content": [["type": "reasoning_text", "text": $0]]]]
            } ?? []
        input += ask.calls.map {
            ["type": "function_call", "call_id": $0.id, "name": $0.name, "arguments": $0.arguments]
        }
        input += zip(ask.calls, ask.results).map {
            ["type": "function_call_output", "call_id": $0.id, "output": $1]
        }
        var body: JSON = ["input": input]
        body["instructions"] = ask.system
        body["max_output_tokens"] = ask.limit
        body["reasoning"] = ask.effort.map { ["effort": $0] }
        if let schema = Ask.parsed(ask.schema) {
            let format: JSON = ["type": "json_schema", "name": "answer", "strict": true, "schema": schema]
            body["text"] = ["format": format]
        }
        body["tools"] = tools(ask) { ["type": "function", "name": $0, "parameters": $1] }
        body["tool_choice"] = ask.choice.map { $0 == "required" ? $0 : ["type": "function", "name": $0] as Any }
        body["parallel_tool_calls"] = ask.isParallel
        return body
    }

    private static func tools(_ ask: Ask, _ tool: (String, Any) -> JSON) -> [JSON]? {
        ask.tools.isEmpty ? nil : ask.tools.map { tool($0, Ask.parsed(Ask.parameters) ?? "") }
    }
}
