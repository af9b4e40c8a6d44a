internal import Synchronization

/// A provider's counts at one moment, for a history.
package struct ProviderSample: Sendable {
    package var name: String
    /// Since the router was made, as in ``RouterMetrics``.
    package var requests: Int
    package var failures: Int
    package var promptTokens: Int
    package var completionTokens: Int
    /// US dollars.
    package var cost: Double
    /// Times to the first token since the last sample.
    package var firstTokens: LatencyBuckets
}

extension CascadeRouter {
    /// Takes every provider's counts. Times to the first token are kept for the next call from the first one on, so that
    /// there is one caller.
    package func takeSamples() -> [ProviderSample] {
        core.snapshot.providers.map { provider in
            provider.state.withLock { state in
                let firstTokens = state.recentFirstTokens
                if firstTokens?.total != 0 { state.recentFirstTokens = LatencyBuckets() }
                return ProviderSample(
                    name: provider.name, requests: state.health.total, failures: state.health.failed,
                    promptTokens: state.promptTokens, completionTokens: state.completionTokens, cost: state.cost,
                    firstTokens: firstTokens ?? LatencyBuckets())
            }
        }
    }

    /// US dollars that were spent on `day` before this router was made.
    package func restore(spent: Double, day: Int) {
        core.shared.withLock { $0.cost.restore(spent: spent, day: day) }
    }
}
