internal import CascadeTransport

/// A request that was let in, with everything its way through the cascade needs. Its transfers own it until libcurl has
/// let go of what is in its arena.
final class AdmittedRequest: Sendable {
    let core: RouterCore
    let request: ChatRequest
    /// What is asked for in place of an answer to `request`, which then only says how it is routed.
    let embedding: EmbeddingRequest?
    let snapshot: Snapshot
    let decision: RoutingTable.Decision
    let isStreaming: Bool
    let startedAt: Instant
    /// The instant at which the cascade gives up.
    let deadline: Instant
    private let lease: ArenaLease
    /// What admission counts for it.
    let bytes: Int

    init(
        core: RouterCore, request: ChatRequest, embedding: EmbeddingRequest?, snapshot: Snapshot,
        decision: RoutingTable.Decision, isStreaming: Bool, startedAt: Instant, deadline: Instant,
        lease: consuming ArenaLease, bytes: Int
    ) {
        self.core = core
        self.request = request
        self.embedding = embedding
        self.snapshot = snapshot
        self.decision = decision
        self.isStreaming = isStreaming
        self.startedAt = startedAt
        self.deadline = deadline
        self.lease = lease
        self.bytes = bytes
    }

    var arena: RequestArena { lease.arena }

    /// The executor of the loop that the first candidate's connections are on.
    var executor: LoopExecutor {
        let first = decision.candidates.first.map { snapshot.providers[$0.provider] }
        return first?.endpoint?.executor ?? core.loops[0].executor
    }

    // They leave the caller's executor for the loop's, which the caller made the task's preference.

    @concurrent
    func complete() async throws(CascadeError) -> ChatResponse {
        try await RequestDriver(self).complete()
    }

    @concurrent
    func stream() async throws(CascadeError) -> ChatStream {
        try await RequestDriver(self).stream()
    }

    @concurrent
    func embed() async throws(CascadeError) -> EmbeddingResponse {
        try await RequestDriver(self).embed()
    }
}
