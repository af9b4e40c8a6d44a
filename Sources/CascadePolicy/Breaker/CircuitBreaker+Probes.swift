extension CircuitBreaker {
    /// The right to one probe. Report its end with `succeeded`, `failed` or `abandoned`; one never reported expires.
    public struct Lease: Sendable, Hashable {
        let id: UInt64
    }

    /// The probes under way. Never more than `Settings.halfOpenMaxCalls`, so the memory is bounded.
    struct Probes: Sendable {
        private struct Probe: Sendable {
            var lease: Lease
            var expires: Instant
            // False for a probe that outlived the half-open period it belonged to: it holds a place, and decides nothing.
            var counts: Bool
        }

        private var live: [Probe] = []
        private var lastID: UInt64 = 0

        var count: Int { live.count }

        /// When the next place is free at the latest.
        var firstExpiry: Instant? { live.map(\.expires).min() }

        mutating func dropExpired(at now: Instant) {
            live.removeAll { $0.expires <= now }
        }

        mutating func open(expires: Instant) -> Lease {
            lastID &+= 1
            let lease = Lease(id: lastID)
            live.append(Probe(lease: lease, expires: expires, counts: true))
            return lease
        }

        /// Gives the place back; true when the probe's result still decides something.
        mutating func close(_ lease: Lease?, at now: Instant) -> Bool {
            guard let lease, let index = live.firstIndex(where: { $0.lease == lease }) else { return false }
            let probe = live.remove(at: index)
            return probe.counts && now < probe.expires
        }

        mutating func outlive() {
            for index in live.indices { live[index].counts = false }
        }

        // The ids go on counting, so a lease from before can never name a later probe.
        mutating func clear() {
            live.removeAll(keepingCapacity: true)
        }
    }
}
