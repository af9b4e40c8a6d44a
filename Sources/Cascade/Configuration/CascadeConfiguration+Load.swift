#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension CascadeConfiguration {
    /// Reads a configuration file.
    ///
    /// Blocks while reading; the file may be a symbolic link. A file that is not there is an error: the defaults alone,
    /// `CascadeConfiguration()`, have no provider that could answer.
    ///
    /// - Parameters:
    ///   - path: a YAML file of at most 4 MiB.
    ///   - environment: the variables that `${NAME}` stands for.
    /// - Throws: everything that is wrong with the file, with lines and columns.
    public static func load(
        path: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(ConfigurationError) -> CascadeConfiguration {
        let file = try ConfigurationFile(path: path)
        let reader = ConfigurationReader(
            file: path, environment: environment, isReadableByOthers: file.isReadableByOthers)
        return try parse(yaml: file.text, reader: reader)
    }
}
