/// How much memory and how many connections the router uses: the environment variables of ``table``, parsed.
public struct Tuning: Sendable, Hashable {
    // Every value comes from the table; what stands here is overwritten before anyone sees it.

    /// Event loop threads.
    public var ioThreads = 0
    /// The size of one block of a request's arena, in bytes.
    public var arenaBlockBytes = 0
    /// The most that one request's arena may hold, in bytes.
    public var arenaMaxBytes = 0
    /// The ring between the loop and one request, in bytes.
    public var ringBytes = 0
    /// Idle rings, parsers and handles kept for reuse.
    public var poolMaxIdle = 0
    /// Connections to one host at a time; 0 for no limit.
    public var connectionsPerHost = 0
    /// libcurl's receive buffer, in bytes, per transfer.
    public var curlBufferBytes = 0
    /// How long a connection may have been idle and still be used again.
    public var connectionMaxIdle: Duration = .zero
    /// Routing decisions kept.
    public var decisionCacheEntries = 0
    /// Rings, arenas and bodies over all requests, in bytes; 0 for no limit.
    public var memoryLimitBytes = 0
    /// Requests at a time.
    public var maxConcurrentRequests = 0
    /// Whether to offer HTTP/2 to providers that do not say.
    public var http2 = false
    /// The configuration file.
    public var configurationPath: String?
    /// The file in which a gateway keeps its keys, what they have used, and its history.
    public var gatewayStorePath: String?
    /// The least severe log level that is written, as swift-log names it.
    public var logLevel = ""

    /// The names of the variables that were set.
    private(set) var variablesSet: Set<String> = []

    /// The defaults.
    public init() {
        for variable in Self.table {
            let applied = variable.apply(variable.defaultText, to: &self)
            precondition(applied, "the default of \(variable.name) is out of its own range")
        }
    }

    /// The defaults, and what the environment says instead. An empty variable is one that is not set.
    ///
    /// - Throws: every variable that is wrong.
    public init(environment: [String: String]) throws(TuningError) {
        self.init()
        var problems: [TuningError.Problem] = []
        for variable in Self.table {
            guard let text = environment[variable.name], !text.isEmpty else { continue }
            if variable.apply(text, to: &self) {
                variablesSet.insert(variable.name)
            } else {
                problems.append(TuningError.Problem(variable: variable.name, value: text, range: variable.range))
            }
        }
        if problems.isEmpty, arenaBlockBytes > arenaMaxBytes {
            problems.append(
                TuningError.Problem(
                    variable: "CASCADE_ARENA_BLOCK_BYTES", value: sizeText(arenaBlockBytes),
                    range: "at most CASCADE_ARENA_MAX_BYTES, which is \(sizeText(arenaMaxBytes))"))
        }
        guard problems.isEmpty else { throw TuningError(problems: problems) }
    }

    /// A warning for each variable of ours by its name that is none, most likely a misspelt one.
    public static func warnings(environment: [String: String]) -> [ConfigurationDiagnostic] {
        let known = table.map(\.name)
        let unknown = environment.keys.filter { name in
            name.hasPrefix("CASCADE_") && !known.contains(name) && !buildVariables.contains(name)
        }
        return unknown.sorted().map { name in
            let hint = nearestName(to: name, in: known).map { "; did you mean \($0)?" } ?? ""
            return ConfigurationDiagnostic(
                severity: .warning, file: "environment", path: name, message: "unknown variable is ignored" + hint)
        }
    }

    /// Variables of the package's build, which may be set beside ours.
    private static let buildVariables = ["CASCADE_STRICT", "CASCADE_NO_JEMALLOC"]
}

/// Variables whose values are not allowed.
public struct TuningError: Error, Sendable, Hashable, CustomStringConvertible {
    public struct Problem: Sendable, Hashable {
        public var variable: String
        public var value: String
        /// What would have been allowed.
        public var range: String
    }

    /// In the order of ``Tuning/table``.
    public var problems: [Problem]

    /// One line a variable: `CASCADE_IO_THREADS: expected 1 to 64, found "many"`.
    public var description: String {
        problems.map {
            "\($0.variable): expected \($0.range), found \(ConfigurationDiagnostic.quoted($0.value))"
        }
        .joined(separator: "\n")
    }
}
