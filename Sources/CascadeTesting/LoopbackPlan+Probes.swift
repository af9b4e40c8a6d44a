extension LoopbackPlan {
    static func problem(_ problem: LoopbackProblem) -> LoopbackPlan {
        make { $0.response(problem) }
    }

    static func malformedRequest() -> LoopbackPlan {
        make {
            $0.response(LoopbackProblem(status: 400, format: .openai, message: "The request is not HTTP/1.1."))
            $0.ending = .close
        }
    }

    static func unknownPath(_ target: String) -> LoopbackPlan {
        problem(LoopbackProblem(status: 404, format: .openai, message: "There is nothing at \(target)."))
    }

    static func health() -> LoopbackPlan { make { $0.response(contentType: "text/plain", "Ollama is running") } }

    static func version() -> LoopbackPlan { json(#"{"version":"0.13.0"}"#) }

    /// OpenAI's list, with the members that Anthropic's has.
    static func models(_ names: [String]) -> LoopbackPlan {
        let items = names.map(LoopbackText.escaped).map {
            #"{"id":"\#($0)","object":"model","type":"model","display_name":"\#($0)","created":1790000000,"#
                + #""owned_by":"loopback"}"#
        }
        return json("{\"object\":\"list\",\"data\":[\(items.joined(separator: ","))],\"has_more\":false}")
    }

    static func tags(_ names: [String]) -> LoopbackPlan {
        let items = names.map(LoopbackText.escaped).map {
            #"{"name":"\#($0)","model":"\#($0)","modified_at":"2026-01-01T00:00:00Z","size":1000,"digest":"0123","#
                + #""details":{"format":"gguf","family":"loopback","parameter_size":"1B","quantization_level":"Q4_0"}}"#
        }
        return json("{\"models\":[\(items.joined(separator: ","))]}")
    }

    static func geminiModels(_ names: [String]) -> LoopbackPlan {
        let items = names.map(LoopbackText.escaped).map {
            #"{"name":"models/\#($0)","displayName":"\#($0)","supportedGenerationMethods":["generateContent"]}"#
        }
        return json("{\"models\":[\(items.joined(separator: ","))]}")
    }

    /// Ollama's pull of a model, which exists once the last line is sent.
    static func pull(_ model: String, isStreaming: Bool, chunkDelay: Duration) -> LoopbackPlan {
        var builder = LoopbackPlanBuilder()
        guard isStreaming else {
            builder.response(contentType: "application/json", #"{"status":"success"}"#)
            return builder.plan(installs: model)
        }
        builder.head(contentType: "application/x-ndjson", length: nil)
        builder.body(#"{"status":"pulling manifest"}"# + "\n")
        for completed in [0, 250, 500, 750, 1000] {
            builder.pause(chunkDelay)
            builder.body(
                #"{"status":"pulling 0123","digest":"sha256:0123","total":1000,"completed":\#(completed)}"# + "\n")
            builder.countChunk()
        }
        for status in ["verifying sha256 digest", "writing manifest", "success"] {
            builder.body(#"{"status":"\#(status)"}"# + "\n")
        }
        builder.endBody()
        return builder.plan(installs: model)
    }

    private static func json(_ text: String) -> LoopbackPlan {
        make { $0.response(contentType: "application/json", text) }
    }

    private static func make(_ build: (inout LoopbackPlanBuilder) -> Void) -> LoopbackPlan {
        var builder = LoopbackPlanBuilder()
        build(&builder)
        return builder.plan()
    }
}
