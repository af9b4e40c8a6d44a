extension CascadeConfiguration {
    /// Reads a configuration from YAML text.
    ///
    /// - Parameters:
    ///   - yaml: the text, at most 4 MiB.
    ///   - file: what to call it in diagnostics.
    ///   - environment: the variables that `${NAME}` stands for.
    /// - Throws: everything that is wrong with it. What is merely odd is in ``warnings``.
    public static func parse(
        yaml: String, file: String, environment: [String: String]
    ) throws(ConfigurationError) -> CascadeConfiguration {
        try parse(yaml: yaml, reader: ConfigurationReader(file: file, environment: environment))
    }

    static func parse(
        yaml: String, reader: ConfigurationReader
    ) throws(ConfigurationError) -> CascadeConfiguration {
        var configuration = CascadeConfiguration()
        if let root = root(of: yaml, reader: reader) {
            configuration.read(root)
        }
        if reader.hasErrors {
            throw ConfigurationError(diagnostics: reader.sortedDiagnostics)
        }
        configuration.warnings = reader.sortedDiagnostics
        return configuration
    }

    static let maxFileBytes = 4 << 20
    /// Each has an endpoint with its own state, and a request may have to look at all of them.
    static let maxProviders = 1_000

    private static func root(of yaml: String, reader: ConfigurationReader) -> ConfigurationMapping? {
        guard yaml.utf8.count <= maxFileBytes else {
            reader.error("larger than \(maxFileBytes >> 20) MiB", at: nil)
            return nil
        }
        do throws(YAMLProblem) {
            // The parser would count a byte order mark as a column.
            let node = try YAMLDocument.parse(yaml.hasPrefix("\u{FEFF}") ? String(yaml.dropFirst()) : yaml)
            guard let node else {
                reader.error("the file is empty; expected at least a \"providers\" list", at: nil)
                return nil
            }
            let value = ConfigurationValue(node: node, path: "", reader: reader)
            guard !value.isNull else {
                reader.error("the file is empty; expected at least a \"providers\" list", at: value.position)
                return nil
            }
            guard value.isMapping else {
                value.mismatch("a mapping with a \"providers\" list", found: value.kindFound)
                return nil
            }
            return value.mapping()
        } catch {
            reader.error(error.message, at: error.position)
            return nil
        }
    }

    private mutating func read(_ root: ConfigurationMapping) {
        if let section = root.value("cascade")?.mapping() { cascade.read(section) }
        readProviders(root)
        if let section = root.value("fallback_chains")?.mapping() { readFallbackChains(section) }
        if let section = root.value("aliases")?.mapping() { readAliases(section) }
        if let section = root.value("agent_model_assignments")?.mapping() { readAgentModels(section) }
        if let list = root.value("custom_models")?.list(of: "models") {
            customModels = list.compactMap { $0.mapping().flatMap(CustomModel.init) }
        }
        if let section = root.value("multimodal")?.mapping() { multimodal.read(section) }
        if let section = root.value("cost_tracking")?.mapping() { costTracking.read(section) }
        if let section = root.value("metrics")?.mapping() { metrics.read(section) }
        root.finish()
    }

    private mutating func readProviders(_ root: ConfigurationMapping) {
        guard let value = root.value("providers") else {
            root.reader.error("expected a list of at least one provider", at: root.position, path: "providers")
            return
        }
        guard let list = value.list(of: "providers") else { return }
        guard !list.isEmpty else { return value.mismatch("a list of at least one provider", found: "an empty list") }
        guard list.count <= Self.maxProviders else {
            return value.mismatch("at most \(Self.maxProviders) providers", found: "\(list.count)")
        }
        var lines: [String: Int] = [:]
        for element in list {
            guard let mapping = element.mapping(), let provider = ProviderConfiguration(mapping) else { continue }
            if let line = lines.updateValue(element.position.line, forKey: provider.name) {
                let name = mapping.value("name") ?? element
                name.error("a provider of this name is already in line \(line)")
                lines[provider.name] = line
            }
            providers.append(provider)
        }
        if !root.reader.hasErrors, !providers.contains(where: \.enabled) {
            value.warning("no provider is enabled")
        }
    }

    private mutating func readFallbackChains(_ section: ConfigurationMapping) {
        let listed = providers.flatMap { $0.models.map(\.name) }
        let known = Set(listed)
        for (capability, position, value) in section.entries where !value.isNull {
            if !ModelConfiguration.knownCapabilities.contains(capability) {
                section.reader.warning(
                    unknownCapability(capability) + " and its chain is never used", at: position, path: section.path)
            }
            fallbackChains[capability] = value.list(of: "model names")?.compactMap { element in
                guard let name = element.name() else { return nil }
                if !known.contains(name) {
                    let hint = nearestName(to: name, in: listed).map { " (did you mean \"\($0)\"?)" } ?? ""
                    let quoted = ConfigurationDiagnostic.quoted(name)
                    element.warning("\(quoted) is a model of no provider\(hint) and is never used")
                }
                return name
            }
        }
    }

    private mutating func readAliases(_ section: ConfigurationMapping) {
        let aliasesOnly = namesOfNoModel(among: section.entries.map(\.key))
        for (alias, _, value) in section.entries where !value.isNull {
            guard let targets = value.isList ? value.list(of: "model names") : [value] else { continue }
            aliases[alias] = targets.compactMap { target in
                guard let name = target.name() else { return nil }
                if aliasesOnly.contains(name) {
                    target.warning(
                        name == alias
                            ? "an alias of itself is never used"
                            : "\(ConfigurationDiagnostic.quoted(name)) is an alias too; none is followed to another")
                }
                return name
            }
        }
    }

    /// None where an enabled provider lists no models: it takes any name.
    private func namesOfNoModel(among names: [String]) -> Set<String> {
        guard !providers.contains(where: { $0.enabled && $0.models.isEmpty }) else { return [] }
        return Set(names).subtracting(providers.lazy.flatMap(\.models).map(\.name))
    }

    private mutating func readAgentModels(_ section: ConfigurationMapping) {
        for (agent, _, value) in section.entries where !value.isNull {
            agentModels[agent] = value.name()
        }
    }
}

/// The beginning of a warning about a capability.
func unknownCapability(_ name: String) -> String {
    let known = ModelConfiguration.knownCapabilities
    let hint = nearestName(to: name, in: known).map { " (did you mean \"\($0)\"?)" } ?? ""
    return "\(ConfigurationDiagnostic.quoted(name)) is no known capability\(hint)"
}
