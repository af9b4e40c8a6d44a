internal import Yams

/// One value of the file, with the way to it.
///
/// Each typed view reports a value of another kind and gives `nil`, so that reading goes on and finds every mistake.
struct ConfigurationValue {
    let node: Node
    let path: String
    let reader: ConfigurationReader

    var position: SourcePosition { SourcePosition(node.mark) }

    var isScalar: Bool { node.scalar != nil }
    var isList: Bool { node.sequence != nil }
    var isMapping: Bool { node.mapping != nil }

    /// Written as nothing, `~` or `null`: the same as not written.
    var isNull: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// How a message names the value. Numbers and words stand as in the file, never as the environment replaced them.
    var found: String {
        switch node {
        case .mapping: return "a mapping"
        case .sequence: return "a list"
        case .alias: return "an alias"
        case .scalar(let scalar):
            if isNull { return "nothing" }
            let text = scalar.string
            let isNumber = scalar.style == .plain && text.count <= 48 && Double(text) != nil
            return isNumber ? text : ConfigurationDiagnostic.quoted(text)
        }
    }

    /// As ``found``, without the text of a scalar: what stands where a mapping or list should may be a secret.
    var kindFound: String {
        guard case .scalar = node, !isNull else { return found }
        return "a text"
    }

    func error(_ message: String) {
        reader.error(message, at: position, path: path)
    }

    func warning(_ message: String) {
        reader.warning(message, at: position, path: path)
    }

    /// Reports the value as not what was expected.
    func mismatch(_ expected: String, found: String? = nil) {
        reader.error(
            "expected \(expected), found \(found ?? self.found)", at: position, path: path, expected: expected)
    }

    /// The scalar after replacement from the environment; `isTyped` says that it may be read as a number or a truth
    /// value: it is not quoted, or its text came from the environment, where nothing is.
    func scalar() -> (written: String, substitution: EnvironmentSubstitution, isTyped: Bool)? {
        guard case .scalar(let scalar) = node else { return nil }
        let substitution = EnvironmentSubstitution(scalar.string, environment: reader.environment)
        return (scalar.string, substitution, scalar.style == .plain || substitution.replacedAny)
    }

    func mapping() -> ConfigurationMapping? {
        guard case .mapping(let mapping) = node else {
            mismatch("a mapping", found: kindFound)
            return nil
        }
        return ConfigurationMapping(mapping, of: self)
    }

    func list(of what: String) -> [ConfigurationValue]? {
        guard case .sequence(let sequence) = node else {
            mismatch("a list of \(what)", found: kindFound)
            return nil
        }
        return sequence.enumerated().map { index, node in
            ConfigurationValue(node: node, path: "\(path)[\(index)]", reader: reader)
        }
    }

    /// Any scalar: a model may well be called `405` or `true`.
    func string(_ expected: String = "a text") -> String? {
        guard let scalar = scalar() else {
            mismatch(expected)
            return nil
        }
        return scalar.substitution.text
    }

    /// A text that is not empty and on one line.
    func name() -> String? {
        guard let text = string("a name") else { return nil }
        guard !isNull, text.contains(where: { !$0.isWhitespace }) else {
            mismatch("a name", found: "an empty one")
            return nil
        }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            mismatch("a name", found: "one with control characters")
            return nil
        }
        return text
    }

    func names(of what: String) -> [String]? {
        list(of: what)?.compactMap { $0.name() }
    }
}
