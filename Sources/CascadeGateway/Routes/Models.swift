internal import Cascade
internal import CascadeFormats

/// The models that can be asked for, as OpenAI's clients and Anthropic's look for them.
struct Models {
    let router: CascadeRouter
    let exchange: Exchange

    /// Stands for each provider's default where a client has to name a model.
    static let anyModel = "cascade"

    private var names: [String] {
        let names = router.modelNames
        let all = names.contains(Self.anyModel) ? names : names + [Self.anyModel]
        guard let limits = exchange.keyPass?.entry.key.limits else { return all }
        return all.filter(limits.allows(model:))
    }

    func list() {
        var json = JSONBytes()
        let names = names
        json.raw(#"{"object":"list","data":["#)
        for (index, name) in names.enumerated() {
            if index > 0 { json.raw(",") }
            Self.write(name, to: &json)
        }
        json.raw(#"],"has_more":false,"first_id":"#)
        Self.write(orNull: names.first, to: &json)
        json.raw(#","last_id":"#)
        Self.write(orNull: names.last, to: &json)
        json.raw("}")
        exchange.answerJSON(json.bytes)
    }

    func tell(_ name: String) {
        guard names.contains(name) else { return exchange.refuse(Self.unknown(name)) }
        var json = JSONBytes()
        Self.write(name, to: &json)
        exchange.answerJSON(json.bytes)
    }

    /// A key may have no model at all.
    private static func write(orNull name: String?, to json: inout JSONBytes) {
        if let name { json.string(name) } else { json.raw("null") }
    }

    private static func write(_ name: String, to json: inout JSONBytes) {
        json.raw(#"{"id":"#)
        json.string(name)
        json.raw(#","object":"model","created":0,"owned_by":"cascade","type":"model","display_name":"#)
        json.string(name)
        json.raw(#","created_at":"1970-01-01T00:00:00Z"}"#)
    }

    static func unknown(_ name: String) -> ErrorAnswer {
        ErrorAnswer(
            status: 404, type: .invalidRequest, code: "model_not_found",
            message: "no provider has the model \(name.prefix(200)); GET /v1/models lists those there are",
            parameter: "model")
    }
}
