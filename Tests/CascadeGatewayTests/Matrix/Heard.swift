import CascadeTesting
import Foundation

/// What a client hears, in no format: put together from its format's own members and events.
struct Heard: Equatable, Sendable {
    var text = ""
    var reasoning = ""
    var calls: [Ask.Call] = []
    /// OpenAI's word for it; nil where none was told.
    var finish: String?
    /// Input and output.
    var tokens: [Int]?
    /// The format's own marker of the end has come; always of an answer that is whole.
    var isEnded = false
    /// The code of an error; of Anthropic's its type.
    var error: String?

    init() {}

    init(_ reply: HTTPClient.Reply, as format: ClientFormat, isStreamed: Bool) {
        let events = isStreamed && reply.status == 200
        switch format {
        case .chat: events ? readChunks(reply) : readCompletion(reply.json)
        case .messages: events ? readEvents(reply.namedEvents.map(\.data)) : readMessage(reply.json)
        case .responses: events ? readResponseEvents(reply.namedEvents) : readResponse(reply.json)
        }
        for index in calls.indices { calls[index].arguments = Ask.canonical(Ask.parsed(calls[index].arguments)) }
    }

    // MARK: - Chat completions

    private mutating func readCompletion(_ body: JSON) {
        guard let choice = body.list("choices").first else { return readError(body) }
        let message = choice.object("message")
        text = message["content"] as? String ?? ""
        reasoning = message["reasoning_content"] as? String ?? ""
        calls = message.list("tool_calls").map {
            let function = $0.object("function")
            return Ask.Call(text($0["id"]), text(function["name"]), text(function["arguments"]))
        }
        finish = choice["finish_reason"] as? String
        tokens = counts(body["usage"], "prompt_tokens", "completion_tokens")
        isEnded = true
    }

    private mutating func readChunks(_ reply: HTTPClient.Reply) {
        for chunk in reply.objects {
            readError(chunk)
            tokens = counts(chunk["usage"], "prompt_tokens", "completion_tokens") ?? tokens
            guard let choice = chunk.list("choices").first else { continue }
            let delta = choice.object("delta")
            text += self.text(delta["content"])
            reasoning += self.text(delta["reasoning_content"])
            finish = choice["finish_reason"] as? String ?? finish
            for piece in delta.list("tool_calls") {
                let (index, function) = (piece["index"] as? Int ?? -1, piece.object("function"))
                if index == calls.count { calls.append(Ask.Call(self.text(piece["id"]), self.text(function["name"]))) }
                if calls.indices.contains(index) { calls[index].arguments += self.text(function["arguments"]) }
            }
        }
        isEnded = reply.events.last == "[DONE]"
    }

    // MARK: - Messages

    private mutating func readMessage(_ body: JSON) {
        guard body["type"] as? String == "message" else { return readError(body) }
        for block in body.list("content") { open(block) }
        finish = reason(body["stop_reason"])
        tokens = counts(body["usage"], "input_tokens", "output_tokens")
        isEnded = true
    }

    private mutating func open(_ block: JSON) {
        text += self.text(block["text"])
        reasoning += self.text(block["thinking"])
        guard block["type"] as? String == "tool_use" else { return }
        calls.append(Ask.Call(self.text(block["id"]), self.text(block["name"]), Ask.canonical(block["input"])))
    }

