internal import Cascade
internal import CascadeFormats

/// `POST /v1/responses`.
struct Responses {
    let router: CascadeRouter
    let exchange: Exchange

    func serve() async {
        var call: ResponsesCall
        do throws(ClientRequestError) {
            call = try exchange.readBody { (body, count) throws(ClientRequestError) in
                try ResponsesCall(body, count: count)
            }
        } catch {
            return exchange.refuse(ErrorAnswer(error))
        }
        guard exchange.admits(&call.request, router: router) else { return }
        if call.isStreamed { await stream(call) } else { await complete(call) }
    }

    private func writer(_ call: ResponsesCall, model: String) -> ResponsesWriter {
        ResponsesWriter(call, id: exchange.requestID, created: WallTime.seconds, model: model)
    }

    private func complete(_ call: ResponsesCall) async {
        do throws(CascadeError) {
            let reply = try await router.complete(call.request)
            let body = writer(call, model: reply.model).answer(
                content: reply.content, reasoning: reply.reasoning, toolCalls: reply.toolCalls,
                finishReason: reply.finishReason, usage: reply.usage)
            exchange.answerJSON(body, AnswerFields(reply))
            exchange.account(for: reply)
        } catch {
            exchange.fail(error)
        }
    }

    // MARK: - In pieces

    private func stream(_ call: ResponsesCall) async {
        exchange.holdStream()
        let stream: ChatStream
        do throws(CascadeError) {
            stream = try await router.stream(call.request)
        } catch {
            exchange.unhold()
            guard exchange.isOpen else { return exchange.fail(error) }
            exchange.breakOff(ResponsesStreamRelay.failure(ErrorAnswer(error)), AnswerFields(error))
            return exchange.note(error)
        }
        exchange.begin(stream)
        // Of the request, only what the answer repeats is kept.
        let writer = writer(call, model: stream.model)
        exchange.carryOn { await pass(stream, to: ResponsesStreamRelay(writer: writer)) }
    }

    private func pass(_ stream: ChatStream, to relay: ResponsesStreamRelay) async {
        do throws(CascadeError) {
            while try await stream.relay(to: relay) {
                guard relay.drain(exchange.write) else { return exchange.abandon(stream) }
                if exchange.isFull { await exchange.waitForRoom() }
                if relay.isTooLong { return giveUp(stream, relay) }
            }
        } catch {
            exchange.settle(stream)
            relay.fail(ErrorAnswer(error))
            relay.drain { exchange.breakOff($0, AnswerFields(error)) }
            return exchange.note(error)
        }
        if relay.isTooLong { return giveUp(stream, relay) }
        relay.end()
        _ = relay.drain(exchange.write)
        exchange.finish()
        exchange.settle(stream)
        exchange.note(stream)
    }

    /// The answer is too long to be repeated.
    private func giveUp(_ stream: ChatStream, _ relay: ResponsesStreamRelay) {
        relay.fail(ResponsesStreamRelay.tooLong)
        relay.drain { exchange.breakOff($0, AnswerFields(stream)) }
        exchange.abandon(stream)
    }
}
