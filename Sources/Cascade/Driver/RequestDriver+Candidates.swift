internal import CascadeTransport
internal import Synchronization

/// A candidate's request in its provider's format.
struct EncodedCandidate {
    let candidate: Int
    let model: String
    let key: EncodingOptions.BodyKey
    let head: EncodedHead
    /// Shared by all candidates of equal keys.
    let tail: EncodedBody

    var droppedFields: [String] { tail.droppedFields + head.droppedFields }
}

/// What was encoded so far. That is one candidate's request as a rule, which costs no array.
struct EncodedCandidates {
    private var first: EncodedCandidate?
    private var others: [EncodedCandidate] = []

    mutating func append(_ candidate: EncodedCandidate) {
        if first == nil { first = candidate } else { others.append(candidate) }
    }

    func first(where matches: (EncodedCandidate) -> Bool) -> EncodedCandidate? {
        if let first, matches(first) { return first }
        return others.first(where: matches)
    }
}

/// A provider that was passed by, and what that says about the router's state.
struct SkippedProvider {
    enum Cause: Hashable {
        /// It cannot take this request, now or later.
        case unsuitable
        case circuitOpen
        /// It has as many requests as it may.
        case busy
        /// It is left alone after a failure of this class.
        case coolingDown(FailureClass)
    }

    let name: String
    let cause: Cause
    /// For a person.
    let reason: String
    /// When it can be asked again, where that is known.
    var until: Instant?

    var report: SkipReport { SkipReport(provider: name, reason: reason) }
}

extension RequestDriver {
    private static var busyPause: Duration { .milliseconds(100) }

    /// Asks everyone who may hold the candidate back, the one whose answer is a commitment last.
    @inline(never)
    func consider(_ index: Int) throws(CascadeError) -> Step {
        let candidate = admitted.decision.candidates[index]
        let provider = admitted.snapshot.providers[candidate.provider]
        if let reason = provider.unavailable { return refuse(.unavailable, provider, .unsuitable, reason) }
        if let reason = embeddingObstacle(candidate, provider) {
            return refuse(.unavailable, provider, .unsuitable, reason)
        }
        guard let model = candidate.model ?? provider.type.placeholderModel else {
            return refuse(
                .unavailable, provider, .unsuitable, "no model is configured and none was asked for")
        }
        if let exceededWindow, contextWindow(of: index) ?? 0 <= exceededWindow {
            return refuse(
                .unavailable, provider, .unsuitable, "the request needs a context of more than \(exceededWindow) tokens"
            )
        }
        let now = now
        if let pause = core.shared.withLock({ $0.cooldowns.pause(provider: provider.name, model: model, at: now) }) {
            // No time heals a refused key or an unknown model: such a pause is not waited for.
            let passes = pause.failure.sameProviderAgain != .never || pause.failure == .timeout
            return refuse(
                passes ? .coolingDown(until: pause.until) : .unavailable, provider, .coolingDown(pause.failure),
                pause.phrase(at: now), until: pause.until)
        }
        let body: EncodedCandidate
        switch try encode(index, model: model, provider: provider) {
        case .body(let encoded): body = encoded
        case .unsupported(let reason): return refuse(.unavailable, provider, .unsuitable, reason)
        }
        return admit(body, provider: provider, forced: false)
    }

    /// Attempts a candidate although its circuit is open: nobody else is left.
    @inline(never)
    func forceProbe(_ index: Int) throws(CascadeError) -> Step {
        let provider = admitted.snapshot.providers[admitted.decision.candidates[index].provider]
        return admit(encodedBody(index), provider: provider, forced: true)
    }

    /// What a candidate that was granted an attempt, or whose circuit was asked, is sent.
    func encodedBody(_ index: Int) -> EncodedCandidate {
        guard let body = encoded.first(where: { $0.candidate == index }) else {
            preconditionFailure("nobody is asked before the request was encoded for them")
        }
        return body
    }

    /// In tokens, by the configuration.
    private func contextWindow(of index: Int) -> Int? {
        let candidate = admitted.decision.candidates[index]
        let models = admitted.snapshot.providers[candidate.provider].configuration.models
        return models.first { $0.name == candidate.model }?.contextWindow
    }

