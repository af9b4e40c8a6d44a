internal import CascadeFormats

extension ProviderConfiguration {
    /// Reads one element of `providers`; `nil` where its name or type is missing or wrong, all else having been read
    /// for its mistakes.
    init?(_ section: ConfigurationMapping) {
        defer { section.finish() }
        let name = section.requiredName()
        let type = Self.readType(section)
        self.init(name: name ?? "", type: type ?? .openaiCompatible, enabled: false)
        section.read(&enabled, "enabled")
        section.read(&priority, "priority", in: 0...1_000_000_000)
        readAddress(section, type: type)
        apiKey = section.value("api_key")?.apiKey(warnsIfUnset: enabled)
        if let list = section.value("models")?.list(of: "models") { readModels(list) }
        if let list = section.value("tags")?.names(of: "tags") { tags = list }
        if let fields = section.value("headers")?.mapping() { readHeaders(fields) }
        if let mapping = section.value("timeouts")?.mapping() { timeouts.read(mapping) }
        http2 = section.value("http2")?.bool()
        anthropicVersion = section.value("anthropic_version")?.name()
        if let mapping = section.value("tls")?.mapping() { tls.read(mapping, of: self.name) }
        maxConcurrency = section.value("max_concurrency")?.integer(in: 1...1_000_000)
        if name == nil || type == nil { return nil }
    }

    private static func readType(_ section: ConfigurationMapping) -> ProviderType? {
        let expected = "a provider type"
        guard let value = section.value("type") else {
            let known = ProviderType.allCases.map(\.rawValue).joined(separator: ", ")
            section.reader.error(
                "expected \(expected); known are \(known)", at: section.position, path: section.path + ".type",
                expected: "\(expected): \(known)")
            return nil
        }
        return value.choice(expected)
    }

    private mutating func readAddress(_ section: ConfigurationMapping, type: ProviderType?) {
        let url = section.value("url")
        let other = section.value("base_url")
        let address = url?.baseURL(isNeeded: enabled)
        let otherAddress = other?.baseURL(isNeeded: enabled)
        baseURL = url == nil ? otherAddress : address
        if let other, let address, let otherAddress, address != otherAddress {
            other.warning("not used, because \"url\" is given too")
        }
        if type == .openaiCompatible, enabled, url == nil, other == nil {
            section.reader.error(
                "expected an address, because this type has none of its own", at: section.position,
                path: section.path + ".url", expected: "an address")
        }
    }

    private mutating func readModels(_ list: [ConfigurationValue]) {
        var names: Set<String> = []
        var hasDefault = false
        for value in list {
            guard let model = ModelConfiguration(value) else { continue }
            if !names.insert(model.name).inserted { value.warning("a model of this name is already listed") }
            if model.isDefault {
                if hasDefault { value.warning("another model is already the default; that one is used") }
                hasDefault = true
            }
            models.append(model)
        }
    }

    private mutating func readHeaders(_ fields: ConfigurationMapping) {
        var seen: Set<String> = []
        for (name, position, value) in fields.entries where !value.isNull {
            func refuse(_ message: String) {
                fields.reader.error(message, at: position, path: fields.path)
            }
            let lowercased = name.lowercased()
            if let problem = HeaderField.problem(name: name) {
                refuse(problem)
            } else if !seen.insert(lowercased).inserted {
                refuse("the header field \(lowercased) is already given")
            } else {
                headers[name] = value.headerValue(isCredential: isCredentialField(lowercased))
            }
        }
    }
}

private func isCredentialField(_ name: String) -> Bool {
    ["auth", "key", "token", "secret", "cookie"].contains { name.contains($0) }
}

extension ModelConfiguration {
    /// Reads one element of `models`: a mapping, or the name alone.
    init?(_ value: ConfigurationValue) {
        if value.isScalar {
            guard let name = value.name() else { return nil }
            self.init(name: name)
            return
        }
        guard let section = value.mapping() else { return nil }
        defer { section.finish() }
        let name = section.requiredName()
        self.init(name: name ?? "")
        section.read(&isDefault, "default")
        section.read(&contextWindow, "context_window", in: 1...Int.max)
        section.read(&tier, "tier")
        section.read(&costPerMillionInput, "cost_per_million_input", in: 0...1e9)
        section.read(&costPerMillionOutput, "cost_per_million_output", in: 0...1e9)
        section.accept("description")
        if let list = section.value("capabilities")?.list(of: "capabilities") { readCapabilities(list) }
        if name == nil { return nil }
    }

    private mutating func readCapabilities(_ list: [ConfigurationValue]) {
        capabilities = []
        for value in list {
            guard let name = value.name() else { continue }
            guard Self.knownCapabilities.contains(name) else {
                value.warning(unknownCapability(name) + " and is ignored")
                continue
            }
            if !capabilities.contains(name) { capabilities.append(name) }
        }
    }
}

extension ProviderTimeouts {
    mutating func read(_ section: ConfigurationMapping) {
        connect = time(section, "connect", "connect_seconds")
        responseHeaders = time(section, "response_headers", "response_headers_seconds")
        firstToken = time(section, "first_token", "first_token_seconds")
        idle = time(section, "idle", "idle_seconds")
        progress = time(section, "progress", "progress_seconds")
        total = time(section, "total", "total_seconds")
        section.finish()
    }

    private func time(_ section: ConfigurationMapping, _ name: String, _ longName: String) -> Duration? {
        section.value(name, longName)?.seconds(in: 0.001...86_400)
    }
}

extension ProviderConfiguration.TLS {
    mutating func read(_ section: ConfigurationMapping, of provider: String) {
        section.read(&caFile, "ca_file")
        if let value = section.value("insecure_skip_verify"), value.bool() == true {
            insecureSkipVerify = true
            let name = ConfigurationDiagnostic.quoted(provider)
            value.warning(
                "certificates of \(name) are not checked: anyone on the way can read the requests and the key")
        }
        section.finish()
    }
}
