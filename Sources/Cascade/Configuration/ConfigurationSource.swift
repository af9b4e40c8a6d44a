/// Where a configuration comes from.
public enum ConfigurationSource: Sendable, Hashable {
    case file(path: String)
    case environment
}

extension CascadeConfiguration {
    /// Finds the configuration: `explicit`, `CASCADE_CONFIG`, `./cascade.yaml`, `./config/providers.yaml`,
    /// `~/.config/cascade/cascade.yaml`; else the environment.
    ///
    /// A file that was named is the answer even if it is not there, so that a mistyped path is reported and not passed
    /// over.
    ///
    /// - Parameters:
    ///   - explicit: the path that the user named, if any.
    ///   - environment: where `CASCADE_CONFIG` and `HOME` are looked up.
    ///   - fileExists: whether there is a file at a path.
    public static func locate(
        explicit: String?, environment: [String: String], fileExists: (String) -> Bool
    ) -> ConfigurationSource {
        if let explicit { return .file(path: explicit) }
        if let named = environment["CASCADE_CONFIG"], !named.isEmpty { return .file(path: named) }
        var paths = ["./cascade.yaml", "./config/providers.yaml"]
        if let home = environment["HOME"], !home.isEmpty { paths.append("\(home)/.config/cascade/cascade.yaml") }
        return paths.first(where: fileExists).map { .file(path: $0) } ?? .environment
    }
}
