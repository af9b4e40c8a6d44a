internal import Cascade

/// A configuration file: it is read, or refused with a reason, and always in the same way.
func fuzzConfiguration(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> Int32 {
    let yaml = String(decoding: Input(bytes, length).bytes, as: UTF8.self)
    let first = outcome(yaml)
    require(first == outcome(yaml), "the same file is read in the same way")
    switch first {
    case .success(let configuration):
        require(!configuration.warnings.contains { $0.severity == .error }, "what is in use has no errors")
        checkSecrets(configuration.warnings)
    case .failure(let error):
        require(error.diagnostics.contains { $0.severity == .error }, "what is refused has an error")
        checkSecrets(error.diagnostics)
    }
    return 0
}

private let secret = "sk-fuzz-secret"

private func checkSecrets(_ diagnostics: [ConfigurationDiagnostic]) {
    require(!diagnostics.contains { $0.description.contains(secret) }, "no diagnostic shows a secret")
}

private func outcome(_ yaml: String) -> Result<CascadeConfiguration, ConfigurationError> {
    do throws(ConfigurationError) {
        return .success(
            try CascadeConfiguration.parse(
                yaml: yaml, file: "fuzz.yaml", environment: ["X": secret, "OPENAI_API_KEY": secret]))
    } catch {
        return .failure(error)
    }
}
