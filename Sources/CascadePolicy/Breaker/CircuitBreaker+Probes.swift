extension CircuitBreaker {
    /// The right to one probe. Report its end once, with `succeeded`, `failed` or `abandoned`. One not reported in time
    /// loses its place to another; what it says in the end still counts.
    public struct Lease: Sendable, Hashable {
        let id: UInt64
        let period: UInt64
    }

    /// The probes under way. Never more than `Settings.halfOpenMaxCalls`, so the memory is bounded.
    struct Probes: Sendable {
        private struct Probe: Sendable {
            var lease: Lease
            var expires: Instant
        }

        private var live: [Probe] = []
        private var lastID: UInt64 = 0
        // From one opening or closing of the circuit to the next. A probe decides in its own period only.
        private var period: UInt64 = 0

        var count: Int { live.count }

        /// When the next place is free at the latest.
        var firstExpiry: Instant? { live.map(\.expires).min() }

        mutating func dropExpired(at now: Instant) {
            live.removeAll { $0.expires <= now }
        }

        mutating func open(expires: Instant) -> Lease {
            lastID &+= 1
            let lease = Lease(id: lastID, period: period)
            live.append(Probe(lease: lease, expires: expires))
            return lease
        }

        /// Gives the place back; true when the probe's result still decides something.
        ///
        /// A late result does. A provider whose good answers take longer than a lease would else never be well again.
        mutating func close(_ lease: Lease?) -> Bool {
            guard let lease else { return false }
            live.removeAll { $0.lease == lease }
            return lease.period == period
        }

        /// From now on the probes under way decide nothing. They are calls all the same, and keep their places.
        mutating func outlive() {
            period &+= 1
        }
    }
}
