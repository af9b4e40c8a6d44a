internal import Cascade
internal import Synchronization

/// A key of the table, and what it has used.
final class KeyEntry: Sendable {
    let key: GatewayKey
    let digest: KeyDigest
    let account: KeyAccount

    init(_ stored: StoredKey, account: KeyAccount) {
        key = stored.key
        digest = stored.digest
        self.account = account
    }
}

/// A key's meter. It outlives changes of the key.
final class KeyAccount: Sendable {
    private let meter: Mutex<KeyMeter>

    init(_ limits: KeyLimits, at now: Instant) {
        meter = Mutex(KeyMeter(limits, at: now))
    }

    func withMeter<Value: Sendable>(_ body: (inout KeyMeter) -> Value) -> Value {
        meter.withLock { body(&$0) }
    }
}

/// The keys that there are, in memory.
final class KeyRing: Sendable {
    // Held for the time of a look: a change makes another table.
    private let table = Mutex<[String: KeyEntry]>([:])
    private let hasKeys = Atomic(false)

    /// Whether clients need a key: there are keys, be they revoked, or there have been. A store from which they have
    /// vanished shuts a gateway, and does not open it.
    var isEnforced: Bool { hasKeys.load(ordering: .acquiring) }

    /// Whose secret this is; `nil` for nobody's, and for a revoked key's.
    func entry(of text: String) -> KeyEntry? {
        guard let secret = KeySecret(text), let entry = table.withLock({ $0[secret.id] }),
            entry.key.revokedAt == nil, let digest = KeyDigest(secret), digest.matches(entry.digest)
        else { return nil }
        return entry
    }

    /// Whether this opens what is for operators, by the table of now.
    func isAdmin(_ entry: KeyEntry) -> Bool {
        let key = table.withLock { $0[entry.key.id]?.key }
        return key?.isAdmin == true && key?.revokedAt == nil
    }

    /// The store's keys, with what they have used on `day`.
    func replace(_ keys: [StoredKey], day: Int, at now: Instant) {
        let old = table.withLock { $0 }
        var new: [String: KeyEntry] = [:]
        for stored in keys {
            let account = old[stored.key.id]?.account ?? KeyAccount(stored.key.limits, at: now)
            account.withMeter { meter in
                meter.configure(stored.key.limits, at: now)
                meter.restore(cost: stored.key.usedToday.cost, day: day)
            }
            new[stored.key.id] = KeyEntry(stored, account: account)
        }
        table.withLock { $0 = new }
        if !new.isEmpty { hasKeys.store(true, ordering: .releasing) }
    }

    var entries: [KeyEntry] { table.withLock { Array($0.values) } }
}
