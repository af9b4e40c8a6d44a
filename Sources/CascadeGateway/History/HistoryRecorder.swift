internal import Cascade

/// What providers did, minute by minute, until the store holds it. Made of the router's counts, which it compares with
/// those of the last time: nothing is done for it on a request's way. On the store's queue only.
struct HistoryRecorder {
    struct Place: Hashable {
        /// Since 1970.
        var minute: Int
        var provider: String

        /// Since 1970, UTC.
        var day: Int { minute / (24 * 60) }
    }

    /// What was done within a minute, or a part of it.
    struct Deeds {
        var requests = 0
        var failures = 0
        var promptTokens = 0
        var completionTokens = 0
        var cost = 0.0
        var firstTokens = LatencyBuckets()
    }

    private(set) var unsaved: [Place: Deeds] = [:]
    private var last: [String: ProviderSample] = [:]

    /// Places that wait for a store that cannot be written; the oldest are given up.
    private static let mostPlaces = 20_000

    /// The counts to compare the next ones with.
    init(_ samples: [ProviderSample]) {
        for sample in samples { last[sample.name] = sample }
    }

    mutating func take(_ samples: [ProviderSample], minute: Int) {
        for sample in samples {
            let before = last.updateValue(sample, forKey: sample.name)
            let deeds = Deeds(sample, since: before)
            if !deeds.isEmpty { unsaved[Place(minute: minute, provider: sample.name), default: Deeds()] += deeds }
        }
        guard unsaved.count > Self.mostPlaces, let oldest = unsaved.keys.map(\.minute).min() else { return }
        for place in unsaved.keys where place.minute == oldest { unsaved[place] = nil }
    }

    mutating func saved() {
        unsaved = [:]
    }
}

extension HistoryRecorder.Deeds {
    /// - Parameter before: Counts of the same provider. Larger ones are another's, which had its name.
    init(_ sample: ProviderSample, since before: ProviderSample?) {
        let before = before.flatMap { $0.requests <= sample.requests ? $0 : nil }
        requests = sample.requests - (before?.requests ?? 0)
        failures = sample.failures - (before?.failures ?? 0)
        promptTokens = sample.promptTokens - (before?.promptTokens ?? 0)
        completionTokens = sample.completionTokens - (before?.completionTokens ?? 0)
        cost = sample.cost - (before?.cost ?? 0)
        firstTokens = sample.firstTokens
    }

    var isEmpty: Bool {
        requests == 0 && promptTokens == 0 && completionTokens == 0 && cost == 0 && firstTokens.total == 0
    }

    static func += (sum: inout HistoryRecorder.Deeds, more: HistoryRecorder.Deeds) {
        sum.requests += more.requests
        sum.failures += more.failures
        sum.promptTokens = sum.promptTokens.addingSaturated(more.promptTokens)
        sum.completionTokens = sum.completionTokens.addingSaturated(more.completionTokens)
        sum.cost += more.cost
        sum.firstTokens.add(more.firstTokens)
    }
}
