extension LoopbackAnswer {
    private var finishReason: String {
        if !toolCalls.isEmpty { return "tool_calls" }
        return switch finish {
        case .stop: "stop"
        case .length: "length"
        case .contentFilter: "content_filter"
        }
    }

    private var openAIUsage: String {
        """
        {"prompt_tokens":\(promptTokens),"completion_tokens":\(completionTokens),"total_tokens":\(totalTokens)}
        """
    }

    func openAIFrames(includesUsage: Bool) -> LoopbackFrames {
        let reportsUsage = usage && includesUsage
        func event(_ rest: String, usage: String = "null") -> String {
            """
            data: {"id":"chatcmpl-loopback","object":"chat.completion.chunk","created":1790000000,"model":"\(model)",\
            \(rest)\(reportsUsage ? ",\"usage\":\(usage)" : "")}\n\n
            """
        }
        func delta(_ delta: String, finishReason: String = "null") -> String {
            event("\"choices\":[{\"index\":0,\"delta\":{\(delta)},\"finish_reason\":\(finishReason)}]")
        }
        var frames = LoopbackFrames()
        frames.opening = [delta(#""role":"assistant","content":"""#)]
        if let reasoning { frames.chunks.append(delta("\"reasoning_content\":\"\(reasoning)\"")) }
        frames.chunks += pieces.map { delta("\"content\":\"\($0)\"") }
        frames.chunks += callDeltas.map { delta("\"tool_calls\":[\($0)]") }
        frames.finish = [delta("", finishReason: "\"\(finishReason)\"")]
        if reportsUsage { frames.finish.append(event("\"choices\":[]", usage: openAIUsage)) }
        frames.terminal = ["data: [DONE]\n\n"]
        return frames
    }

    /// The calls are opened one after the other; then come their arguments, the first half of each and then the second.
    private var callDeltas: [String] {
        let openings = toolCalls.enumerated().map { index, call in
            let function = #"{"name":"\#(LoopbackText.escaped(call.name))","arguments":""}"#
            return #"{"index":\#(index),"id":"\#(call.id)","type":"function","function":\#(function)}"#
        }
        let arguments = (0..<2).flatMap { half in
            toolCalls.enumerated().map { index, call in
                #"{"index":\#(index),"function":{"arguments":"\#(LoopbackText.escaped(call.halves[half]))"}}"#
            }
        }
        return openings + arguments
    }

    func openAIBody() -> String {
        var message = "\"role\":\"assistant\",\"content\":\"\(text)\",\"refusal\":null"
        if let reasoning { message += ",\"reasoning_content\":\"\(reasoning)\"" }
        let calls = toolCalls.map { call in
            let name = LoopbackText.escaped(call.name)
            let function = #"{"name":"\#(name)","arguments":"\#(LoopbackText.escaped(call.arguments))"}"#
            return #"{"id":"\#(call.id)","type":"function","function":\#(function)}"#
        }
        if !calls.isEmpty { message += ",\"tool_calls\":[\(calls.joined(separator: ","))]" }
        return """
            {"id":"chatcmpl-loopback","object":"chat.completion","created":1790000000,"model":"\(model)",\
            "choices":[{"index":0,"message":{\(message)},"logprobs":null,"finish_reason":"\(finishReason)"}]\
            \(usage ? ",\"usage\":\(openAIUsage)" : "")}
            """
    }
}

extension LoopbackProvider.ToolCall {
    /// The arguments in two parts, cut anywhere: no part is JSON of its own.
    var halves: [String] {
        let middle = arguments.index(arguments.startIndex, offsetBy: arguments.count / 2)
        return [String(arguments[..<middle]), String(arguments[middle...])]
    }
}
