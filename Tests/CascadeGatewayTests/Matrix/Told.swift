import CascadeTesting
import Foundation

/// What a provider was told, read as its format has it. What does not stand where it belongs is not found.
extension Ask {
    init(told body: JSON, in format: Format) {
        self.init()
        question = ""
        switch format {
        case .openai: readOpenAI(body)
        case .anthropic: readAnthropic(body)
        case .ollama: readOllama(body)
        case .gemini: readGemini(body)
        }
    }

    private mutating func readOpenAI(_ body: JSON) {
        for message in body.list("messages") {
            switch message["role"] as? String {
            case "system": system = Self.text(message["content"])
            case "user":
                question = Self.text(message["content"])
                for part in message.list("content") {
                    let address = part.object("image_url")["url"] as? String
                    image = image ?? address?.stripping("data:image/png;base64,")
                    if part.object("input_audio")["format"] as? String == "wav" {
                        audio = part.object("input_audio")["data"] as? String
                    }
                }
            case "assistant":
                calls += message.list("tool_calls").map {
                    let function = $0.object("function")
                    return Self.call($0["id"], function["name"], Self.parsed(function["arguments"] as? String))
                }
            default: take(result: Self.text(message["content"]), of: message["tool_call_id"])
            }
        }
        temperature = body["temperature"] as? Double
        limit = (body["max_completion_tokens"] ?? body["max_tokens"]) as? Int
        stop = body["stop"] as? [String] ?? []
        effort = body["reasoning_effort"] as? String
        let named = body.object("response_format").object("json_schema")
        schema = named["schema"].map(Self.canonical)
        takeTools(body.list("tools").map { $0.object("function") }, "parameters")
        choice = body["tool_choice"] as? String
        choice = choice ?? body.object("tool_choice").object("function")["name"] as? String
        isParallel = body["parallel_tool_calls"] as? Bool
    }

    private mutating func readAnthropic(_ body: JSON) {
        system = body["system"].map(Self.text)
        for message in body.list("messages") {
            let isAssistant = message["role"] as? String == "assistant"
            if !isAssistant, question.isEmpty { question = Self.text(message["content"]) }
            for block in message.list("content") {
                switch block["type"] as? String {
                case "image" where block.object("source")["media_type"] as? String == "image/png":
                    image = block.object("source")["data"] as? String
                case "thinking": thought = block["thinking"] as? String
                case "tool_use" where isAssistant: calls.append(Self.call(block["id"], block["name"], block["input"]))
                case "tool_result" where !isAssistant:
                    take(result: Self.text(block["content"]), of: block["tool_use_id"])
                default: break
                }
            }
        }
        temperature = body["temperature"] as? Double
        limit = body["max_tokens"] as? Int
        stop = body["stop_sequences"] as? [String] ?? []
        effort = body.object("output_config")["effort"] as? String
        schema = body.object("output_config").object("format")["schema"].map(Self.canonical)
        takeTools(body.list("tools"), "input_schema")
        let told = body.object("tool_choice")
        choice = told["type"] as? String == "any" ? "required" : told["name"] as? String
        isParallel = (told["disable_parallel_tool_use"] as? Bool).map { !$0 }
    }

    private mutating func readOllama(_ body: JSON) {
        for message in body.list("messages") {
            let content = message["content"] as? String ?? ""
            switch message["role"] as? String {
            case "system": system = content
            case "user":
                question = content
                image = (message["images"] as? [String])?.first
            case "assistant":
                calls += message.list("tool_calls").map {
                    let function = $0.object("function")
                    return Self.call($0["id"], function["name"], function["arguments"])
                }
            default: take(result: content, of: message["tool_call_id"])
            }
        }
        let options = body.object("options")
        temperature = options["temperature"] as? Double
        limit = options["num_predict"] as? Int
        stop = options["stop"] as? [String] ?? []
        effort = body["think"] as? String
        schema = body["format"].map(Self.canonical)
        takeTools(body.list("tools").map { $0.object("function") }, "parameters")
    }

    private mutating func readGemini(_ body: JSON) {
        system = body.object("systemInstruction").list("parts").first?["text"] as? String
        for content in body.list("contents") {
            for part in content.list("parts") {
                let (call, result) = (part.object("functionCall"), part.object("functionResponse"))
                let (data, type) = (part.object("inlineData")["data"] as? String, part.object("inlineData")["mimeType"])
                if let text = part["text"] as? String { question += text }
                if type as? String == "image/png" { image = data }
                if type as? String == "audio/wav" { audio = data }
                if !call.isEmpty { calls.append(Self.call(call["id"], call["name"], call["args"])) }
                if !result.isEmpty { take(result: result.object("response")["result"] as? String, of: result["id"]) }
            }
        }
        let options = body.object("generationConfig")
        temperature = options["temperature"] as? Double
        limit = options["maxOutputTokens"] as? Int
        stop = options["stopSequences"] as? [String] ?? []
        effort = (options.object("thinkingConfig")["thinkingLevel"] as? String)?.lowercased()
        if options["responseMimeType"] as? String == "application/json" {
            schema = options["responseJsonSchema"].map(Self.canonical)
        }
        takeTools(body.list("tools").flatMap { $0.list("functionDeclarations") }, "parametersJsonSchema")
        let told = body.object("toolConfig").object("functionCallingConfig")
        guard told["mode"] as? String == "ANY" else { return }
        choice = (told["allowedFunctionNames"] as? [String])?.first ?? "required"
    }

    /// In the calls' order, whichever came first.
    private mutating func take(result: String?, of id: Any?) {
        guard calls.indices.contains(results.count), calls[results.count].id == id as? String else { return }
        results.append(result ?? "")
    }

    private mutating func takeTools(_ list: [JSON], _ parameters: String) {
        tools = list.filter { Self.canonical($0[parameters]) == Self.parameters }.compactMap { $0["name"] as? String }
    }

    private static func call(_ id: Any?, _ name: Any?, _ arguments: Any?) -> Call {
        Call(id: id as? String ?? "", name: name as? String ?? "", arguments: canonical(arguments))
    }

    /// A text, or the texts of an array's parts.
    private static func text(_ content: Any?) -> String {
        content as? String ?? ((content as? [JSON])?.compactMap { $0["text"] as? String }.joined() ?? "")
    }
}

extension JSON {
    func object(_ name: String) -> JSON { self[name] as? JSON ?? [:] }
    func list(_ name: String) -> [JSON] { self[name] as? [JSON] ?? [] }
}

extension String {
    fileprivate func stripping(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
