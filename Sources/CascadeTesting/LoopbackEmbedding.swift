internal import Cascade

/// What a request for embeddings asks for.
struct LoopbackEmbedding: Hashable {
    var input: [String]
    var dimensions: Int
    var isBase64: Bool
}

extension LoopbackProvider {
    /// The vector of a text: always the same for the same text, other texts have others, and every number is a multiple
    /// of 1/128 from -1 to below 1, which is written exactly.
    ///
    /// - Parameter text: As it stands in the request's JSON.
    public static func embedding(of text: String, dimensions: Int = defaultDimensions) -> [Float] {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        var generator = SplitMix64(state: hash)
        return (0..<dimensions).map { _ in Float(Int(generator.next() >> 56) - 128) / 128 }
    }

    /// The length of a vector where a request asks for none.
    public static let defaultDimensions = 8
}

extension LoopbackEmbedding {
    init(_ body: [UInt8]) {
        input = LoopbackBytes.strings("input", in: body)
        dimensions = LoopbackBytes.number("dimensions", in: body) ?? LoopbackProvider.defaultDimensions
        isBase64 = LoopbackBytes.string("encoding_format", in: body) == "base64"
    }

    private var vectors: [[Float]] {
        input.map { LoopbackProvider.embedding(of: $0, dimensions: dimensions) }
    }

    private static func text(_ vector: [Float]) -> String {
        "[" + vector.map(\.description).joined(separator: ",") + "]"
    }

    func body(for call: LoopbackCall, usage: Bool) -> String {
        let model = LoopbackText.escaped(call.model)
        return call.format == .ollama ? ollamaBody(model: model, usage: usage) : openAIBody(model: model, usage: usage)
    }

    private func openAIBody(model: String, usage: Bool) -> String {
        let items = vectors.enumerated().map { index, vector in
            let text = isBase64 ? "\"\(String(decoding: FloatList.base64(vector), as: UTF8.self))\"" : Self.text(vector)
            return #"{"object":"embedding","index":\#(index),"embedding":\#(text)}"#
        }
        let tokens = LoopbackProvider.Script.promptTokens
        return #"{"object":"list","data":[\#(items.joined(separator: ","))],"model":"\#(model)""#
            + (usage ? #","usage":{"prompt_tokens":\#(tokens),"total_tokens":\#(tokens)}}"# : "}")
    }

    private func ollamaBody(model: String, usage: Bool) -> String {
        let texts = vectors.map(Self.text).joined(separator: ",")
        let count = usage ? #","prompt_eval_count":\#(LoopbackProvider.Script.promptTokens)"# : ""
        return #"{"model":"\#(model)","embeddings":[\#(texts)],"total_duration":1000,"load_duration":1\#(count)}"#
    }
}
