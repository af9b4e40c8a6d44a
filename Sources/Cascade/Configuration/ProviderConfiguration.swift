public import CascadeFormats

/// One provider: where it is, what it speaks, and which models it has.
public struct ProviderConfiguration: Sendable, Hashable {
    /// Unique within a configuration; metrics, logs and breaker state go by it.
    public var name: String
    public var type: ProviderType
    public var enabled: Bool
    /// 1 is tried first.
    public var priority: Int
    /// `http` or `https`, without a slash at the end; `nil` for the type's own address.
    public var baseURL: String? {
        get { address?.text }
        set { address = newValue.map(ShownAddress.init) }
    }
    private var address: ShownAddress?
    /// ``baseURL`` as it may be shown: scheme, host and port.
    package var shownBaseURL: String? { address?.description }
    /// `nil` where none is given, or where it names an environment variable that is not set.
    public var apiKey: Secret?
    public var models: [ModelConfiguration]
    /// Words that a request can ask for.
    public var tags: [String]
    /// Header fields sent along with every request. Secrets, because they often carry credentials.
    public var headers: [String: Secret]
    public var timeouts: ProviderTimeouts
    /// Whether to offer HTTP/2; `nil` leaves it to `CASCADE_HTTP2`.
    public var http2: Bool?
    /// The value of `anthropic-version`; `nil` for the format's default.
    public var anthropicVersion: String?
    public var tls: TLS
    /// Requests at a time; `nil` for no limit of its own.
    public var maxConcurrency: Int?

    /// How the provider's certificate is checked.
    public struct TLS: Sendable, Hashable {
        /// A PEM file of certificate authorities to trust instead of the system's.
        public var caFile: String?
        /// Accept any certificate. Only for a test on one's own machine.
        public var insecureSkipVerify = false

        public init() {}
    }

    public init(
        name: String,
        type: ProviderType,
        enabled: Bool = true,
        priority: Int = Self.defaultPriority,
        baseURL: String? = nil,
        apiKey: Secret? = nil,
        models: [ModelConfiguration] = []
    ) {
        self.name = name
        self.type = type
        self.enabled = enabled
        self.priority = priority
        self.apiKey = apiKey
        self.models = models
        tags = []
        headers = [:]
        timeouts = ProviderTimeouts()
        tls = TLS()
        self.baseURL = baseURL
    }

    /// The priority of a provider that states none: after those that do.
    public static let defaultPriority = 99

    /// The model marked as default, else the first, else none.
    public var defaultModel: ModelConfiguration? {
        models.first(where: \.isDefault) ?? models.first
    }
}

/// One model of a provider.
public struct ModelConfiguration: Sendable, Hashable {
    /// The name that the provider knows it by.
    public var name: String
    public var isDefault: Bool
    /// Tokens; `nil` where not stated.
    public var contextWindow: Int?
    /// Some of ``knownCapabilities``, in the order of the file. Empty where the file does not say; the model is then
    /// taken to do what most do, see `Capabilities.assumed`.
    public var capabilities: [String]
    /// A word for how large or costly it is, for the user's own use.
    public var tier: String?
    /// US dollars for a million tokens of input.
    public var costPerMillionInput: Double?
    /// US dollars for a million tokens of output.
    public var costPerMillionOutput: Double?

    public init(
        name: String,
        isDefault: Bool = false,
        contextWindow: Int? = nil,
        capabilities: [String] = []
    ) {
        self.name = name
        self.isDefault = isDefault
        self.contextWindow = contextWindow
        self.capabilities = capabilities
    }

    /// The capabilities that routing knows.
    public static let knownCapabilities = ["text", "vision", "audio", "tools", "json", "streaming"]
}
