internal import ArgumentParser
internal import Cascade
internal import Foundation
internal import Logging

/// Where the configuration comes from, and the router made of it.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    func validate() throws {
        if config == "" { throw ValidationError("--config takes a file, not an empty text.") }
    }

    /// The file that is read, or the environment.
    var source: ConfigurationSource {
        CascadeConfiguration.locate(explicit: config, environment: Self.environment) {
            FileManager.default.fileExists(atPath: $0)
        }
    }

    static let environment = ProcessInfo.processInfo.environment

    /// Reads the configuration, asking a local Ollama for its models if the environment decides.
    func load() async throws(CommandFailure) -> CascadeConfiguration {
        switch source {
        case .file(let path):
            do throws(ConfigurationError) {
                return try CascadeConfiguration.load(path: path, environment: Self.environment)
            } catch {
                throw .usage(
                    "the configuration cannot be used\n" + error.diagnostics.map(\.description).joined(separator: "\n"))
            }
        case .environment:
            let configuration = await EnvironmentFallback.configuration(Self.environment)
            guard !configuration.providers.isEmpty else {
                // The key that was not taken may be why there is no provider.
                Console.report(configuration.warnings)
                throw .usage(EnvironmentFallback.gettingStarted)
            }
            return configuration
        }
    }

    /// The configuration's router. Shut it down before the command ends.
    func makeRouter(_ adjust: (inout RouterOptions) -> Void = { _ in }) async throws(CommandFailure) -> CascadeRouter {
        let tuning = try Self.tuning()
        let logger = Logger(label: "cascade") { _ in
            ConsoleLog(logLevel: Logger.Level(rawValue: tuning.logLevel) ?? .warning)
        }
        var configuration = try await load()
        if logger.logLevel <= .warning { Console.report(configuration.warnings) }
        // They have been told.
        configuration.warnings = []
        var options = RouterOptions(tuning: tuning, logger: logger)
        adjust(&options)
        return try Self.router(configuration, options)
    }

    /// For what is not worth a line.
    static let silence = Logger(label: "cascade") { _ in SwiftLogNoOpLogHandler() }

    static func router(
        _ configuration: CascadeConfiguration, _ options: RouterOptions
    ) throws(CommandFailure) -> CascadeRouter {
        do throws(CascadeError) {
            return try CascadeRouter(configuration: configuration, options: options)
        } catch {
            throw .usage(error.description)
        }
    }

    /// The variables' values; tells those that mean nothing.
    static func tuning() throws(CommandFailure) -> Tuning {
        do throws(TuningError) {
            Console.report(Tuning.warnings(environment: environment))
            return try Tuning(environment: environment)
        } catch {
            throw .usage("a variable in the environment cannot be used\n\(error)")
        }
    }
}
