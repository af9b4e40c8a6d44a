internal import CascadeFormats

/// A plain answer's body as the provider sends it, of some 600 bytes of text.
struct WholeAnswer {
    var type: ProviderType
    var text: String

    private static let content = String(
        repeating: #"Light of short waves is scattered most, so the sky is \"blue\".\n"#, count: 9)

    /// What ``content`` reads as.
    static let contentBytes = 9 * 62

    static func of(_ type: ProviderType) -> WholeAnswer {
        switch type.format {
        case .openAI: openAI
        case .anthropic: anthropic
        case .ollama: ollama
        case .gemini: gemini
        }
    }

    private static let openAI = WholeAnswer(
        type: .openai,
        text: #"{"id":"chatcmpl-C9x2hJqPz41vNQ","object":"chat.completion","created":1790000123,"#
            + #""model":"gpt-4o-mini-2024-07-18","choices":[{"index":0,"message":{"role":"assistant","#
            + #""content":"\#(content)","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"#
            + #""usage":{"prompt_tokens":12,"completion_tokens":150,"total_tokens":162,"#
            + #""prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"#
            + #""completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}},"#
            + #""service_tier":"default","system_fingerprint":"fp_560af6e559"}"#)

    private static let anthropic = WholeAnswer(
        type: .anthropic,
        text: #"{"id":"msg_013Zva2CMHLNnXjNJJKqJ2EF","type":"message","role":"assistant","#
            + #""model":"claude-sonnet-4-5-20250929","content":[{"type":"text","text":"\#(content)"}],"#
            + #""stop_reason":"end_turn","stop_sequence":null,"#
            + #""usage":{"input_tokens":12,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"#
            + #""output_tokens":150}}"#)

    private static let ollama = WholeAnswer(
        type: .ollama,
        text: #"{"model":"llama3.2:3b","created_at":"2026-11-01T10:00:00.512345678Z","#
            + #""message":{"role":"assistant","content":"\#(content)"},"done_reason":"stop","done":true,"#
            + #""total_duration":4883583458,"load_duration":1334875,"prompt_eval_count":26,"#
            + #""prompt_eval_duration":342546000,"eval_count":150,"eval_duration":4535599000}"#)

    private static let gemini = WholeAnswer(
        type: .gemini,
        text: #"{"candidates":[{"content":{"parts":[{"text":"\#(content)"}],"role":"model"},"#
            + #""finishReason":"STOP","index":0,"avgLogprobs":-0.12}],"#
            + #""usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":150,"totalTokenCount":158},"#
            + #""modelVersion":"gemini-2.5-flash","responseId":"aGVsbG8td29ybGQ"}"#)
}
