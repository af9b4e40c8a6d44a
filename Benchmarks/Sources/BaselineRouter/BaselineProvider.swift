/// A provider as the configuration lists it. All speak OpenAI's format here.
public struct BaselineProvider: Sendable {
    public var name: String
    /// Up to and including `/v1`.
    public var url: String
    public var apiKey: String?
    public var models: [BaselineModel]
    /// 1 is tried first.
    public var priority: Int
    public var isEnabled = true

    /// A provider with one model, which takes text.
    public init(name: String, url: String, apiKey: String?, model: String, priority: Int) {
        self.name = name
        self.url = url
        self.apiKey = apiKey
        models = [BaselineModel(name: model, isDefault: true, capabilities: ["text", "tools", "json", "streaming"])]
        self.priority = priority
    }

    /// The model marked as the default, else the first.
    var defaultModel: BaselineModel? {
        models.first { $0.isDefault } ?? models.first
    }
}

public struct BaselineModel: Sendable {
    public var name: String
    public var isDefault: Bool
    /// Of text, vision, audio, tools, json and streaming.
    public var capabilities: [String]

    public init(name: String, isDefault: Bool, capabilities: [String]) {
        self.name = name
        self.isDefault = isDefault
        self.capabilities = capabilities
    }
}
