internal import Tracing

/// The span of one logical request, retries included, named after the OpenTelemetry conventions for generative AI.
///
/// Costs nothing unless the router's options ask for spans.
struct RequestSpan: Sendable {
    private let span: (any Span)?

    init(_ admitted: AdmittedRequest) {
        guard admitted.core.options.emitsSpans else {
            span = nil
            return
        }
        let model = admitted.request.model
        let operation = admitted.embedding == nil ? "chat" : "embeddings"
        let span = startSpan(model.map { "\(operation) \($0)" } ?? operation, ofKind: .client)
        span.attributes["gen_ai.operation.name"] = operation
        if let model { span.attributes["gen_ai.request.model"] = model }
        if admitted.isStreaming { span.attributes["gen_ai.request.stream"] = true }
        self.span = span
    }

    func end(provider: Provider?, model: String?, usage: Usage?, error: CascadeError?) {
        guard let span else { return }
        if let provider { span.attributes["gen_ai.provider.name"] = provider.type.conventionalName }
        if let model { span.attributes["gen_ai.response.model"] = model }
        if let usage {
            span.attributes["gen_ai.usage.input_tokens"] = usage.promptTokens
            span.attributes["gen_ai.usage.output_tokens"] = usage.completionTokens
        }
        if let error {
            span.attributes["error.type"] = error.code.rawValue
            span.setStatus(SpanStatus(code: .error, message: error.code.rawValue))
        }
        span.end()
    }
}

extension ProviderType {
    /// `gen_ai.provider.name` where the conventions have a name for it, else our own.
    var conventionalName: String {
        switch self {
        case .gemini: "gcp.gemini"
        case .mistral: "mistral_ai"
        case .grok, .xai: "x_ai"
        default: rawValue
        }
    }
}
