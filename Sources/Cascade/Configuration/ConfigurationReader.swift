/// What reading a configuration shares: the environment, and the diagnostics as they come up.
final class ConfigurationReader {
    let file: String
    let environment: [String: String]
    /// Whether users other than the file's owner can read it.
    let isReadableByOthers: Bool
    private var diagnostics: [ConfigurationDiagnostic] = []
    private(set) var hasErrors = false

    /// A person reads the first few; a file of nonsense should not cost more memory than that.
    static let maxDiagnostics = 200

    init(file: String, environment: [String: String], isReadableByOthers: Bool = false) {
        self.file = file
        self.environment = environment
        self.isReadableByOthers = isReadableByOthers
    }

    func error(_ message: String, at position: SourcePosition?, path: String = "", expected: String? = nil) {
        add(.error, message, position, path, expected)
    }

    func warning(_ message: String, at position: SourcePosition?, path: String = "") {
        add(.warning, message, position, path, nil)
    }

    private func add(
        _ severity: ConfigurationDiagnostic.Severity,
        _ message: String,
        _ position: SourcePosition?,
        _ path: String,
        _ expected: String?
    ) {
        if severity == .error { hasErrors = true }
        guard diagnostics.count < Self.maxDiagnostics else { return }
        let diagnostic = ConfigurationDiagnostic(
            severity: severity, file: file, line: position?.line, column: position?.column, path: path,
            message: message, expected: expected)
        diagnostics.append(diagnostic)
    }

    /// The diagnostics in the order of the file, those about the file as a whole first.
    var sortedDiagnostics: [ConfigurationDiagnostic] {
        diagnostics.enumerated()
            .sorted { a, b in
                (a.element.line ?? 0, a.element.column ?? 0, a.offset)
                    < (b.element.line ?? 0, b.element.column ?? 0, b.offset)
            }
            .map(\.element)
    }
}
