/// A function that the model may call.
public struct Tool: Sendable, Hashable {
    public var name: String
    /// What it does, for the model.
    public var description: String?
    /// A JSON schema of the arguments; `nil` for none.
    public var parameters: JSONText?
    /// Asks the provider to enforce the schema, where it can.
    public var strict: Bool?

    public init(name: String, description: String? = nil, parameters: JSONText? = nil, strict: Bool? = nil) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.strict = strict
    }
}

/// Which tools the model may or must call.
public enum ToolChoice: Sendable, Hashable {
    /// The model decides.
    case auto
    /// None may be called.
    case none
    /// At least one must be called.
    case required
    /// This one must be called.
    case function(String)
}

/// A call that a model made.
public struct ToolCall: Sendable, Hashable {
    /// The provider's identifier of the call, or one made here where the provider gives none; never empty.
    public var id: String
    public var name: String
    /// The arguments as the provider sent them. Usually a JSON object, but a model can be cut short: check before use.
    public var arguments: String

    public init(id: String, name: String, arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}
