/// Ollama's list of the models on a machine: the answer to `GET /api/tags`.
public enum OllamaCatalog {
    private enum Tag: UInt16 {
        case models = 1
        case name
    }

    private static let plan = JSONPlan<Tag>([
        JSONNode("models", .models, [JSONNode("*", nil, [JSONNode("name", .name)])])
    ])

    /// The models' names with their tags, in Ollama's order; `nil` when the body is no such list.
    ///
    /// - Parameters:
    ///   - body: `count` bytes of payload, and at least 64 readable bytes after them.
    ///   - count: How many bytes are payload.
    public static func models(_ body: RawSpan, count: Int) -> [String]? {
        let parser = JSONParserPool.take()
        defer { JSONParserPool.giveBack(parser) }
        guard let hits = try? parser.scan(body, count: count, plan: plan) else { return nil }
        var isList = false
        var names: [String] = []
        for i in 0..<hits.count {
            if hits.tag(i) == .models { isList = isList || hits[i].isArray }
            if hits.tag(i) == .name, let name = hits[i].text { names.append(name) }
        }
        return isList ? names : nil
    }

    /// Whether a model asked for is on a list; without a tag, `latest` is meant.
    public static func contains(_ model: String, in names: [String]) -> Bool {
        names.contains(model) || (!model.contains(":") && names.contains(model + ":latest"))
    }
}
