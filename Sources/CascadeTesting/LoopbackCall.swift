/// A chat request as far as its answer depends on it.
struct LoopbackCall: Hashable {
    var format: LoopbackProvider.WireFormatName
    var model: String
    var isStreaming: Bool
    /// OpenAI's `stream_options.include_usage`.
    var includesUsage = false
    /// Gemini without `alt=sse`: the stream is one JSON array.
    var isArray = false
    /// Not `nil` where vectors are asked for, and no chat.
    var embedding: LoopbackEmbedding?
}

/// What a request asks for.
enum LoopbackRoute {
    case chat(LoopbackCall)
    case models
    case tags
    case geminiModels
    case version
    case health
    case pull(model: String, isStreaming: Bool)
    case unknown

    init(_ request: LoopbackRequest) {
        let parts = request.target.split(separator: "?", maxSplits: 1)
        let path = parts.first ?? ""
        let query = parts.count > 1 ? parts[1] : ""
        self = request.method == "POST" ? Self.post(path, query, request.body) : Self.get(path)
    }

    private static func get(_ path: Substring) -> Self {
        switch path {
        case "/", "/health", "/healthz": .health
        case "/api/version": .version
        case "/api/tags": .tags
        case "/v1beta/models": .geminiModels
        case _ where path.hasSuffix("/models"): .models
        default: .unknown
        }
    }

    private static func post(_ path: Substring, _ query: Substring, _ body: [UInt8]) -> Self {
        if path.hasSuffix("/chat/completions") {
            return .chat(
                LoopbackCall(
                    format: .openai, model: model(in: body), isStreaming: flag("stream", in: body, default: false),
                    includesUsage: flag("include_usage", in: body, default: false)))
        }
        if path.hasSuffix("/v1/messages") {
            let isStreaming = flag("stream", in: body, default: false)
            return .chat(LoopbackCall(format: .anthropic, model: model(in: body), isStreaming: isStreaming))
        }
        if path == "/api/chat" {
            let isStreaming = flag("stream", in: body, default: true)
            return .chat(LoopbackCall(format: .ollama, model: model(in: body), isStreaming: isStreaming))
        }
        if path.hasSuffix("/embeddings") || path == "/api/embed" {
            return .chat(
                LoopbackCall(
                    format: path == "/api/embed" ? .ollama : .openai, model: model(in: body), isStreaming: false,
                    embedding: LoopbackEmbedding(body)))
        }
        if path == "/api/pull" {
            let model = LoopbackBytes.string("model", in: body) ?? LoopbackBytes.string("name", in: body) ?? ""
            return .pull(model: model, isStreaming: flag("stream", in: body, default: true))
        }
        return gemini(path, query) ?? .unknown
    }

    private static func gemini(_ path: Substring, _ query: Substring) -> Self? {
        guard let colon = path.lastIndex(of: ":"), let slash = path[..<colon].lastIndex(of: "/") else { return nil }
        let isStreaming: Bool
        switch path[path.index(after: colon)...] {
        case "generateContent": isStreaming = false
        case "streamGenerateContent": isStreaming = true
        default: return nil
        }
        let model = String(path[path.index(after: slash)..<colon])
        let isArray = isStreaming && !query.split(separator: "&").contains("alt=sse")
        return .chat(LoopbackCall(format: .gemini, model: model, isStreaming: isStreaming, isArray: isArray))
    }

    private static func model(in body: [UInt8]) -> String { LoopbackBytes.string("model", in: body) ?? "" }

    private static func flag(_ key: String, in body: [UInt8], default value: Bool) -> Bool {
        LoopbackBytes.flag(key, in: body) ?? value
    }
}
