internal import Cascade
internal import CascadeFormats

/// `POST /v1/embeddings`.
struct Embeddings {
    let router: CascadeRouter
    let exchange: Exchange

    func serve() async {
        let call: OpenAIEmbeddingCall
        do throws(ClientRequestError) {
            call = try exchange.readBody { (body, count) throws(ClientRequestError) in
                try OpenAIEmbeddingCall(body, count: count)
            }
        } catch {
            return exchange.refuse(ErrorAnswer(error))
        }
        let request = call.request
        guard router.knowsModel(request.model) else { return exchange.refuse(Self.unknown(request.model)) }
        let estimate = TokenEstimate(textBytes: request.input.reduce(0) { $0 + $1.utf8.count })
        guard exchange.admits(model: request.model, estimate) else { return }
        do throws(CascadeError) {
            let reply = try await router.embed(request)
            let body = OpenAIEmbeddingWriter.answer(
                reply.embeddings, model: reply.model, usage: reply.usage, numberFormat: request.numberFormat)
            exchange.answerJSON(body, AnswerFields(reply))
            exchange.account(for: reply)
        } catch {
            exchange.fail(error)
        }
    }

    private static func unknown(_ model: String) -> ErrorAnswer {
        guard model == Models.anyModel else { return Models.unknown(model) }
        return ErrorAnswer(
            ClientRequestError(
                "embeddings need a model by its name: vectors of different models do not compare", parameter: "model"))
    }
}
