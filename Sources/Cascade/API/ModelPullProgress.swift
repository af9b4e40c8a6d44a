/// A model being fetched by an Ollama provider, because a request needs it and the configuration says `auto_pull`.
public struct ModelPullProgress: Sendable, Hashable {
    public var provider: String
    public var model: String
    /// The provider's words, for example "pulling manifest".
    public var status: String
    /// Bytes of the part being fetched; `nil` when the provider does not say.
    public var completed: Int?
    public var total: Int?
    /// The last report of this pull.
    public var isFinished: Bool
}
