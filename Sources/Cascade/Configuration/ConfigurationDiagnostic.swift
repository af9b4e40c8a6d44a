/// One thing that is wrong or odd in a configuration, and where.
///
/// No diagnostic contains the value of a key, of a header field or of an environment variable.
public struct ConfigurationDiagnostic: Sendable, Hashable {
    public enum Severity: String, Sendable, Hashable {
        /// The configuration cannot be used.
        case error
        /// It can be used, but probably does not mean what was meant.
        case warning
    }

    public var severity: Severity
    /// The file as it was named by the caller, or `environment`.
    public var file: String
    /// The line, from 1; `nil` where the diagnostic is about the file as a whole.
    public var line: Int?
    /// The column, from 1, counted in Unicode scalars.
    public var column: Int?
    /// The way to the value, for example `providers[2].models[0].name`; empty for the whole file.
    public var path: String
    /// What is the matter, for a person.
    public var message: String
    /// What would have been right, where that can be said: `a whole number`.
    public var expected: String?

    public init(
        severity: Severity,
        file: String,
        line: Int? = nil,
        column: Int? = nil,
        path: String = "",
        message: String,
        expected: String? = nil
    ) {
        self.severity = severity
        self.file = file
        self.line = line
        self.column = column
        self.path = path
        self.message = message
        self.expected = expected
    }
}

extension ConfigurationDiagnostic: CustomStringConvertible {
    /// `providers.yaml:12:11: error: providers[0].priority: expected a whole number, found "high"`.
    public var description: String {
        "\(place): \(severity.rawValue): \(matter)"
    }

    /// The same without the severity, for where that is said otherwise.
    var sentence: String { "\(place): \(matter)" }

    private var place: String {
        guard let line else { return file }
        return column.map { "\(file):\(line):\($0)" } ?? "\(file):\(line)"
    }

    private var matter: String {
        path.isEmpty ? message : "\(path): \(message)"
    }

    /// Enough of a text to recognise it by in a message, in quotes and on one line.
    static func quoted(_ text: String) -> String {
        String(reflecting: text.count <= 48 ? text : "\(text.prefix(48))…")
    }
}

/// A configuration that cannot be used: everything that is wrong with it, not just the first thing.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// All errors and warnings, in the order of the file.
    public var diagnostics: [ConfigurationDiagnostic]

    public init(diagnostics: [ConfigurationDiagnostic]) {
        self.diagnostics = diagnostics
    }

    /// The diagnostics, one a line.
    public var description: String {
        diagnostics.map(\.description).joined(separator: "\n")
    }
}
