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

    /// There was an answer, or a part of one: what it took, where its provider does not say, is guessed by its length.
    func settle(_ answer: Answer, provider: String, model: String) {
        settle(provider: provider, model: model) { answer.tokens(reserved: $0) }
    }

    /// Nobody waited for the answer that was being made. What it took nobody says: all that was reserved.
    func settleUnread(provider: String, model: String) {
        settle(provider: provider, model: model) { $0 }
    }

    private func settle(provider: String, model: String, _ use: (TokenEstimate) -> TokenEstimate) {
        guard let reserved = reserved.take() else { return }
        let used = use(reserved)
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

extension KeyPass {
    /// What is known of an answer when it has ended.
    struct Answer {
        var usage: Usage?
        /// Of text, reasoning and calls' arguments; `nil` for an answer of another kind.
        var bytes: Int?
        /// Whether it has come to its end, and `usage` is of all of it.
        var isWhole = true

        func tokens(reserved: TokenEstimate) -> TokenEstimate {
            let guess = bytes.map(TokenEstimate.tokens(ofBytes:)) ?? reserved.completion
            guard let usage else { return TokenEstimate(prompt: reserved.prompt, completion: guess) }
            // Some providers tell at the start of an answer what its question took, and that of itself there is nothing.
            let completion = isWhole ? usage.completionTokens : max(usage.completionTokens, guess)
            return TokenEstimate(prompt: usage.promptTokens, completion: completion)
        }
    }
}

extension KeyMeter.Moment {
    init(_ router: CascadeRouter) {
        let seconds = WallTime.seconds
        self.init(
            now: router.clock.now, day: router.clock.day, untilMidnight: 86_400 - seconds % 86_400, seconds: seconds)
    }
}
