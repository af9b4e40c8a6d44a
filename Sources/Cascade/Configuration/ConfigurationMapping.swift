internal import Yams

/// One mapping of the file. It hands values out by key and remembers which keys were asked for: those are the known
/// ones, and ``finish()`` warns of the rest, so that no list of keys is kept beside the code that reads them.
final class ConfigurationMapping {
    let path: String
    let position: SourcePosition
    let reader: ConfigurationReader
    /// The keys and values in the order of the file, those merged with `<<` last.
    private(set) var entries: [(key: String, position: SourcePosition, value: ConfigurationValue)] = []
    private var indices: [String: Int] = [:]
    private var known: [String] = []

    init(_ mapping: Node.Mapping, of value: ConfigurationValue) {
        path = value.path
        position = value.position
        reader = value.reader
        append(mapping, mergeDepth: 0)
    }

    /// - Parameter mergeDepth: what is merged may merge in turn, as deep as the document may be.
    private func append(_ mapping: Node.Mapping, mergeDepth: Int) {
        var merged: [Node] = []
        for (key, node) in mapping {
            guard case .scalar(let scalar) = key else {
                reader.error("expected a text as the key", at: SourcePosition(key.mark), path: path)
                continue
            }
            if scalar.string == "<<", scalar.style == .plain {
                merged.append(node)
            } else if indices[scalar.string] == nil {
                indices[scalar.string] = entries.count
                let value = ConfigurationValue(
                    node: node, path: path.isEmpty ? scalar.string : "\(path).\(scalar.string)", reader: reader)
                entries.append((scalar.string, SourcePosition(key.mark), value))
            }
        }
        guard mergeDepth < YAMLDocument.maxDepth else { return }
        for node in merged {
            switch node {
            case .mapping(let base):
                append(base, mergeDepth: mergeDepth + 1)
            case .sequence(let bases) where bases.allSatisfy({ $0.mapping != nil }):
                for case .mapping(let base) in bases { append(base, mergeDepth: mergeDepth + 1) }
            case .sequence, .scalar, .alias:
                reader.error("expected a mapping to merge", at: SourcePosition(node.mark), path: path)
            }
        }
    }

    /// The value of the first of `keys` that is there; `nil` for a missing or null one.
    func value(_ keys: String...) -> ConfigurationValue? {
        known.append(contentsOf: keys)
        for key in keys {
            if let index = indices[key], !entries[index].value.isNull { return entries[index].value }
        }
        return nil
    }

    /// Keys that mean something elsewhere and nothing here.
    func accept(_ keys: String...) {
        known.append(contentsOf: keys)
    }

    /// Warns of the keys that nobody asked for.
    func finish() {
        for entry in entries where !known.contains(entry.key) {
            let hint = nearestName(to: entry.key, in: known).map { "; did you mean \"\($0)\"?" } ?? ""
            reader.warning(
                "unknown key \(ConfigurationDiagnostic.quoted(entry.key)) is ignored\(hint)",
                at: entry.position,
                path: path)
        }
    }
}

/// Reading into a property leaves its default where the key is missing or wrong.
extension ConfigurationMapping {
    func read(_ target: inout Bool, _ key: String) {
        if let value = value(key)?.bool() { target = value }
    }

    func read(_ target: inout Int, _ key: String, in range: ClosedRange<Int>) {
        if let value = value(key)?.integer(in: range) { target = value }
    }

    func read(_ target: inout Int?, _ key: String, in range: ClosedRange<Int>) {
        if let value = value(key)?.integer(in: range) { target = value }
    }

    func read(_ target: inout Double?, _ key: String, in range: ClosedRange<Double>) {
        if let value = value(key)?.number(in: range) { target = value }
    }

    func read(_ target: inout String?, _ key: String) {
        if let value = value(key)?.string() { target = value }
    }
}
