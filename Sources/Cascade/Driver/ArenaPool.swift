internal import Synchronization

/// Arenas that wait for their next request.
final class ArenaPool: Sendable {
    private let idle = Mutex<[RequestArena]>([])
    private let maxIdle: Int
    private let blockBytes: Int
    private let maxBytes: Int

    init(tuning: Tuning) {
        maxIdle = tuning.poolMaxIdle
        blockBytes = tuning.arenaBlockBytes
        maxBytes = tuning.arenaMaxBytes
    }

    func lease() throws(EncodingError) -> ArenaLease {
        if let arena = idle.withLock({ $0.popLast() }) { return ArenaLease(arena: arena, pool: self) }
        return ArenaLease(arena: try RequestArena(blockBytes: blockBytes, maxBytes: maxBytes), pool: self)
    }

    /// What those that wait hold.
    var idleBytes: Int { idle.withLock { $0.reduce(0) { $0 + $1.reservedBytes } } }

    fileprivate func giveBack(_ arena: RequestArena) {
        arena.reset()
        idle.withLock { idle in
            if idle.count < maxIdle { idle.append(arena) }
        }
    }
}

/// An arena's use by one request. Whoever holds the lease is the owner of the transfers whose bytes are in the arena:
/// they keep it alive until libcurl has let go of them, and then the arena returns to its pool.
struct ArenaLease: ~Copyable, Sendable {
    let arena: RequestArena
    private let pool: ArenaPool

    fileprivate init(arena: RequestArena, pool: ArenaPool) {
        self.arena = arena
        self.pool = pool
    }

    deinit {
        pool.giveBack(arena)
    }
}

/// The owner of a transfer that belongs to no request.
final class LeasedArena: Sendable {
    private let lease: ArenaLease

    init(_ lease: consuming ArenaLease) {
        self.lease = lease
    }

    var arena: RequestArena { lease.arena }
}
