internal import Cascade

/// A request's way past the limits of its key, from its admission to its end. The loop's thread only.
final class KeyPass {
    let entry: KeyEntry
    private let router: CascadeRouter
    private var reserved: TokenEstimate?

    init(_ entry: KeyEntry, router: CascadeRouter) {
        self.entry = entry
        self.router = router
    }

    /// - Returns: Why the request is not let in; `nil` when it is.
    func admit(_ estimate: TokenEstimate) -> KeyMeter.Refusal? {
        let moment = KeyMeter.Moment(router)
        switch entry.account.withMeter({ $0.admit(estimate, at: moment) }) {
        case .admitted(let reserved):
            self.reserved = reserved
            return nil
        case .refused(let refusal):
            return refusal
        }
    }

    /// There was an answer, of so many tokens; all that was reserved where its provider does not say.
    func settle(_ usage: Usage?, provider: String, model: String) {
        guard let reserved = reserved.take() else { return }
        let used = usage.map { TokenEstimate(prompt: $0.promptTokens, completion: $0.completionTokens) } ?? reserved
        let cost = router.cost(
            promptTokens: used.prompt, completionTokens: used.completion, provider: provider, model: model)
        entry.account.withMeter { [day = router.clock.day] in
            $0.settle(reserved, used: used, cost: cost, day: day)
        }
    }

    /// The request has ended. Without an answer it has taken nothing.
    func end() {
        guard let reserved = reserved.take() else { return }
        entry.account.withMeter { [day = router.clock.day] in
            $0.settle(reserved, used: nil, cost: 0, day: day)
        }
    }
}

extension KeyMeter.Moment {
    init(_ router: CascadeRouter) {
        let seconds = Wall.seconds
        self.init(
            now: router.clock.now, day: router.clock.day, untilMidnight: 86_400 - seconds % 86_400, seconds: seconds)
    }
}
