internal import Cascade
internal import CascadeFormats

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

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
        if let model = call.request.model, !router.knowsModel(model) {
            guard model == Models.anyModel else { return exchange.refuse(Models.unknown(model)) }
            call.request.model = nil
        }
        if call.isStreamed { await stream(call) } else { await complete(call) }
    }

    private func writer(_ call: ResponsesCall, model: String) -> ResponsesWriter {
        ResponsesWriter(call, id: exchange.requestID, created: time(nil), model: model)
    }

    private func complete(_ call: ResponsesCall) async {
        do throws(CascadeError) {
            let reply = try await router.complete(call.request)
            let body = writer(call, model: reply.model).answer(
                content: reply.content, reasoning: reply.reasoning, toolCalls: reply.toolCalls,
                finishReason: reply.finishReason, usage: reply.usage)
            exchange.answerJSON(body, AnswerFields(reply))
        } catch {
            exchange.refuse(ErrorAnswer(error), AnswerFields(error))
        }
    }

    // MARK: - In pieces

    private func head(_ cascade: [(name: String, value: String)]) -> AnswerHead {
        AnswerHead(
            status: 200,
            fields: exchange.fields("text/event-stream; charset=utf-8") + [("cache-control", "no-cache")] + cascade)
    }

    private func stream(_ call: ResponsesCall) async {
        // A comment, which clients pass over. Who answers is not known when it goes out, so its head does not say.
        exchange.hold(head([]), piece: Array(": waiting\n\n".utf8))
        let stream: ChatStream
        do throws(CascadeError) {
            stream = try await router.stream(call.request)
        } catch {
            exchange.unhold()
            guard exchange.isOpen else { return exchange.refuse(ErrorAnswer(error), AnswerFields(error)) }
            _ = exchange.write(ResponsesStreamRelay.failure(ErrorAnswer(error)))
            return exchange.finish()
        }
        exchange.unhold()
        exchange.open(head(AnswerFields(stream).list(since: exchange.receivedAt)))
        await pass(stream, to: ResponsesStreamRelay(writer: writer(call, model: stream.model)))
    }

    private func pass(_ stream: ChatStream, to relay: ResponsesStreamRelay) async {
        do throws(CascadeError) {
            while try await stream.relay(to: relay) {
                guard exchange.write(relay.take()) else { return stream.cancel() }
                await exchange.waitForRoom()
                if relay.isTooLong { break }
            }
            if relay.isTooLong {
                stream.cancel()
                relay.fail(ResponsesStreamRelay.tooLong)
            } else {
                relay.end()
            }
        } catch {
            relay.fail(ErrorAnswer(error))
        }
        _ = exchange.write(relay.take())
        exchange.finish()
    }
}
