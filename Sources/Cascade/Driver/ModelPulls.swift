internal import CascadeTransport
internal import Logging
internal import Synchronization

/// Fetches models that an Ollama provider lacks. Requests that need the same one share the download, which goes on while
/// any of them waits for it, and no longer than its time limit.
final class ModelPulls: Sendable {
    private struct Key: Hashable {
        let provider: String
        let model: String
    }

    private let running = Mutex<[Key: SharedDownload]>([:])

    /// Returns when the model is there, or with the reason why it is not; at once when the task is cancelled.
    ///
    /// - Parameters:
    ///   - timeout: Of the download, which is the first request's to set.
    ///   - deadline: Of this request.
    func pull(
        model: String, from provider: Provider, timeout: Duration, deadline: Instant, core: RouterCore
    ) async -> SharedDownload.Outcome {
        let key = Key(provider: provider.name, model: model)
        let download = running.withLock { running in
            let download = running[key] ?? SharedDownload()
            running[key] = download
            download.join {
                await self.fetch(model: model, from: provider, timeout: timeout, core: core)
            }
            return download
        }
        let outcome = await download.wait(until: deadline, core: core)
        running.withLock { running in
            // Another one may have begun since the last user left.
            if download.leave(), running[key] === download { running[key] = nil }
        }
        return outcome
    }

    private func fetch(
        model: String, from provider: Provider, timeout: Duration, core: RouterCore
    ) async -> SharedDownload.Outcome {
        core.logger.info("pulling model", metadata: ["provider": "\(provider.name)", "model": "\(model)"])
        var progress = ModelPullProgress(
            provider: provider.name, model: model, status: "success", completed: nil, total: nil, isFinished: true)
        let outcome: SharedDownload.Outcome
        do throws(UpstreamFailure) {
            try await stream(model: model, from: provider, timeout: timeout, core: core)
            outcome = .pulled
        } catch {
            let failure = provider.withoutSecrets(error)
            progress.status = failure.message
            outcome = failure.isShutDown ? .shutdown : .failed(failure.described(for: provider))
        }
        core.logger.info(
            "model pulled",
            metadata: ["provider": "\(provider.name)", "model": "\(model)", "status": "\(progress.status)"])
        core.options.onModelPull?(progress)
        return outcome
    }

    private func stream(
        model: String, from provider: Provider, timeout: Duration, core: RouterCore
    ) async throws(UpstreamFailure) {
        guard let transfer = start(model: model, provider: provider, timeout: timeout, core: core) else {
            if core.isShutDown { throw .shutDown }
            throw .transport(TransferFailure(kind: .local, message: "out of memory"), nil)
        }
        let signal = transfer.signal
        var decoder = OllamaPullDecoder()
        while true {
            let poll = transfer.poll(with: &decoder) { decoder, record, count, _, head in
                Self.read(record, count: count, head: head, with: decoder)
            }
            switch poll {
            case .record(.progress(let status, _, let total, let completed)):
                core.options.onModelPull?(
                    ModelPullProgress(
                        provider: provider.name, model: model, status: status, completed: completed, total: total,
                        isFinished: false))
            case .record(.success):
                transfer.finish()
                return
            case .record(.failed(let error)): throw .provider(error)
            case .empty: await signal.waitOrCancel()
            case .ended(let outcome): throw Self.failure(outcome)
            }
        }
    }

    private func start(model: String, provider: Provider, timeout: Duration, core: RouterCore) -> Transfer? {
        guard let endpoint = provider.endpoint, let owner = try? LeasedArena(core.arenas.lease()),
            let body = try? RequestEncoder.pullBody(model: model, into: owner.arena),
            let url = try? owner.arena.copyCString(RequestEncoder.pullURL(base: provider.baseURL))
        else { return nil }
        let deadlines = TransferDeadlines(
            connect: provider.timeouts.connect, totalAt: EventLoop.instant(after: timeout))
        return try? UpstreamRequest.post(
            url: url, head: body, tail: nil, framing: .ndjson, deadlines: deadlines, on: endpoint,
            arena: owner.arena, owner: owner)
    }

    private static func read(
        _ record: RawSpan, count: Int, head: Transfer.Head, with decoder: borrowing OllamaPullDecoder
    ) -> OllamaPullDecoder.Line {
        guard head.status == 200 else {
            let head = ResponseHead(status: head.status, fields: head.fields)
            return .failed(ErrorClassifier.classify(type: .ollama, head: head, body: record, count: count))
        }
        return decoder.decode(record, count: count)
    }

    private static func failure(_ outcome: TransferOutcome) -> UpstreamFailure {
        if let failure = outcome.failure { return .transport(failure, outcome) }
        return .provider(
            ProviderError(kind: .truncated, message: "the download ended before it was complete"))
    }
}
