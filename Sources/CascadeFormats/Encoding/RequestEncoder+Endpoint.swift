extension RequestEncoder {
    /// The path, and query, of a chat request, to follow the provider's base URL.
    public static func path(model: String, streaming: Bool, type: ProviderType) -> String {
        switch type.format {
        case .openAI: "/chat/completions"
        case .anthropic: "/v1/messages"
        case .ollama: "/api/chat"
        case .gemini:
            geminiModelPath(model) + (streaming ? ":streamGenerateContent?alt=sse" : ":generateContent")
        }
    }

    /// The address of a chat request.
    ///
    /// Forgiving about the base: slashes at its end do not matter, nor does it whether `/v1` is given for Anthropic,
    /// `/api` for Ollama, or the whole path for any of them. Where the base is only a host, the type's usual path is
    /// taken, such as `/v1`. A query of the base is kept.
    public static func endpointURL(base: String, model: String, streaming: Bool, type: ProviderType) -> String {
        join(base, path(model: model, streaming: streaming, type: type), type: type)
    }

    /// The address to ask whether the provider is up; `nil` when its type has none.
    public static func healthURL(base: String, type: ProviderType) -> String? {
        type.healthPath.map { join(base, $0, type: type) }
    }

    /// The address that makes an Ollama server fetch a model.
    public static func pullURL(base: String) -> String {
        join(base, "/api/pull", type: .ollama)
    }

    static func join(_ base: String, _ path: String, type: ProviderType) -> String {
        let withoutFragment = base.prefix { $0 != "#" }
        let question = withoutFragment.firstIndex(of: "?") ?? withoutFragment.endIndex
        var root = trimmed(withoutFragment[..<question])
        for ending in redundantEndings(type) where root.hasSuffix(ending) {
            root = trimmed(root.dropLast(ending.count))
        }
        let url = String(root) + usualPath(of: root, type: type) + path
        let query = withoutFragment[question...].dropFirst()
        guard !query.isEmpty else { return url }
        return url + (path.contains("?") ? "&" : "?") + query
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }

    private static func redundantEndings(_ type: ProviderType) -> [String] {
        switch type.format {
        case .openAI: ["/chat/completions", "/embeddings"]
        case .anthropic: ["/messages", "/v1"]
        case .ollama: ["/chat", "/api"]
        case .gemini: ["/models"]
        }
    }

    /// The path of the type's default address, where `root` is a host alone.
    private static func usualPath(of root: Substring, type: ProviderType) -> Substring {
        let host = root.firstRange(of: "://").map { root[$0.upperBound...] } ?? root
        guard !host.contains("/"), let usual = type.defaultBaseURL,
            let usualHost = usual.firstRange(of: "://").map({ usual[$0.upperBound...] }),
            let slash = usualHost.firstIndex(of: "/")
        else { return "" }
        return usualHost[slash...]
    }

    private static func geminiModelPath(_ model: String) -> String {
        for collection in ["models/", "tunedModels/"] where model.hasPrefix(collection) {
            return "/" + collection + percentEncoded(model.dropFirst(collection.count))
        }
        return "/models/" + percentEncoded(model[...])
    }

    /// All but the unreserved characters (RFC 3986, 2.3), so that a model's name stays one segment of the path.
    private static func percentEncoded(_ text: Substring) -> String {
        let digits = Array("0123456789ABCDEF")
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 0xF)])"
            }
        }
        return encoded
    }
}
