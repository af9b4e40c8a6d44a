internal import CascadeFormats

/// From a request to the bytes that are sent, in an arena that is used again.
enum EncodingSuite {
    private static let types: [ProviderType] = [.openai, .anthropic, .ollama, .gemini]

    static var all: [MicroBenchmark] {
        types.flatMap { type in
            [
                encoding("encoding/short request to \(type.rawValue)", .short, for: type),
                encoding("encoding/tools and an image of 30 KB to \(type.rawValue)", .rich, for: type),
            ]
        }
    }

    private static func encoding(_ name: String, _ request: ChatRequest, for type: ProviderType) -> MicroBenchmark {
        let options = EncodingOptions(type: type)
        return MicroBenchmark(
            name, allowing: 0, prepare: { try RequestArena(blockBytes: 64 << 10, maxBytes: 1 << 20) }
        ) { arena in
            arena.reset()
            let body = try RequestEncoder.encodeTail(request, options: options, into: arena)
            let head = try RequestEncoder.encodeHead(
                model: "gpt-4o-mini", streaming: true, options: options, request: request, into: arena)
            BlackHole.take((head.bytes.count, body.tail.count))
        }
    }
}
