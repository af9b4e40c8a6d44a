/// The vectors of a request's texts.
public struct EmbeddingResponse: Sendable, Hashable {
    /// One for each text, in the texts' order.
    public var embeddings: [[Float]]
    /// The provider that answered, by its name in the configuration.
    public var provider: String
    /// The model that was asked.
    public var model: String
    /// From the call to the last byte, over all attempts.
    public var latency: Duration
    /// `nil` when the provider reported none.
    public var usage: Usage?
    /// Every attempt in order; the last one answered.
    public var attempts: [AttemptReport]
    /// Fields of the request that the provider's format cannot express and that were left out.
    public var droppedFields: [String]
}

extension CascadeRouter {
    /// Asks the providers that have the model, in order, until one gives a vector for each text.
    ///
    /// Attempts, breakers, cooldowns, deadlines and budgets are those of chat requests. Providers whose format has no
    /// embeddings, or that do not list the model, are passed by: see ``CascadeError/skipped``.
    ///
    /// - Throws: ``CascadeError``. A failed attempt is never visible in the answer.
    public func embed(_ request: EmbeddingRequest) async throws(CascadeError) -> EmbeddingResponse {
        var routed = ChatRequest(messages: [], model: request.model)
        routed.deadline = request.deadline
        routed.tags = request.tags
        let admitted = try await core.begin(routed, embedding: request, streaming: false)
        return try await withTaskExecutorPreference(admitted.executor) { () async throws(CascadeError) in
            try await admitted.embed()
        }
    }
}
