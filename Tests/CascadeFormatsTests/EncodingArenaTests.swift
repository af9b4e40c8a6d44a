import CascadeFormats
import Testing

@Suite("Encoding: memory")
struct EncodingArenaTests {
    @Test(arguments: [ProviderType.openai, .anthropic, .ollama, .gemini])
    func aLargePromptCostsAboutItsSize(type: ProviderType) throws {
        let size = 20 << 20
        let request = ChatRequest(String(repeating: "lorem ipsum \"dolor\"", count: size / 19))
        let arena = try RequestArena(blockBytes: 16 << 10, maxBytes: 1 << 30)
        let body = try RequestEncoder.encodeTail(request, options: EncodingOptions(type: type), into: arena)
        #expect(body.tail.count > size)
        #expect(arena.reservedBytes < size + size / 4)
    }

    @Test func textThatGrowsSixfoldStillCostsLinearly() throws {
        let size = 4 << 20
        let request = ChatRequest(String(repeating: "\u{1}", count: size))
        let arena = try RequestArena(blockBytes: 16 << 10, maxBytes: 1 << 30)
        let body = try RequestEncoder.encodeTail(request, options: EncodingOptions(type: .openai), into: arena)
        #expect(body.tail.count > 6 * size)
        #expect(arena.reservedBytes < 4 * body.tail.count)
    }

    @Test(arguments: [ProviderType.openai, .anthropic, .ollama, .gemini])
    func overTheCapIsTooLargeAndLeavesNothing(type: ProviderType) throws {
        let arena = try RequestArena(blockBytes: 4 << 10, maxBytes: 64 << 10)
        let small = try RequestEncoder.encodeTail(
            ChatRequest("before"), options: EncodingOptions(type: type), into: arena)
        let used = arena.usedBytes
        for text in [String(repeating: "x", count: 1 << 20), String(repeating: "\u{1}", count: 30 << 10)] {
            let error = #expect(throws: EncodingError.self) {
                try RequestEncoder.encodeTail(ChatRequest(text), options: EncodingOptions(type: type), into: arena)
            }
            #expect(error?.code == .tooLarge)
            #expect(arena.usedBytes == used)
            #expect(arena.reservedBytes <= 64 << 10)
        }
        #expect(small.tail.copy.contains("before"))
    }

    @Test func aRefusedRequestLeavesNothing() throws {
        let arena = try makeArena()
        var request = ChatRequest("hi")
        request.tools = [Tool(name: "f", parameters: "{")]
        #expect(throws: EncodingError.self) {
            try RequestEncoder.encodeTail(request, options: EncodingOptions(type: .openai), into: arena)
        }
        #expect(arena.usedBytes == 0)
    }

    @Test func headsOfLaterAttemptsLeaveTheTailAlone() throws {
        let arena = try makeArena()
        let options = EncodingOptions(type: .openai)
        let request = ChatRequest.rich
        let body = try RequestEncoder.encodeTail(request, options: options, into: arena)
        let before = body.tail.copy
        let mark = arena.mark()
        for attempt in 0..<50 {
            let head = try RequestEncoder.encodeHead(
                model: "model-\(attempt)", streaming: true, options: options, request: request, into: arena)
            #expect(head.bytes.copy.hasPrefix(#"{"model":"model-\#(attempt)","stream":true,"#))
            arena.rewind(to: mark)
        }
        #expect(body.tail.copy == before)
    }

    @Test func resetKeepsOneBlock() throws {
        let arena = try RequestArena(blockBytes: 16 << 10, maxBytes: 1 << 30)
        let request = ChatRequest(String(repeating: "x", count: 1 << 20))
        for _ in 0..<3 {
            _ = try RequestEncoder.encodeTail(request, options: EncodingOptions(type: .openai), into: arena)
            arena.reset()
            #expect(arena.reservedBytes <= 32 << 10)
            #expect(arena.usedBytes == 0)
        }
    }
}
