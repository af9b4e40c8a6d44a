extension LoopbackAnswer {
    private var finishReason: String {
        if toolCall != nil { return "tool_calls" }
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
        if let toolCall {
            let name = LoopbackText.escaped(toolCall.name)
            let function = #"{"name":"\#(name)","arguments":""}"#
            let call = #"{"index":0,"id":"\#(toolCall.id)","type":"function","function":\#(function)}"#
            frames.chunks.append(delta("\"tool_calls\":[\(call)]"))
            for half in toolCall.halves {
                let arguments = LoopbackText.escaped(half)
                frames.chunks.append(
                    delta("\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\(arguments)\"}}]"))
            }
        }
        frames.finish = [delta("", finishReason: "\"\(finishReason)\"")]
        if reportsUsage { frames.finish.append(event("\"choices\":[]", usage: openAIUsage)) }
        frames.terminal = ["data: [DONE]\n\n"]
        return frames
    }

    func openAIBody() -> String {
        var message = "\"role\":\"assistant\",\"content\":\"\(text)\",\"refusal\":null"
        if let reasoning { message += ",\"reasoning_content\":\"\(reasoning)\"" }
        if let toolCall {
            let name = LoopbackText.escaped(toolCall.name)
            let arguments = LoopbackText.escaped(toolCall.arguments)
            message += #","tool_calls":[{"id":"\#(toolCall.id)","type":"function","#
            message += #""function":{"name":"\#(name)","arguments":"\#(arguments)"}}]"#
        }
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
