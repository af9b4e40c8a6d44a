internal import Cascade

/// What the router tells of itself. `provider` is the name in the configuration.
extension PrometheusText {
    typealias Provider = RouterTelemetry.Provider

    mutating func write(_ router: RouterTelemetry) {
        writeRequests(router)
        writeAttempts(router.providers)
        writeStanding(router.providers)
        writeAnswers(router.providers)
        writeCost(router)
    }

    private mutating func writeRequests(_ router: RouterTelemetry) {
        family("cascade_build_info", .gauge, "Always 1; the version is in the label.")
        sample(["version": CascadeVersion.current], 1)
        family("cascade_requests_total", .counter, "Requests that came to an end in the router, by what they came to.")
        sample(["outcome": "answered"], router.answered)
        sample(["outcome": "failed"], router.failed)
        sample(["outcome": "cancelled"], router.cancelled)
        family("cascade_failed_requests_total", .counter, "Requests that failed in the router, by the error's code.")
        for code in CascadeError.Code.allCases {
            guard let count = router.codes[code] else { continue }
            sample(["code": code.rawValue], count)
        }
        family("cascade_requests_active", .gauge, "Requests in the router that have not ended, streams included.")
        sample(router.active)
        family("cascade_fallbacks_total", .counter, "Answers by another provider than the first candidate.")
        sample(router.fallbacks)
        family("cascade_upstream_connections_total", .counter, "Connections opened to providers.")
        sample(router.upstreamConnectionsOpened)
        family("cascade_upstream_transfers", .gauge, "Transfers with providers under way.")
        sample(router.openTransfers)
    }

    private mutating func writeAttempts(_ providers: [Provider]) {
        family(
            "cascade_attempts_total", .counter,
            "Attempts on providers that have ended, by the class of the failure; answered means none.")
        for provider in providers {
            sample(["provider": provider.name, "class": "answered"], provider.answers)
            for kind in FailureClass.allCases {
                guard let count = provider.failures[kind] else { continue }
                sample(["provider": provider.name, "class": kind.rawValue], count)
            }
        }
        family("cascade_attempts_active", .gauge, "Attempts on providers under way.")
        for provider in providers { sample(["provider": provider.name], provider.active) }
    }

    private mutating func writeStanding(_ providers: [Provider]) {
        family("cascade_provider_enabled", .gauge, "1 for a provider that is switched on.")
        for provider in providers { sample(["provider": provider.name], provider.isEnabled ? 1 : 0) }
        family("cascade_circuit_state", .gauge, "1 for the state that the provider's circuit breaker is in.")
        for provider in providers {
            for state in CircuitBreaker.State.allCases {
                let isIn = provider.circuitState == state
                sample(["provider": provider.name, "state": state.rawValue], isIn ? 1 : 0)
            }
        }
        family(
            "cascade_cooldown_seconds", .gauge,
            "Time until the provider and all its models may be asked again after a pause that it asked for.")
        for provider in providers { sample(["provider": provider.name], provider.coolingDownFor.inSeconds) }
    }

    private mutating func writeAnswers(_ providers: [Provider]) {
        family(
            "gen_ai_client_operation_duration_seconds", .histogram,
            "Time of providers' answers, from the attempt's start to its end.")
        for provider in providers { write(provider.latency, of: provider) }
        family(
            "gen_ai_client_operation_time_to_first_chunk_seconds", .histogram,
            "Time of providers' streams, from the attempt's start to the first token.")
        for provider in providers { write(provider.timeToFirstToken, of: provider) }
        family("gen_ai_client_token_usage", .histogram, "Tokens of one answer, as the provider counts them.")
        for provider in providers {
            for (type, tokens) in [("input", provider.promptTokens), ("output", provider.completionTokens)] {
                guard tokens.count > 0 else { continue }
                let labels: Labels = [
                    "provider": provider.name, "gen_ai_provider_name": provider.conventionalName,
                    "gen_ai_operation_name": "chat", "gen_ai_token_type": type,
                ]
                histogram(labels, tokens)
            }
        }
    }

    /// A provider that has not answered has no histogram: of a thousand that are configured, a few may be in use.
    private mutating func write(_ distribution: RouterTelemetry.Distribution, of provider: Provider) {
        guard distribution.count > 0 else { return }
        let labels: Labels = [
            "provider": provider.name, "gen_ai_provider_name": provider.conventionalName,
            "gen_ai_operation_name": "chat",
        ]
        histogram(labels, distribution)
    }

    private mutating func histogram(_ labels: Labels, _ distribution: RouterTelemetry.Distribution) {
        histogram(
            labels, bounds: distribution.bounds, counts: distribution.counts, count: distribution.count,
            sum: distribution.sum)
    }

    private mutating func writeCost(_ router: RouterTelemetry) {
        family("cascade_cost_usd_total", .counter, "US dollars, by the configuration's prices.")
        for provider in router.providers { sample(["provider": provider.name], provider.cost) }
        family("cascade_spent_today_usd", .gauge, "US dollars spent since midnight, by the configuration's prices.")
        sample(router.spentToday)
        if let budget = router.dailyBudget {
            family("cascade_daily_budget_usd", .gauge, "The configuration's budget of a day, in US dollars.")
            sample(budget)
        }
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
