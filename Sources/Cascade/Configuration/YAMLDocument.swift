internal import Yams

/// A place in a file, from 1.
struct SourcePosition: Hashable {
    var line: Int
    var column: Int

    init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    init(_ mark: Mark?) {
        self.init(line: mark?.line ?? 1, column: mark?.column ?? 1)
    }
}

/// Why text is not a usable YAML document. The message quotes nothing of the text.
struct YAMLProblem: Error {
    var message: String
    var position: SourcePosition?
}

/// Parses YAML within fixed limits.
enum YAMLDocument {
    static let maxDepth = 32
    static let maxValues = 100_000

    /// The root of the only document in `text`, `nil` if there is nothing but comments.
    static func parse(_ text: String) throws(YAMLProblem) -> Node? {
        let bytes = Array(text.utf8)
        guard YAMLGuard(bytes).isAcceptable else {
            throw YAMLProblem(message: "too many aliases; at most \(YAMLGuard.maxAliases) are allowed")
        }
        let root: Node?
        do {
            root = try compose(yaml: text, .basic, .default, .utf8)
        } catch let error as YamlError {
            throw YAMLProblem(error, text: text)
        } catch {
            throw YAMLProblem(message: "not valid YAML")
        }
        guard let root else { return nil }
        var budget = maxValues
        try check(root, depth: 1, budget: &budget)
        return root
    }

    /// Aliases are values like any other here, so this bounds what every later walk costs.
    private static func check(_ node: Node, depth: Int, budget: inout Int) throws(YAMLProblem) {
        budget -= 1
        guard budget >= 0 else {
            throw YAMLProblem(message: "more than \(maxValues) values", position: SourcePosition(node.mark))
        }
        guard depth <= maxDepth else {
            throw YAMLProblem(
                message: "nested deeper than \(maxDepth) levels", position: SourcePosition(node.mark))
        }
        switch node {
        case .scalar, .alias:
            break
        case .sequence(let sequence):
            for child in sequence {
                try check(child, depth: depth + 1, budget: &budget)
            }
        case .mapping(let mapping):
            for (key, value) in mapping {
                try check(key, depth: depth + 1, budget: &budget)
                try check(value, depth: depth + 1, budget: &budget)
            }
        }
    }
}

extension YAMLProblem {
    init(_ error: YamlError, text: String) {
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
            var message = "not valid YAML: \(problem)"
            if let context { message += " \(context.text) begun at line \(context.mark.line)" }
            if problem == "found character that cannot start any token" {
                message += " (indent with spaces, not tabs; quote a text that begins with @, ` or %)"
            }
            self.init(message: message, position: SourcePosition(mark))
        case .composer(_, let problem, let mark, _):
            let another = problem == "but found another document"
            self.init(
                message: another ? "expected one YAML document, found another" : "not valid YAML: \(problem)",
                position: SourcePosition(mark))
        case .reader(let problem, let offset, _, _):
            self.init(
                message: "not valid YAML: \(problem)", position: offset.map { SourcePosition(offset: $0, in: text) })
        case .duplicatedKeysInMapping(let duplicates, let context):
            let names = duplicates.prefix(3).map(ConfigurationDiagnostic.quoted).joined(separator: ", ")
            self.init(
                message: "the same key more than once in a mapping: \(names)", position: SourcePosition(context.mark))
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            self.init(message: "not valid YAML, or nested too deeply")
        }
    }
}

extension SourcePosition {
    /// The place of the character at `offset`.
    fileprivate init(offset: Int, in text: String) {
        self.init(line: 1, column: 1)
        for character in text.prefix(offset) {
            if character.isNewline {
                line += 1
                column = 1
            } else {
                column += character.unicodeScalars.count
            }
        }
    }
}
