/// Texts to be turned into vectors.
public struct EmbeddingRequest: Sendable, Hashable {
    /// How the provider is asked to write the numbers. Both come out as the same numbers.
    public enum NumberFormat: String, Sendable, Hashable, CaseIterable {
        /// Decimal numbers, which every server knows.
        case float
        /// Base64 of the numbers' bytes: a third of the size. Asked of OpenAI's format only.
        case base64
    }

    /// The texts, one vector for each.
    public var input: [String]
    /// A model's name or an alias. Only providers that have it are asked: vectors of different models do not compare,
    /// so that no other model stands in.
    public var model: String
    /// The length of each vector; `nil` is the model's own.
    public var dimensions: Int?
    public var numberFormat: NumberFormat
    /// Time from the call until the answer must be complete, over all providers.
    public var deadline: Duration?
    /// Only providers that carry all of these tags are candidates.
    public var tags: [String]
    /// The end user's opaque identifier, passed to providers that take one.
    public var user: String?

    public init(_ input: [String], model: String, dimensions: Int? = nil) {
        self.input = input
        self.model = model
        self.dimensions = dimensions
        numberFormat = .float
        tags = []
    }

    /// About as many bytes as its body will have.
    public var estimatedBytes: Int {
        input.reduce(256 + model.utf8.count) { $0 + $1.utf8.count + 16 }
    }
}

extension WireFormat {
    /// Whether the format has embeddings that are asked for here. Gemini's are not.
    public var hasEmbeddings: Bool { self == .openAI || self == .ollama }
}
