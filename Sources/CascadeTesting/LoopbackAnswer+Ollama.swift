extension LoopbackAnswer {
    private func object(_ members: String) -> String {
        "{\"model\":\"\(model)\",\"created_at\":\"2026-01-01T00:00:00Z\",\(members)}"
    }

    private var completion: String {
        let reason = finish == .length ? "length" : "stop"
        let counts =
            usage
            ? """
            ,"prompt_eval_count":\(promptTokens),"prompt_eval_duration":1000000,\
            "eval_count":\(completionTokens),"eval_duration":2000000
            """ : ""
        return #""done":true,"done_reason":"\#(reason)","total_duration":5000000,"load_duration":1000000\#(counts)"#
    }

    private var callList: String {
        let calls = toolCalls.enumerated().map { index, call in
            let name = LoopbackText.escaped(call.name)
            let head = #"{"id":"\#(call.id)","function":{"index":\#(index),"name":"\#(name)""#
            return "\(head),\"arguments\":\(call.arguments)}}"
        }
        return "\"tool_calls\":[\(calls.joined(separator: ","))]"
    }

    func ollamaFrames() -> LoopbackFrames {
        func line(_ content: String, _ extra: String = "") -> String {
            object("\"message\":{\"role\":\"assistant\",\"content\":\"\(content)\"\(extra)},\"done\":false") + "\n"
        }
        var frames = LoopbackFrames()
        frames.contentType = "application/x-ndjson"
        if let reasoning { frames.chunks.append(line("", ",\"thinking\":\"\(reasoning)\"")) }
        frames.chunks += pieces.map { line($0) }
        if !toolCalls.isEmpty { frames.chunks.append(line("", "," + callList)) }
        frames.terminal = [object("\"message\":{\"role\":\"assistant\",\"content\":\"\"},\(completion)") + "\n"]
        frames.ping = "\n"
        frames.malformed = "{\"model\":\n"
        return frames
    }

    func ollamaBody() -> String {
        var message = "\"role\":\"assistant\",\"content\":\"\(text)\""
        if let reasoning { message += ",\"thinking\":\"\(reasoning)\"" }
        if !toolCalls.isEmpty { message += "," + callList }
        return object("\"message\":{\(message)},\(completion)")
    }
}
