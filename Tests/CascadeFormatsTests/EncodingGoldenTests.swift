import CascadeFormats
import Testing

@Suite("Encoding: a rich request in each format")
struct EncodingGoldenTests {
    @Test func openAI() throws {
        var request = ChatRequest.rich
        request.seed = 7
        request.user = "u1"
        request.parallelToolCalls = false
        request.presencePenalty = 0.25
        request.frequencyPenalty = -0.5
        let encoded = try encode(request, .openai, model: "gpt-4o", streaming: true)
        let expected = #"""
            {"model":"gpt-4o","stream":true,"stream_options":{"include_usage":true},"max_completion_tokens":100,
             "temperature":0.5,"top_p":0.9,"presence_penalty":0.25,"frequency_penalty":-0.5,"stop":["END"],"seed":7,
             "reasoning_effort":"low","user":"u1","parallel_tool_calls":false,"tool_choice":"required",
             "messages":[
              {"role":"system","content":"Be brief."},
              {"role":"user","content":[{"type":"text","text":"What is this?"},
               {"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}}]},
              {"role":"assistant","content":"Let me look.","tool_calls":[
               {"id":"call_1","type":"function","function":{"name":"look","arguments":"{\"x\":1}"}},
               {"id":"call_2","type":"function","function":{"name":"listen","arguments":"{}"}}]},
              {"role":"tool","content":"a cat","tool_call_id":"call_1"},
              {"role":"tool","content":"meow","tool_call_id":"call_2"},
              {"role":"developer","content":"Answer in JSON."},
              {"role":"user","content":"And?"}],
             "tools":[{"type":"function","function":{"name":"look","description":"Looks.",
               "parameters":{"type":"object"}}},{"type":"function","function":{"name":"listen"}}],
             "response_format":{"type":"json_schema","json_schema":{"name":"answer","strict":true,
              "schema":{"type":"object"}}}}
            """#
        #expect(try canonical(encoded.text) == canonical(expected))
        #expect(encoded.dropped.isEmpty)
    }

    @Test func anthropic() throws {
        var request = ChatRequest.rich
        request.user = "u1"
        request.parallelToolCalls = false
        request.temperature = 1.5
        let encoded = try encode(request, .anthropic, model: "claude-3-5-haiku-latest", streaming: true)
        let expected = #"""
            {"model":"claude-3-5-haiku-latest","stream":true,"temperature":1.0,"top_p":0.9,"max_tokens":100,
             "system":"Be brief.\n\nAnswer in JSON.",
             "messages":[
              {"role":"user","content":[{"type":"text","text":"What is this?"},
               {"type":"image","source":{"type":"base64","media_type":"image/png","data":"aGk="}}]},
              {"role":"assistant","content":[{"type":"text","text":"Let me look."},
               {"type":"tool_use","id":"call_1","name":"look","input":{"x":1}},
               {"type":"tool_use","id":"call_2","name":"listen","input":{}}]},
              {"role":"user","content":[
               {"type":"tool_result","tool_use_id":"call_1","content":[{"type":"text","text":"a cat"}]},
               {"type":"tool_result","tool_use_id":"call_2","content":[{"type":"text","text":"meow"}]},
               {"type":"text","text":"And?"}]}],
             "stop_sequences":["END"],
             "tools":[{"name":"look","description":"Looks.","input_schema":{"type":"object"}},
              {"name":"listen","input_schema":{"type":"object","properties":{}}}],
             "tool_choice":{"type":"any","disable_parallel_tool_use":true},
             "output_config":{"effort":"low","format":{"type":"json_schema","schema":{"type":"object"}}},
             "metadata":{"user_id":"u1"}}
            """#
        #expect(try canonical(encoded.text) == canonical(expected))
        #expect(encoded.dropped.isEmpty)
    }

    @Test func ollama() throws {
        var request = ChatRequest.rich
        request.seed = 7
        request.toolChoice = .auto
        request.presencePenalty = 0.25
        request.frequencyPenalty = 0.5
        let encoded = try encode(
            request, EncodingOptions(type: .ollama, keepAlive: "5m"), model: "llama3.2:3b", streaming: true)
        let expected = #"""
            {"model":"llama3.2:3b","stream":true,"keep_alive":"5m","think":"low","format":{"type":"object"},
             "options":{"temperature":0.5,"top_p":0.9,"num_predict":100,"seed":7,"stop":["END"],
              "presence_penalty":0.25,"frequency_penalty":0.5},
             "messages":[
              {"role":"system","content":"Be brief."},
              {"role":"user","content":"What is this?","images":["aGk="]},
              {"role":"assistant","content":"Let me look.","tool_calls":[
               {"id":"call_1","function":{"name":"look","arguments":{"x":1}}},
               {"id":"call_2","function":{"name":"listen","arguments":{}}}]},
              {"role":"tool","content":"a cat","tool_name":"look","tool_call_id":"call_1"},
              {"role":"tool","content":"meow","tool_name":"listen","tool_call_id":"call_2"},
              {"role":"system","content":"Answer in JSON."},
              {"role":"user","content":"And?"}],
             "tools":[{"type":"function","function":{"name":"look","description":"Looks.",
               "parameters":{"type":"object"}}},{"type":"function","function":{"name":"listen"}}]}
            """#
        #expect(try canonical(encoded.text) == canonical(expected))
        #expect(encoded.dropped.isEmpty)
    }

    @Test func gemini() throws {
        var request = ChatRequest.rich
        request.seed = 7
        request.presencePenalty = 0.25
        request.frequencyPenalty = 0.5
        request.toolChoice = .function("look")
        request.messages.append(.user([.audio(.base64("YQ==", format: "wav"))]))
        let encoded = try encode(request, .gemini, model: "gemini-3-flash", streaming: true)
        let expected = #"""
            {"generationConfig":{"temperature":0.5,"topP":0.9,"maxOutputTokens":100,"stopSequences":["END"],"seed":7,
              "presencePenalty":0.25,"frequencyPenalty":0.5,"responseMimeType":"application/json",
              "responseJsonSchema":{"type":"object"},
              "thinkingConfig":{"thinkingLevel":"LOW","includeThoughts":true}},
             "systemInstruction":{"parts":[{"text":"Be brief."},{"text":"Answer in JSON."}]},
             "contents":[
              {"role":"user","parts":[{"text":"What is this?"},
               {"inlineData":{"mimeType":"image/png","data":"aGk="}}]},
              {"role":"model","parts":[{"text":"Let me look."},
               {"functionCall":{"id":"call_1","name":"look","args":{"x":1}},
                "thoughtSignature":"skip_thought_signature_validator"},
               {"functionCall":{"id":"call_2","name":"listen","args":{}}}]},
              {"role":"user","parts":[
               {"functionResponse":{"id":"call_1","name":"look","response":{"result":"a cat"}}},
               {"functionResponse":{"id":"call_2","name":"listen","response":{"result":"meow"}}},
               {"text":"And?"},{"inlineData":{"mimeType":"audio/wav","data":"YQ=="}}]}],
             "tools":[{"functionDeclarations":[
              {"name":"look","description":"Looks.","parametersJsonSchema":{"type":"object"}},{"name":"listen"}]}],
             "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["look"]}}}
            """#
        #expect(try canonical(encoded.text) == canonical(expected))
        #expect(encoded.dropped.isEmpty)
    }

    @Test(arguments: [
        (
            ProviderType.openai,
            #"{"model":"m","stream":false,"temperature":0.7,"messages":[{"role":"user","content":"hi"}]}"#
        ),
        (
            .groq,
            #"{"model":"m","stream":false,"temperature":0.7,"messages":[{"role":"user","content":"hi"}]}"#
        ),
        (
            .anthropic,
            #"{"model":"m","stream":false,"temperature":0.7,"max_tokens":1024,"#
                + #""messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}"#
        ),
        (
            .ollama,
            #"{"model":"m","stream":false,"messages":[{"role":"user","content":"hi"}],"options":{"temperature":0.7}}"#
        ),
        (
            .gemini,
            #"{"generationConfig":{"temperature":0.7},"contents":[{"role":"user","parts":[{"text":"hi"}]}]}"#
        ),
    ])
    func aPlainPromptIsExactlyTheseBytes(type: ProviderType, expected: String) throws {
        #expect(try encode(ChatRequest("hi"), type).text == expected)
    }

    @Test func aPullIsExactlyTheseBytes() throws {
        let arena = try makeArena()
        let body = try RequestEncoder.pullBody(model: "llava:7b", into: arena).copy
        #expect(body == #"{"model":"llava:7b","stream":true}"#)
    }
}
