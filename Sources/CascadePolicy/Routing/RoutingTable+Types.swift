extension RoutingTable {
    /// A provider as routing sees it.
    public struct Provider: Sendable, Hashable {
        public var name: String
        /// 1 is asked first. Equal priorities keep the order of the configuration.
        public var priority: Int
        public var enabled: Bool
        /// Empty means that the configuration lists none: whatever is asked for is passed on.
        public var models: [Model]
        public var tags: [String]

        public init(name: String, priority: Int = 99, enabled: Bool = true, models: [Model] = [], tags: [String] = []) {
            self.name = name
            self.priority = priority
            self.enabled = enabled
            self.models = models
            self.tags = tags
        }

        /// The model marked as default, else the first, else none.
        public var defaultModel: Model? {
            models.first(where: \.isDefault) ?? models.first
        }
    }

    /// A model as routing sees it.
    public struct Model: Sendable, Hashable {
        public var name: String
        public var isDefault: Bool
        /// In tokens; nil when unknown.
        public var contextWindow: Int?
        /// Empty means that the configuration does not say; see `Capabilities.assumed`.
        public var capabilities: Capabilities
        /// A label of the configuration's own choice, such as "fast" or "best".
        public var tier: String?
        /// US dollars for a million tokens of prompt; nil when unknown, which counts as free.
        public var costPerMillionInput: Double?
        /// US dollars for a million tokens of answer; nil when unknown, which counts as free.
        public var costPerMillionOutput: Double?

        public init(
            name: String,
            isDefault: Bool = false,
            contextWindow: Int? = nil,
            capabilities: Capabilities = [],
            tier: String? = nil,
            costPerMillionInput: Double? = nil,
            costPerMillionOutput: Double? = nil
        ) {
            self.name = name
            self.isDefault = isDefault
            self.contextWindow = contextWindow
            self.capabilities = capabilities
            self.tier = tier
            self.costPerMillionInput = costPerMillionInput
            self.costPerMillionOutput = costPerMillionOutput
        }

        /// Whether using the model costs money, as far as the configuration tells.
        public var isPaid: Bool {
            (costPerMillionInput ?? 0) > 0 || (costPerMillionOutput ?? 0) > 0
        }

        /// What the model can do, an unspecified list replaced by the assumed one.
        public var abilities: Capabilities {
            capabilities.isEmpty ? .assumed : capabilities
        }
    }

    /// What a request asks of routing; also the key that decisions are cached by.
    public struct Query: Sendable, Hashable {
        /// A model's name or an alias; nil leaves the choice to agent, tier and defaults.
        public var model: String?
        public var needs: Capabilities
        /// Only providers with all of these tags are asked.
        public var tags: [String]
        /// Prefers models of this tier where no model is named.
        public var tier: String?
        /// The agent whose assigned model is used where no model is named.
        public var agent: String?
        /// In tokens. Models known to hold fewer are not used.
        public var minimumContext: Int?
        /// Skips models that cost money, because the day's budget is spent.
        public var freeOnly: Bool

        public init(
            model: String? = nil,
            needs: Capabilities = [],
            tags: [String] = [],
            tier: String? = nil,
            agent: String? = nil,
            minimumContext: Int? = nil,
            freeOnly: Bool = false
        ) {
            self.model = model
            self.needs = needs
            self.tags = tags
            self.tier = tier
            self.agent = agent
            self.minimumContext = minimumContext
            self.freeOnly = freeOnly
        }
    }

    /// The plan of a request.
    public struct Decision: Sendable, Hashable {
        /// In the order to ask.
        public var candidates: [Candidate]
        /// Everyone else, in the order they would have been asked.
        public var skipped: [Skip]
    }

    /// A provider to ask, and the model to ask it for.
    public struct Candidate: Sendable, Hashable {
        /// Index into `RoutingTable.providers`.
        public var provider: Int
        /// Nil when neither the request nor the configuration names one.
        public var model: String?
        /// Whether the model differs from the one asked for, or from the default where none was.
        public var isFallbackModel: Bool
    }

    /// A provider that the request passes by.
    public struct Skip: Sendable, Hashable {
        /// Index into `RoutingTable.providers`.
        public var provider: Int
        public var reason: SkipReason
    }

    /// Why a provider is passed by.
    public enum SkipReason: Sendable, Hashable {
        case disabled
        /// It lacks at least this tag.
        case missingTag(String)
        /// It does not list the model, and models are strict.
        case modelNotListed(String)
        /// It has no model of the tier, and models are strict.
        case tierNotListed(String)
        /// None of its models has all of these.
        case missingCapability(Capabilities)
        /// None of its suitable models holds that many tokens.
        case contextTooSmall(needed: Int)
        /// The model costs money, and the day's budget is spent.
        case overBudget
    }

    /// What becomes of one provider.
    public enum Choice: Sendable, Hashable {
        case candidate(Candidate)
        case skip(SkipReason)
    }
}

extension RoutingTable.SkipReason: CustomStringConvertible {
    /// One plain phrase, for the plan shown to people.
    public var description: String {
        switch self {
        case .disabled: "disabled"
        case .missingTag(let tag): "not tagged \(tag)"
        case .modelNotListed(let model): "does not list model \(model)"
        case .tierNotListed(let tier): "lists no model of tier \(tier)"
        case .missingCapability(let missing): "no model with \(missing.names.joined(separator: " and "))"
        case .contextTooSmall(let needed): "no suitable model holds \(needed) tokens"
        case .overBudget: "daily budget is spent"
        }
    }
}
