internal import Synchronization

extension RouterCore {
    /// Lets a request in: looks at what it needs, plans it, takes a place, and reads its files.
    ///
    /// Every call is one request of the router's counts, also one that is refused here.
    ///
    /// - Parameter embedding: What is asked for in place of an answer; `request` then only says how it is routed.
    func begin(
        _ request: ChatRequest, embedding: EmbeddingRequest? = nil, streaming: Bool
    ) async throws(CascadeError) -> AdmittedRequest {
        let startedAt = clock.now
        do throws(CascadeError) {
            // Nearly every request names no file and finds a place: then nothing is awaited.
            if let admitted = try admitAtOnce(request, embedding, streaming: streaming, startedAt: startedAt) {
                return admitted
            }
            return try await admit(request, embedding, streaming: streaming, startedAt: startedAt)
        } catch {
            ended(error)
            throw error
        }
    }

    /// - Returns: `nil` for a request that has to wait, for its files or for its turn.
    @inline(never)
    private func admitAtOnce(
        _ request: ChatRequest, _ embedding: EmbeddingRequest?, streaming: Bool, startedAt: Instant
    ) throws(CascadeError) -> AdmittedRequest? {
        shared.withLock { $0.counts.requests += 1 }
        if embedding?.input.isEmpty ?? request.messages.isEmpty {
            let what = embedding == nil ? "messages" : "input"
            throw CascadeError(code: .invalidRequest, message: "the request has no \(what)")
        }
        if MediaFiles.areNamed(in: request) { return nil }
        let plan = try plan(request, needs: ContentNeeds(of: request))
        let bytes = estimatedMemory(of: request, embedding, files: 0, snapshot: plan.snapshot)
        guard admission.tryEnter(bytes: bytes) else { return nil }
        return try admitted(request, embedding, plan: plan, streaming: streaming, startedAt: startedAt, bytes: bytes)
    }

    private func admit(
        _ request: ChatRequest, _ embedding: EmbeddingRequest?, streaming: Bool, startedAt: Instant
    ) async throws(CascadeError) -> AdmittedRequest {
        let plan = try plan(request, needs: ContentNeeds(of: request))
        let namesFiles = MediaFiles.areNamed(in: request)
        let files = namesFiles ? await MediaFiles.encodedSize(of: request) : 0
        let bytes = estimatedMemory(of: request, embedding, files: files, snapshot: plan.snapshot)
        try await enter(bytes: bytes, deadline: deadline(of: request, from: startedAt, plan))
        let resolved: ChatRequest
        do throws(CascadeError) {
            resolved = namesFiles ? try await MediaFiles.resolve(request) : request
        } catch {
            admission.leave(bytes: bytes)
            throw error
        }
        return try admitted(resolved, embedding, plan: plan, streaming: streaming, startedAt: startedAt, bytes: bytes)
    }

    /// The place was taken, and is given back when this fails.
    private func admitted(
        _ request: ChatRequest, _ embedding: EmbeddingRequest?, plan: Plan, streaming: Bool, startedAt: Instant,
        bytes: Int
    ) throws(CascadeError) -> AdmittedRequest {
        do throws(EncodingError) {
            return AdmittedRequest(
                core: self, request: request, embedding: embedding, snapshot: plan.snapshot, decision: plan.decision,
                isStreaming: streaming,
                startedAt: startedAt, deadline: deadline(of: request, from: startedAt, plan),
                lease: try arenas.lease(), bytes: bytes)
        } catch {
            admission.leave(bytes: bytes)
            throw CascadeError(code: .local, message: error.message)
        }
    }

    /// The bytes of its files, read; of its body, once for each encoding that the cascade may come to need; of a ring.
    private func estimatedMemory(
        of request: ChatRequest, _ embedding: EmbeddingRequest?, files: Int, snapshot: Snapshot
    ) -> Int {
        files + ((embedding?.estimatedBytes ?? request.estimatedBytes) + files) * snapshot.encodingCount
            + options.tuning.ringBytes
    }

    struct Plan {
        var snapshot: Snapshot
        var decision: RoutingTable.Decision
    }

    /// The instant at which the cascade gives up.
    private func deadline(of request: ChatRequest, from startedAt: Instant, _ plan: Plan) -> Instant {
        let limit = plan.snapshot.configuration.cascade.deadline
        return startedAt.advanced(by: min(request.deadline ?? limit, limit))
    }

    @inline(never)
    func plan(_ request: ChatRequest, needs: ContentNeeds) throws(CascadeError) -> Plan {
        let day = clock.day
        let plan: Plan? = shared.withLock { shared in
            guard !shared.isShutDown else { return nil }
            let tracking = shared.snapshot.configuration.costTracking
            let query = RoutingTable.Query(
                model: request.model, needs: needs.capabilities, tags: request.tags, tier: request.tier,
                agent: request.agent, minimumContext: nil,
                freeOnly: tracking.onExceeded == .skipPaid && shared.cost.decision(day: day) == .skipPaid)
            return Plan(
                snapshot: shared.snapshot, decision: shared.cache.decision(for: query, in: shared.snapshot.table))
        }
        guard let plan else { throw .shutDown }
        return plan
    }

    private func enter(bytes: Int, deadline: Instant) async throws(CascadeError) {
        switch await admission.enter(bytes: bytes, deadline: deadline) {
        case .admitted: return
        case .shutdown: throw .shutDown
        case .cancelled: throw CascadeError(code: .cancelled, message: "the request was cancelled while it waited")
        case .overloaded:
            throw CascadeError(
                code: .overloaded,
                message: "the router is at its limit of requests or memory; raise CASCADE_MAX_CONCURRENT_REQUESTS or "
                    + "CASCADE_MEMORY_LIMIT_BYTES, or send less",
                retryAfter: .seconds(1))
        }
    }
}

extension CascadeError {
    static var shutDown: CascadeError { CascadeError(code: .shutdown, message: "the router was shut down") }
}
