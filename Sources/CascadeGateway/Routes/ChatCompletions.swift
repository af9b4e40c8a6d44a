internal import Cascade
internal import CascadeFormats

/// `POST /v1/chat/completions`.
struct ChatCompletions {
    let router: CascadeRouter
    let exchange: Exchange

    func serve() async {
        var call: OpenAIChatCall
        do throws(ClientRequestError) {
            call = try exchange.readBody { (body, count) throws(ClientRequestError) in
                try OpenAIChatCall(body, count: count, keepsBody: router.speaks(.openAI))
            }
        } catch {
            return exchange.refuse(ErrorAnswer(error))
        }
        guard exchange.admits(&call.request, router: router) else { return }
        if call.isStreamed { await stream(call) } else { await complete(call.request) }
    }

    private func writer(model: String, isStreamed: Bool) -> OpenAIAnswerWriter {
        OpenAIAnswerWriter(
            id: exchange.requestID, created: WallTime.seconds, model: model, isStreamed: isStreamed)
    }

    private func complete(_ request: ChatRequest) async {
        do throws(CascadeError) {
            let reply = try await router.complete(request)
            let body =
                reply.body
                ?? writer(model: reply.model, isStreamed: false).answer(
                    content: reply.content, reasoning: reply.reasoning, toolCalls: reply.toolCalls,
                    finishReason: reply.finishReason, usage: reply.usage)
            exchange.answerJSON(body, AnswerFields(reply))
            exchange.account(for: reply)
        } catch {
            exchange.fail(error)
        }
    }

    // MARK: - In pieces

    private func stream(_ call: OpenAIChatCall) async {
        exchange.holdStream()
        do throws(CascadeError) {
            let stream = try await router.stream(call.request)
            exchange.begin(stream)
            let includesUsage = call.includesUsage
            exchange.carryOn { await pass(stream, includesUsage: includesUsage) }
        } catch {
            exchange.fail(error)
        }
    }

    private func pass(_ stream: ChatStream, includesUsage: Bool) async {
        if stream.isForwardable {
            return await exchange.pass(stream, to: ForwardingRelay(format: .openAI, includesUsage: includesUsage))
        }
        await exchange.pass(
            stream,
            to: OpenAIStreamRelay(
                writer: writer(model: stream.model, isStreamed: true), includesUsage: includesUsage))
    }
}
