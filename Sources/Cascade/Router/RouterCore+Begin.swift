internal import Synchronization

extension RouterCore {
    /// Lets a request in: looks at what it needs, plans it, takes a place, and reads its files.
    ///
    /// Every call is one request of the router's counts, also one that is refused here.
    func begin(_ request: ChatRequest, streaming: Bool) async throws(CascadeError) -> AdmittedRequest {
        shared.withLock { $0.counts.requests += 1 }
        do throws(CascadeError) {
            return try await admit(request, streaming: streaming)
        } catch {
            ended(error)
            throw error
        }
    }

    private func admit(_ request: ChatRequest, streaming: Bool) async throws(CascadeError) -> AdmittedRequest {
        let startedAt = clock.now
        guard !request.messages.isEmpty else {
            throw CascadeError(code: .invalidRequest, message: "the request has no messages")
        }
        let plan = try plan(request, needs: ContentNeeds(of: request))
        let limit = plan.snapshot.configuration.cascade.deadline
        let deadline = startedAt.advanced(by: min(request.deadline ?? limit, limit))
        // Nearly every request names no file and finds a place: nothing is awaited then.
        let namesFiles = MediaFiles.areNamed(in: request)
        let files = namesFiles ? await MediaFiles.encodedSize(of: request) : 0
        let bytes = estimatedMemory(of: request, files: files, snapshot: plan.snapshot)
        if !admission.tryEnter(bytes: bytes) { try await enter(bytes: bytes, deadline: deadline) }
        do throws(CascadeError) {
            let request = namesFiles ? try await MediaFiles.resolve(request) : request
            return try admitted(
                request, plan: plan, streaming: streaming, startedAt: startedAt, deadline: deadline, bytes: bytes)
        } catch {
            admission.leave(bytes: bytes)
            throw error
        }
    }

    @inline(never)
    private func admitted(
        _ request: ChatRequest, plan: Plan, streaming: Bool, startedAt: Instant, deadline: Instant, bytes: Int
    ) throws(CascadeError) -> AdmittedRequest {
        AdmittedRequest(
            core: self, request: request, snapshot: plan.snapshot, decision: plan.decision, isStreaming: streaming,
            startedAt: startedAt, deadline: deadline, lease: try leaseArena(), bytes: bytes)
    }

    /// The bytes of its files, read; of its body, once for each encoding that the cascade may come to need; of a ring.
    private func estimatedMemory(of request: ChatRequest, files: Int, snapshot: Snapshot) -> Int {
        files + (request.estimatedBytes + files) * snapshot.encodingCount + options.tuning.ringBytes
    }

    @inline(never)
    private func leaseArena() throws(CascadeError) -> ArenaLease {
        do throws(EncodingError) {
            return try arenas.lease()
        } catch {
            throw CascadeError(code: .local, message: error.message)
        }
    }

    struct Plan {
        var snapshot: Snapshot
        var decision: RoutingTable.Decision
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
