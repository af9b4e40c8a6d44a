/// How many attempts of the last minute began well, and how many did not.
///
/// A provider that fails every second call never fails often in a row; by this it is told from a well one. Eight slots
/// of 7.5 s in fixed memory: what is counted is between 52.5 and 60 s old at most.
struct StartHistory: Sendable {
    private static let slotLength: UInt64 = 7_500_000_000

    private var starts = SIMD8<UInt32>.zero
    private var failures = SIMD8<UInt32>.zero
    private var latest: UInt64 = 0

    mutating func record(failed: Bool, at now: Instant) {
        advance(to: now.nanoseconds / Self.slotLength)
        let slot = Int(latest % 8)
        starts[slot] &+= 1
        if failed { failures[slot] &+= 1 }
    }

    /// Whether at least half of at least `minimum` attempts failed.
    func trips(minimum: Int) -> Bool {
        let all = Int(starts.wrappedSum())
        return all >= minimum && Int(failures.wrappedSum()) * 2 >= all
    }

    mutating func clear() {
        starts = .zero
        failures = .zero
    }

    // A report that comes late counts as one of the latest slot.
    private mutating func advance(to slot: UInt64) {
        guard slot > latest else { return }
        for passed in 1...min(slot - latest, 8) {
            starts[Int((latest + passed) % 8)] = 0
            failures[Int((latest + passed) % 8)] = 0
        }
        latest = slot
    }
}
