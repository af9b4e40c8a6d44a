internal import Logging
internal import Synchronization

extension RouterCore {
    /// Providers in the order in which they are asked.
    private func ordered(_ snapshot: Snapshot) -> [Provider] {
        snapshot.table.order.map { snapshot.providers[$0] }
    }

    var status: RouterStatus {
        let snapshot = snapshot
        let now = clock.now
        return RouterStatus(
            providers: ordered(snapshot).map { provider in
                let pause = shared.withLock { $0.cooldowns.longestPause(provider: provider.name, at: now) }
                return provider.state.withLock { state in
                    RouterStatus.Provider(
                        name: provider.name, type: provider.type, isEnabled: provider.isEnabled,
                        priority: provider.configuration.priority,
                        status: provider.isEnabled ? state.health.status : .disabled,
                        circuitState: state.breaker.state(at: now),
                        circuitOpenFor: state.breaker.openUntil.map { now.duration(to: $0) }.flatMap {
                            $0 > .zero ? $0 : nil
                        },
                        coolingDownFor: pause.map { now.duration(to: $0.until) },
                        defaultModel: provider.configuration.defaultModel?.name,
                        models: provider.configuration.models.map(\.name))
                }
            })
    }

    var metrics: RouterMetrics {
        let snapshot = snapshot
        let now = clock.now
        let day = clock.day
        let providers = ordered(snapshot).map { provider in
            provider.state.withLock { state in
                RouterMetrics.Provider(
                    name: provider.name, type: provider.type,
                    status: provider.isEnabled ? state.health.status : .disabled,
                    circuitState: state.breaker.state(at: now), totalRequests: state.health.total,
                    successful: state.health.successful, failed: state.health.failed,
                    errorRate: state.health.errorRate, averageLatency: state.health.averageLatency,
                    attempts: state.attempts, cuts: state.cuts, promptTokens: state.promptTokens,
                    completionTokens: state.completionTokens, cost: state.cost, latency: state.latency.quantiles,
                    timeToFirstToken: state.timeToFirstToken.quantiles)
            }
        }
        let active = admission.active
        return shared.withLock { shared in
            RouterMetrics(
                providers: providers, requests: shared.counts.requests, answered: shared.counts.answered,
                failed: shared.counts.failed, cancelled: shared.counts.cancelled, active: active,
                fallbacks: shared.counts.fallbacks, spentToday: shared.cost.spent(day: day),
                dailyBudget: shared.cost.dailyBudget)
        }
    }

    func setEnabled(_ name: String, _ enabled: Bool) -> Bool {
        installing.withLock { _ in
            let snapshot = snapshot
            guard snapshot[name] != nil else { return false }
            var overrides = shared.withLock { $0.overrides }
            overrides[name] = enabled
            do throws(CascadeError) {
                try install(snapshot.configuration, overrides: overrides)
            } catch {
                logger.error(
                    "provider cannot be switched", metadata: ["provider": "\(name)", "error": "\(error.message)"])
                return false
            }
            return true
        }
    }

    func resetCircuit(_ name: String) -> Bool {
        guard let provider = snapshot[name] else { return false }
        provider.state.withLock { state in
            state.breaker.reset()
            state.health.circuitClosed()
        }
        shared.withLock { $0.cooldowns.clear(provider: name) }
        return true
    }
}
