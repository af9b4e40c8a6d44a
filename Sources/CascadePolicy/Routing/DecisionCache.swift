/// Recent routing decisions of one table, in bounded memory.
///
/// A hit costs one hash of the query and copies no array. When full, the second-chance clock picks the entry to replace:
/// one that was not used since the hand passed. Empty it, or make a new one, when the table is swapped.
public struct DecisionCache: Sendable {
    private struct Entry: Sendable {
        var query: RoutingTable.Query
        var decision: RoutingTable.Decision
        var wasUsed: Bool
    }

    /// How many decisions are kept; 0 keeps none.
    public let capacity: Int
    private var index: [RoutingTable.Query: Int] = [:]
    private var entries: [Entry] = []
    private var hand = 0

    public init(capacity: Int) {
        self.capacity = max(capacity, 0)
    }

    /// How many decisions are held.
    public var count: Int { entries.count }

    /// The decision for `query`, made by `table` unless it is held already.
    public mutating func decision(for query: RoutingTable.Query, in table: RoutingTable) -> RoutingTable.Decision {
        if let slot = index[query] {
            entries[slot].wasUsed = true
            return entries[slot].decision
        }
        let decision = table.decide(query)
        insert(Entry(query: query, decision: decision, wasUsed: false))
        return decision
    }

    /// Forgets all decisions.
    public mutating func removeAll() {
        index.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
        hand = 0
    }

    private mutating func insert(_ entry: Entry) {
        guard capacity > 0 else { return }
        if entries.count < capacity {
            index[entry.query] = entries.count
            entries.append(entry)
            return
        }
        while entries[hand].wasUsed {
            entries[hand].wasUsed = false
            hand = (hand + 1) % capacity
        }
        index[entries[hand].query] = nil
        index[entry.query] = hand
        entries[hand] = entry
        hand = (hand + 1) % capacity
    }
}
