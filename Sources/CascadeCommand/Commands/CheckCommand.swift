internal import ArgumentParser
internal import Cascade

/// Whether a configuration can be used.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate the configuration; tells every error and warning with line and column.",
        discussion: """
            Nothing is sent to a provider; only where there is no configuration file, a local Ollama is asked for its \
            models. Exit status: 0 when the configuration can be used, else 2.

            Examples:
              cascade check
              cascade check --config providers.yaml
            """)

    @OptionGroup var source: ConfigurationOptions

    func run() async throws {
        _ = try ConfigurationOptions.tuning()
        let configuration: CascadeConfiguration
        let name: String
        switch source.source {
        case .file(let path):
            configuration = try Self.read(path)
            name = path
        case .environment:
            configuration = try await source.load()
            name = "environment"
        }
        Console.report(configuration.warnings)
        try Console.write("\(name): ok: \(Self.summary(configuration))\n")
    }

    /// The file, or all its errors on standard error.
    static func read(_ path: String) throws(CommandFailure) -> CascadeConfiguration {
        do throws(ConfigurationError) {
            return try CascadeConfiguration.load(path: path, environment: ConfigurationOptions.environment)
        } catch {
            Console.report(error.diagnostics)
            throw CommandFailure(status: ExitStatus.usage, message: nil)
        }
    }

    /// `4 providers, 2 enabled; in the order local, backup; 1 warning`.
    static func summary(_ configuration: CascadeConfiguration) -> String {
        let enabled = configuration.enabledProviders
        var parts = ["\(count(configuration.providers.count, "provider")), \(enabled.count) enabled"]
        if !enabled.isEmpty { parts.append("in the order " + enabled.map(\.name).joined(separator: ", ")) }
        if !configuration.warnings.isEmpty { parts.append(count(configuration.warnings.count, "warning")) }
        return parts.joined(separator: "; ")
    }

    private static func count(_ count: Int, _ noun: String) -> String {
        "\(count) \(noun)\(count == 1 ? "" : "s")"
    }
}
