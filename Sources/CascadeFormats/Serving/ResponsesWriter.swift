/// Writes answers for clients that speak OpenAI's Responses format.
package struct ResponsesWriter: Sendable {
    package enum Status: Sendable {
        case inProgress, completed
        /// With why.
        case incomplete(StaticString)

        package init(_ reason: FinishReason) {
            switch reason {
            case .stop, .toolCalls: self = .completed
            case .length: self = .incomplete("max_output_tokens")
            case .contentFilter: self = .incomplete("content_filter")
            }
        }

        /// The last event of a stream that ends so.
        package var event: StaticString {
            switch self {
            case .inProgress: "response.in_progress"
            case .completed: "response.completed"
            case .incomplete: "response.incomplete"
            }
        }

        fileprivate var name: StaticString {
            switch self {
            case .inProgress: "in_progress"
            case .completed: "completed"
            case .incomplete: "incomplete"
            }
        }
    }

    private let id: String
    /// What every answer begins with, up to the status.
    private let start: [UInt8]
    /// What the request said, which every answer repeats.
    private let echo: [UInt8]

    /// - Parameters:
    ///   - id: The answer's, made here.
    ///   - created: Seconds since 1970.
    ///   - model: The one that answers.
    package init(_ call: ResponsesCall, id: String, created: Int, model: String) {
        self.id = id
        var json = JSONBytes()
        json.raw(#"{"id":"#)
        json.string("resp_\(id)")
        json.raw(#","object":"response","created_at":"#)
        json.number(created)
        json.raw(#","model":"#)
        json.string(model)
        json.raw(#","status":""#)
        start = json.bytes
        echo = Self.echo(of: call)
    }

    /// The answer, or as much as there is of it.
    ///
    /// - Parameter output: The items' JSON, with commas between them.
    package func response(_ status: Status, output: [UInt8], usage: Usage?, to json: inout JSONBytes) {
        json.raw(start)
        json.raw(status.name)
        json.raw(#"","error":null,"incomplete_details":"#)
        if case .incomplete(let reason) = status {
            json.raw(#"{"reason":""#)
            json.raw(reason)
            json.raw("\"}")
        } else {
            json.raw("null")
        }
        json.raw(#","output":["#)
        json.raw(output)
        json.raw(#"],"usage":"#)
        if let usage { Self.write(usage, to: &json) } else { json.raw("null") }
        json.raw(echo)
        json.raw("}")
    }

    /// A whole answer.
    package func answer(
        content: String, reasoning: String, toolCalls: [ToolCall], finishReason: FinishReason, usage: Usage?
    ) -> [UInt8] {
        var items: [ResponsesItem] = []
        if !reasoning.isEmpty { items.append(ResponsesItem(.reasoning, text: reasoning)) }
        if !content.isEmpty || toolCalls.isEmpty { items.append(ResponsesItem(.message, text: content)) }
        items += toolCalls.map { ResponsesItem(.call(id: $0.id, name: $0.name), text: $0.arguments) }
        let status = Status(finishReason)
        var json = JSONBytes()
        response(status, output: output(items, status), usage: usage, to: &json)
        return json.bytes
    }

    /// The items' JSON, with commas between them. What broke off is in the last of them.
    package func output(_ items: [ResponsesItem], _ status: Status) -> [UInt8] {
        var json = JSONBytes()
        for (index, item) in items.enumerated() {
            if index > 0 { json.raw(",") }
            write(item, index: index, index == items.count - 1 ? status : .completed, to: &json)
        }
        return json.bytes
    }

    /// An item as it stands; while it is in progress, as it begins.
    package func write(_ item: ResponsesItem, index: Int, _ status: Status, to json: inout JSONBytes) {
        var isBeginning = false
        if case .inProgress = status { isBeginning = true }
        json.raw(#"{"id":""#)
        writeID(of: item, index: index, to: &json)
        json.raw(#"","type":""#)
        json.raw(item.kind.type)
        json.raw(#"","status":""#)
        json.raw(status.name)
        switch item.kind {
        case .reasoning: json.raw(#"","summary":[],"content":["#)
        case .message: json.raw(#"","role":"assistant","content":["#)
        case .call(let id, let name):
            json.raw(#"","call_id":"#)
            json.string(id)
            json.raw(#","name":"#)
            json.string(name)
            json.raw(#","arguments":""#)
            if !isBeginning { json.raw(item.escaped) }
            return json.raw("\"}")
        }
        if !isBeginning { item.writePart(to: &json) }
        json.raw("]}")
    }

    /// Without quotes.
    package func writeID(of item: ResponsesItem, index: Int, to json: inout JSONBytes) {
        json.raw(item.kind.prefix)
        json.escaped(id.utf8.span)
        json.raw("_")
        json.number(index)
    }

    private static func write(_ usage: Usage, to json: inout JSONBytes) {
        json.raw(#"{"input_tokens":"#)
        json.number(usage.promptTokens)
        json.raw(#","input_tokens_details":{"cached_tokens":"#)
        json.number(usage.cachedTokens ?? 0)
        json.raw(#","cache_write_tokens":0},"output_tokens":"#)
        json.number(usage.completionTokens)
        json.raw(#","output_tokens_details":{"reasoning_tokens":"#)
        json.number(usage.reasoningTokens ?? 0)
        json.raw(#"},"total_tokens":"#)
        json.number(usage.totalTokens)
        json.raw("}")
    }
}

/// One item of an answer: what it is, and its text so far as the inside of a JSON string.
package struct ResponsesItem: Sendable {
    package enum Kind: Sendable {
        case reasoning, message
        case call(id: String, name: String)

        fileprivate var type: StaticString {
            switch self {
            case .reasoning: "reasoning"
            case .message: "message"
            case .call: "function_call"
            }
        }

        fileprivate var prefix: StaticString {
            switch self {
            case .reasoning: "rs_"
            case .message: "msg_"
            case .call: "fc_"
            }
        }
    }

    package let kind: Kind
    package var escaped: [UInt8] = []

    package init(_ kind: Kind, text: String = "") {
        self.kind = kind
        guard !text.isEmpty else { return }
        var json = JSONBytes()
        json.escaped(text.utf8.span)
        escaped = json.bytes
    }

    /// The one part of its content, as it stands.
    package func writePart(to json: inout JSONBytes) {
        if case .reasoning = kind {
            json.raw(#"{"type":"reasoning_text","text":""#)
            json.raw(escaped)
            return json.raw("\"}")
        }
        json.raw(#"{"type":"output_text","annotations":[],"logprobs":[],"text":""#)
        json.raw(escaped)
        json.raw("\"}")
    }
}
