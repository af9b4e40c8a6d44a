internal import CascadeTransport

/// One provider as a snapshot of the configuration has it, ready to be asked.
final class Provider: Sendable {
    let configuration: ProviderConfiguration
    let isEnabled: Bool
    /// `nil` when it can be asked; else why not: "no API key".
    let unavailable: String?
    let baseURL: String
    let encoding: EncodingOptions
    let timeouts: ResolvedTimeouts
    let state: ProviderState
    /// `nil` when it is disabled or unavailable.
    let endpoint: Endpoint?
    private let secrets: SecretMask
    /// Where requests go; `nil` when that depends on the model.
    private let chatURL: String?

    var name: String { configuration.name }
    var type: ProviderType { configuration.type }

    init(
        _ configuration: ProviderConfiguration, isEnabled: Bool, in whole: CascadeConfiguration, state: ProviderState,
        after old: Provider?, loop: EventLoop, tuning: Tuning
    ) throws(CascadeError) {
        self.configuration = configuration
        self.isEnabled = isEnabled
        self.state = state
        secrets = SecretMask(configuration)
        let type = configuration.type
        let version = configuration.anthropicVersion ?? EncodingOptions(type: type).anthropicVersion
        let address = checkedBaseURL(configuration.baseURL ?? type.defaultBaseURL ?? "")
        baseURL = (try? address.get()) ?? ""
        chatURL =
            type.format == .gemini
            ? nil : RequestEncoder.endpointURL(base: baseURL, model: "", streaming: false, type: type)
        encoding = EncodingOptions(
            type: type, anthropicVersion: version, strict: whole.cascade.strictFields)
        timeouts = whole.timeouts(for: configuration)
        unavailable =
            if type.requiresKey && configuration.apiKey == nil {
                "no API key"
            } else if case .failure(let problem) = address {
                configuration.baseURL == nil ? "no url" : "its url is \(problem.found)"
            } else {
                nil
            }
        guard isEnabled, unavailable == nil else {
            endpoint = nil
            return
        }
        if let old, let endpoint = old.endpoint, old.configuration == configuration {
            self.endpoint = endpoint
            return
        }
        endpoint = try Self.makeEndpoint(configuration, version: version, loop: loop, tuning: tuning)
    }

    private static func makeEndpoint(
        _ configuration: ProviderConfiguration, version: String, loop: EventLoop, tuning: Tuning
    ) throws(CascadeError) -> Endpoint {
        var options = Endpoint.Options()
        let key = configuration.apiKey?.reveal() ?? ""
        let own =
            [("Content-Type", "application/json"), ("User-Agent", "cascade/\(CascadeVersion.current)")]
            + configuration.type.authorizationHeader(key: key, anthropicVersion: version)
        // A configured field replaces the router's own of that name: two of them would be anyone's guess.
        let replaced = Set(configuration.headers.keys.map { $0.lowercased() })
        options.headers += own.filter { !replaced.contains($0.0.lowercased()) }.map { (name: $0.0, value: $0.1) }
        for (name, value) in configuration.headers.sorted(by: { $0.key < $1.key }) {
            options.headers.append((name, value.reveal()))
        }
        options.caFile = configuration.tls.caFile
        options.isInsecure = configuration.tls.insecureSkipVerify
        options.usesHTTP2 = configuration.http2 ?? tuning.http2
        options.maxIdle = tuning.poolMaxIdle
        do throws(EventLoopError) {
            return try Endpoint(loop: loop, options: options)
        } catch {
            throw CascadeError(code: .local, message: "provider \(configuration.name): \(error.message)")
        }
    }

    /// Whether it is the same server and the same credential as before.
    func isSameAccount(as old: Provider?) -> Bool {
        guard let old else { return true }
        return baseURL == old.baseURL && configuration.apiKey == old.configuration.apiKey
            && configuration.headers == old.configuration.headers
    }

    func url(model: String, streaming: Bool) -> String {
        chatURL ?? RequestEncoder.endpointURL(base: baseURL, model: model, streaming: streaming, type: type)
    }

    /// The address as it may be shown: host and port.
    var displayAddress: String {
        baseURL.split(separator: "/", omittingEmptySubsequences: true).dropFirst().first.map(String.init) ?? ""
    }

    /// The same failure with this provider's own credentials taken out, wherever it repeated them.
    func withoutSecrets(_ failure: UpstreamFailure) -> UpstreamFailure {
        secrets.isEmpty ? failure : failure.rewording(secrets.apply)
    }

    /// The price of a model's tokens, by the configuration.
    func price(of model: String) -> CostMeter.Price {
        let listed = configuration.models.first { $0.name == model }
        return CostMeter.Price(
            perMillionInput: listed?.costPerMillionInput, perMillionOutput: listed?.costPerMillionOutput)
    }
}