    /// The request does not fit the candidate's model.
    ///
    /// - Returns: Whether a later candidate is known to take more; those that are not are passed by from now on.
    func outgrew(_ index: Int) -> Bool {
        guard let window = contextWindow(of: index) else { return false }
        let later = admitted.decision.candidates.indices.dropFirst(index + 1)
        guard later.contains(where: { contextWindow(of: $0) ?? 0 > window }) else { return false }
        exceededWindow = max(window, exceededWindow ?? 0)
        return true
    }

    private func admit(_ body: EncodedCandidate, provider: Provider, forced: Bool) -> Step {
        let now = now
        let limit = provider.configuration.maxConcurrency
        let place = provider.state.withLock { $0.enter(limit: limit, forced: forced, at: now) }
        switch place {
        case .busy(let count):
            let until = now.advanced(by: Self.busyPause)
            return refuse(.coolingDown(until: until), provider, .busy, "\(count) requests in flight")
        case .circuitOpen(let until):
            let time = now.duration(to: until).rounded
            let reason = forced ? "circuit open, probes under way" : "circuit open for \(time)"
            return refuse(.circuitOpen(until: until), provider, .circuitOpen, reason)
        case .granted(let lease):
            if !forced {
                let action = machine.admitted(at: now)
                guard case .attempt = action else {
                    provider.state.withLock { $0.giveBack(lease, at: now) }
                    return .action(action)
                }
            }
            skips.removeAll { $0.name == provider.name }
            return .attempt(
                Attempt(
                    provider: provider, candidate: body.candidate, model: body.model,
                    isFallbackModel: admitted.decision.candidates[body.candidate].isFallbackModel,
                    droppedFields: body.droppedFields, lease: lease, startedAt: now))
        }
    }

    private func refuse(
        _ refusal: FallbackMachine.Refusal, _ provider: Provider, _ cause: SkippedProvider.Cause, _ reason: String,
        until: Instant? = nil
    ) -> Step {
        skips.removeAll { $0.name == provider.name }
        skips.append(SkippedProvider(name: provider.name, cause: cause, reason: reason, until: until))
        let now = now
        return .action(core.shared.withLock { machine.refused(refusal, budget: &$0.budget, at: now) })
    }

    private enum Encoding {
        case body(EncodedCandidate)
        /// This provider's format cannot express the request; another's may.
        case unsupported(String)
    }

    private func encode(_ index: Int, model: String, provider: Provider) throws(CascadeError) -> Encoding {
        if let known = encoded.first(where: { $0.candidate == index }) { return .body(known) }
        var options = provider.encoding
        options.passesThrough = RequestEncoder.passesThrough(admitted.request, model: model, options: options)
        let arena = admitted.arena
        do throws(EncodingError) {
            let key = options.bodyKey
            let tail: EncodedBody
            if let shared = encoded.first(where: { $0.key == key })?.tail {
                tail = shared
            } else if let embedding = admitted.embedding {
                tail = try RequestEncoder.encodeTail(embedding, options: options, into: arena)
            } else {
                tail = try RequestEncoder.encodeTail(admitted.request, options: options, into: arena)
            }
            let head =
                if admitted.embedding != nil {
                    try RequestEncoder.encodeEmbeddingHead(model: model, options: options, into: arena)
                } else {
                    try RequestEncoder.encodeHead(
                        model: model, streaming: streamsUpstream(provider), options: options,
                        request: admitted.request, into: arena)
                }
            let body = EncodedCandidate(candidate: index, model: model, key: key, head: head, tail: tail)
            encoded.append(body)
            return .body(body)
        } catch {
            guard error.code == .unsupported else { throw end(error) }
            return .unsupported("\(error.field): \(error.message)")
        }
    }

    /// Long answers of Anthropic's are only to be had as streams.
    func streamsUpstream(_ provider: Provider) -> Bool {
        admitted.isStreaming || (provider.type.format == .anthropic && request.maxTokens ?? 0 > 20_000)
    }
}

extension ProviderType {
    /// What a server that has one model and does not care is asked for.
    var placeholderModel: String? {
        isLocal && self != .ollama || self == .openaiCompatible ? "default" : nil
    }
}
