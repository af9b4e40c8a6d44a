internal import CascadeFormats

/// One event of a streamed answer as the provider sends it, with a token in it.
struct StreamedEvent {
    var type: ProviderType
    /// The data of the event, or the line.
    var text: String

    static func of(_ type: ProviderType, piece: String = " the") -> StreamedEvent {
        switch type.format {
        case .openAI: openAI(piece)
        case .anthropic: anthropic(piece)
        case .ollama: ollama(piece)
        case .gemini: gemini(piece)
        }
    }

    private static func openAI(_ piece: String) -> StreamedEvent {
        StreamedEvent(
            type: .openai,
            text: #"{"id":"chatcmpl-C9x2hJqPz41vNQ","object":"chat.completion.chunk","created":1790000123,"#
                + #""model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_560af6e559","#
                + #""choices":[{"index":0,"delta":{"content":"\#(piece)"},"logprobs":null,"finish_reason":null}],"#
                + #""usage":null}"#)
    }

    private static func anthropic(_ piece: String) -> StreamedEvent {
        StreamedEvent(
            type: .anthropic,
            text: #"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\#(piece)"}}"#)
    }

    private static func ollama(_ piece: String) -> StreamedEvent {
        StreamedEvent(
            type: .ollama,
            text: #"{"model":"llama3.2:3b","created_at":"2026-11-01T10:00:00.512345678Z","#
                + #""message":{"role":"assistant","content":"\#(piece)"},"done":false}"#)
    }

    private static func gemini(_ piece: String) -> StreamedEvent {
        StreamedEvent(
            type: .gemini,
            text: #"{"candidates":[{"content":{"parts":[{"text":"\#(piece)"}],"role":"model"},"index":0}],"#
                + #""usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":12,"totalTokenCount":20,"#
                + #""promptTokensDetails":[{"modality":"TEXT","tokenCount":8}]},"#
                + #""modelVersion":"gemini-2.5-flash","responseId":"aGVsbG8td29ybGQ"}"#)
    }
}