    /// A block is told of between its start and its stop only, and there is one at a time.
    private mutating func readEvents(_ events: [JSON]) {
        var (open, count) = (-1, 0)
        for event in events {
            let (index, delta) = (event["index"] as? Int ?? -1, event.object("delta"))
            switch event["type"] as? String {
            case "message_start": tokens = counts(event.object("message")["usage"], "input_tokens", "output_tokens")
            case "content_block_start" where open < 0 && index == count:
                self.open(event.object("content_block"))
                if !calls.isEmpty, calls[calls.count - 1].arguments == "{}" { calls[calls.count - 1].arguments = "" }
                (open, count) = (index, count + 1)
            case "content_block_delta" where open == index:
                text += self.text(delta["text"])
                reasoning += self.text(delta["thinking"])
                if let piece = delta["partial_json"] as? String { calls[calls.count - 1].arguments += piece }
            case "content_block_stop" where open == index: open = -1
            case "message_delta":
                finish = reason(delta["stop_reason"])
                // Those of the input may have been told at the start only.
                let usage = event.object("usage")
                tokens = counts(
                    usage.merging(["input_tokens": tokens?.first ?? 0]) { first, _ in first }, "input_tokens",
                    "output_tokens")
            case "message_stop": isEnded = true
            case "ping": break
            case "error": readError(event)
            default: error = "out of order: \(event)"
            }
        }
    }

    private func reason(_ reason: Any?) -> String? {
        ["end_turn": "stop", "max_tokens": "length", "tool_use": "tool_calls", "refusal": "content_filter"][
            text(reason)]
    }

    // MARK: - Responses

    private mutating func readResponse(_ body: JSON) {
        guard body["object"] as? String == "response" else { return readError(body) }
        for item in body.list("output") {
            let said = item.list("content").map { self.text($0["text"]) }.joined()
            switch item["type"] as? String {
            case "message": text += said
            case "reasoning": reasoning += said
            default:
                calls.append(
                    Ask.Call(self.text(item["call_id"]), self.text(item["name"]), self.text(item["arguments"])))
            }
        }
        let why = body.object("incomplete_details")["reason"] as? String
        finish = why.map { $0 == "max_output_tokens" ? "length" : $0 } ?? (calls.isEmpty ? "stop" : "tool_calls")
        tokens = counts(body["usage"], "input_tokens", "output_tokens")
        isEnded = true
    }

    /// What the deltas say has to be what the last event repeats.
    private mutating func readResponseEvents(_ events: [(name: String, data: JSON)]) {
        var deltas = Heard()
        var items: [Int] = []
        for (index, event) in events.enumerated() {
            let piece = text(event.data["delta"])
            if event.data["sequence_number"] as? Int != index { error = "out of sequence: \(event)" }
            switch event.name {
            case "response.output_text.delta": deltas.text += piece
            case "response.reasoning_text.delta": deltas.reasoning += piece
            case "response.output_item.added" where event.data.object("item")["type"] as? String == "function_call":
                let item = event.data.object("item")
                items.append(event.data["output_index"] as? Int ?? -1)
                deltas.calls.append(Ask.Call(text(item["call_id"]), text(item["name"])))
            case "response.function_call_arguments.delta":
                guard let call = items.firstIndex(of: event.data["output_index"] as? Int ?? -1) else { break }
                deltas.calls[call].arguments += piece
            case "response.completed", "response.incomplete": readResponse(event.data.object("response"))
            case "error": readError(event.data)
            default: break
            }
        }
        if isEnded {
            if (text, reasoning, calls) != (deltas.text, deltas.reasoning, deltas.calls) { error = "two answers" }
        } else {
            (text, reasoning, calls) = (deltas.text, deltas.reasoning, deltas.calls)
        }
    }

    // MARK: - Members

    private mutating func readError(_ body: JSON) {
        let object = body.object("error")
        guard !text(object["message"]).isEmpty else { return }
        error = object["code"] as? String ?? object["type"] as? String ?? error
    }

    private func text(_ member: Any?) -> String { member as? String ?? "" }

    private func counts(_ usage: Any?, _ input: String, _ output: String) -> [Int]? {
        guard let usage = usage as? JSON, let input = usage[input] as? Int, let output = usage[output] as? Int else {
            return nil
        }
        return [input, output]
    }
}

extension Ask.Call {
    fileprivate init(_ id: String, _ name: String, _ arguments: String = "") {
        self.init(id: id, name: name, arguments: arguments)
    }
}
