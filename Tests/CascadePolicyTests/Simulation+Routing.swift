import CascadePolicy

/// Who is asked: tables that a reload swaps, queries, and plans from the cache.
extension Simulation {
    private static let price = CostMeter.Price(perMillionInput: 1, perMillionOutput: 2)

    /// Priorities, models, tags and who is switched on, drawn anew. Plans that were made keep theirs.
    mutating func changeTable() {
        var listed: [RoutingTable.Provider] = []
        for provider in providers {
            let models = (0..<draw(0...2)).map { index in
                RoutingTable.Model(
                    name: "m\(index)", isDefault: index == 1, costPerMillionInput: chance(50) ? 1 : nil)
            }
            listed.append(
                RoutingTable.Provider(
                    name: provider.name, priority: draw(1...3), enabled: chance(90), models: models,
                    tags: chance(70) ? ["near"] : []))
        }
        table = RoutingTable(providers: listed, strictModels: chance(20))
        cache.removeAll()
    }

    mutating func makeRequest() -> Request {
        let limits = FallbackMachine.Limits(
            attemptsPerProvider: draw(1...3), attemptsPerRequest: draw(1...8), retryAmbiguous: chance(50),
            maxWait: .seconds(draw(0...60)))
        let models = [nil, nil, "m0", "m1", "unlisted"]
        let query = RoutingTable.Query(
            model: models[draw(0...models.count - 1)], tags: chance(15) ? ["near"] : [], freeOnly: chance(60))
        return Request(
            machine: FallbackMachine(candidateCount: 0, limits: limits, deadline: nil), limits: limits, query: query)
    }

    /// The plan of a request that begins now; `freeOnly` of its query holds only once the day's budget is spent.
    mutating func plan(_ index: Int) {
        if requests[index].query.freeOnly {
            let isSpent = cost.decision(day: 0) == .skipPaid
            require(isSpent == (spent >= 0.01), "the budget of \(spent) is said to be \(isSpent ? "spent" : "left")")
            requests[index].query.freeOnly = isSpent
            if isSpent { tally.savedMoney += 1 }
        }
        let query = requests[index].query
        let decision = cache.decision(for: query, in: table)
        checkPlan(decision, of: query)
        requests[index].candidates = decision.candidates.map {
            Candidate(provider: $0.provider, model: $0.model ?? "any")
        }
    }

    private mutating func checkPlan(_ decision: RoutingTable.Decision, of query: RoutingTable.Query) {
        require(decision == table.decide(query), "a cached plan is not the table's")
        require(cache.count <= cache.capacity, "I7: \(cache.count) plans are kept")
        let named = decision.candidates.map(\.provider) + decision.skipped.map(\.provider)
        require(named.sorted() == Array(providers.indices), "a plan names \(named)")
        var last = (priority: Int.min, index: -1)
        for candidate in decision.candidates {
            let provider = table.providers[candidate.provider]
            require(provider.enabled, "a plan has \(provider.name), which is off")
            require(query.tags.allSatisfy(provider.tags.contains), "a plan has \(provider.name) without its tag")
            let place = (priority: provider.priority, index: candidate.provider)
            require(last < place, "a plan is out of order")
            last = place
            let model = provider.models.first { $0.name == candidate.model }
            require(!query.freeOnly || model?.isPaid != true, "a plan costs money that is not there")
        }
    }

    /// An answer is paid for, where its model costs money.
    mutating func pay(for candidate: Candidate) {
        let model = table.providers[candidate.provider].models.first { $0.name == candidate.model }
        guard model?.isPaid == true else { return }
        let tokens = draw(0...2000)
        spent += Self.price.cost(promptTokens: tokens, completionTokens: tokens)
        _ = cost.record(Self.price, promptTokens: tokens, completionTokens: tokens, day: 0)
        let metered = cost.spent(day: 0)
        require(metered == spent, "the meter says \(metered), and \(spent) was spent")
    }
}
