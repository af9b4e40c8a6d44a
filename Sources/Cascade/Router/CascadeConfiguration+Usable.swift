extension CascadeConfiguration {
    /// What a file is checked for as it is read, for a configuration that was made in code: nothing of it may break out
    /// of its line in a request's head.
    func checkUsable() throws(CascadeError) {
        guard providers.count <= Self.maxProviders else {
            throw .unusable("\(providers.count) providers; expected at most \(Self.maxProviders)")
        }
        for provider in providers {
            if let problem = provider.problem {
                throw .unusable("provider \(ConfigurationDiagnostic.quoted(provider.name)): \(problem)")
            }
        }
    }
}

extension ProviderConfiguration {
    /// What of it cannot be sent, in words that show none of its values; `nil` if all of it can.
    fileprivate var problem: String? {
        // A file's key loses the line end that it was read with; here it would be sent.
        if let apiKey, apiKey != "", (try? checkedKey(apiKey.reveal()).get()) != apiKey {
            return "its key holds blanks or other characters than visible ASCII ones"
        }
        if let anthropicVersion, !HeaderField.isClean(value: anthropicVersion) {
            return "its anthropic version holds control characters"
        }
        var seen: Set<String> = []
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            if let problem = HeaderField.problem(name: name) { return problem }
            guard seen.insert(name.lowercased()).inserted else { return "the header field \(name) is given twice" }
            guard HeaderField.isClean(value: value.reveal()) else {
                return "the header field \(name) holds control characters"
            }
        }
        return nil
    }
}

extension CascadeError {
    fileprivate static func unusable(_ message: String) -> CascadeError {
        CascadeError(code: .invalidConfiguration, message: message)
    }
}
