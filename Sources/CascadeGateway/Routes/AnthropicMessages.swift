internal import Cascade
internal import CascadeFormats

/// `POST /v1/messages`.
struct AnthropicMessages {
    static let path = "/v1/messages"

    let router: CascadeRouter
    let exchange: Exchange

    func serve() async {
        var call: AnthropicCall
        do throws(ClientRequestError) {
            call = try exchange.readBody { (body, count) throws(ClientRequestError) in
                try AnthropicCall(
                    body, count: count, keepsBody: router.speaks(.anthropic), betas: exchange.betas)
            }
        } catch {
            return exchange.refuse(ErrorAnswer(error))
        }
        guard call.request.model != nil else {
            return exchange.refuse(ErrorAnswer(ClientRequestError("model is missing", parameter: "model")))
        }
        guard exchange.admits(&call.request, router: router) else { return }
        if call.isStreamed { await stream(call.request) } else { await complete(call.request) }
    }

    private func writer(model: String) -> AnthropicAnswerWriter {
        AnthropicAnswerWriter(id: exchange.requestID, model: model)
    }

    private func complete(_ request: ChatRequest) async {
        do throws(CascadeError) {
            let reply = try await router.complete(request)
            let body =
                reply.body
                ?? writer(model: reply.model).answer(
                    content: reply.content, reasoning: reply.reasoning, toolCalls: reply.toolCalls,
                    finishReason: reply.finishReason, usage: reply.usage)
            exchange.answerJSON(body, AnswerFields(reply))
            exchange.account(for: reply)
        } catch {
            exchange.fail(error)
        }
    }

    private func stream(_ request: ChatRequest) async {
        exchange.holdStream()
        do throws(CascadeError) {
            let stream = try await router.stream(request)
            exchange.begin(stream)
            exchange.carryOn { await pass(stream) }
        } catch {
            exchange.fail(error)
        }
    }

    private func pass(_ stream: ChatStream) async {
        if stream.isForwardable {
            return await exchange.pass(stream, to: ForwardingRelay(format: .anthropic, includesUsage: true))
        }
        await exchange.pass(stream, to: AnthropicStreamRelay(writer: writer(model: stream.model)))
    }
}
