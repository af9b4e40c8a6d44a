internal import CascadeTransport

/// Requests for embeddings: the same cascade, another question.
extension RequestDriver {
    func embed() async throws(CascadeError) -> EmbeddingResponse {
        var step = Step.action(machine.start(at: now))
        while true {
            var attempt = try await nextAttempt(step)
            do throws(UpstreamFailure) {
                let answer = try await embeddings(&attempt)
                return succeed(attempt, answer)
            } catch {
                step = await fail(attempt, error)
            }
        }
    }

    /// Why a candidate cannot give the embeddings that are asked for; `nil` when it can, or when none are.
    func embeddingObstacle(_ candidate: RoutingTable.Candidate, _ provider: Provider) -> String? {
        guard let embedding = admitted.embedding else { return nil }
        guard provider.type.format.hasEmbeddings else { return "its format has no embeddings" }
        // Vectors of another model would not compare with those that the caller has.
        return candidate.isFallbackModel ? "does not list model \(embedding.model)" : nil
    }

    private func embeddings(_ attempt: inout Attempt) async throws(UpstreamFailure) -> EmbeddingAnswer {
        let provider = attempt.provider
        guard let url = RequestEncoder.embeddingURL(base: provider.baseURL, type: provider.type) else {
            preconditionFailure("\(provider.name) has no embeddings")
        }
        let transfer = try startTransfer(attempt, url: url, streaming: false)
        let signal = transfer.signal
        var expected = admitted.embedding?.input.count ?? 0
        while true {
            let poll = transfer.poll(with: &expected) { expected, record, count, _, head in
                Self.read(record, count: count, head: head, type: provider.type, expected: expected)
            }
            switch poll {
            case .record(let result):
                attempt.status = transfer.head.status
                if case .success = result { transfer.finish() }
                return try result.get()
            case .empty: await signal.waitOrCancel()
            case .ended(let outcome):
                attempt.status = transfer.head.status == 0 ? nil : transfer.head.status
                if let failure = outcome.failure { throw .transport(failure, outcome) }
                throw .provider(ProviderError(kind: .truncated, message: "the response was empty"))
            }
        }
    }

    private static func read(
        _ record: RawSpan, count: Int, head: Transfer.Head, type: ProviderType, expected: Int
    ) -> Result<EmbeddingAnswer, UpstreamFailure> {
        let told = ResponseHead(status: head.status, fields: head.fields)
        guard (200..<300).contains(head.status) else {
            let now = Int64(WallClock.secondsSince1970)
            return .failure(
                .provider(ErrorClassifier.classify(type: type, head: told, body: record, count: count, now: now)))
        }
        do throws(ProviderError) {
            return .success(try EmbeddingDecoder.decode(type: type, record, count: count, expected: expected))
        } catch {
            var error = error
            if error.requestID == nil { error.requestID = RequestID.of(told) }
            if error.retryAfter == nil { error.retryAfter = RetryAfter.parse(head: told) }
            return .failure(.provider(error))
        }
    }

    @inline(never)
    private func succeed(_ attempt: Attempt, _ answer: EmbeddingAnswer) -> EmbeddingResponse {
        let now = now
        _ = machine.succeeded(at: now)
        let report = report(attempt, .answered, failure: nil, at: now)
        attempts.append(report)
        let latency = admitted.startedAt.duration(to: now)
        close(answering: attempt.candidate)
        core.committed(attempt.provider, lease: attempt.lease, timeToFirstToken: nil)
        core.attemptEnded(report)
        core.answered(attempt, usage: answer.usage, latency: latency, timeToFirstToken: nil)
        span.end(provider: attempt.provider, model: attempt.model, usage: answer.usage, error: nil)
        return EmbeddingResponse(
            embeddings: answer.embeddings, provider: attempt.provider.name, model: attempt.model, latency: latency,
            usage: answer.usage, attempts: attempts, droppedFields: attempt.droppedFields)
    }
}
