internal import Cascade
internal import CascadeTesting

/// One of many who ask one question after the other, and check what they are told.
struct SoakCaller {
    let router: CascadeRouter
    let servers: SoakServers
    let ledger: SoakLedger
    /// `nil`: the router itself is asked.
    let gateway: SoakGateway?
    /// Between two questions, on average.
    let pause: Duration
    var generator: SplitMix64

    private enum Manner: CaseIterable { case whole, text, bytes, events }

    mutating func ask(until end: ContinuousClock.Instant) async {
        while ContinuousClock.now < end {
            await askOnce()
            try? await Task.sleep(for: pause * Double.random(in: 0...2, using: &generator))
        }
    }

    private mutating func askOnce() async {
        let id = ledger.begin()
        let manner = Manner.allCases.randomElement(using: &generator) ?? .whole
        guard Int.random(in: 0..<20, using: &generator) == 0 else {
            await ask(id, manner)
            return
        }
        // One in twenty changes its mind.
        let patience = Duration.microseconds(Int.random(in: 0...3_000, using: &generator))
        let caller = self
        let question = Task { await caller.ask(id, manner) }
        try? await Task.sleep(for: patience)
        question.cancel()
        await question.value
    }

    private func ask(_ id: Int, _ manner: Manner) async {
        if let gateway { return await ask(id, over: gateway, isStreamed: manner != .whole) }
        let request = ChatRequest("This is question #\(id)#.")
        do throws(CascadeError) {
            check(id, try await manner == .whole ? whole(request) : read(request, manner))
        } catch {
            note(id, error)
        }
    }

    private struct Answer {
        var text: String
        var provider: String
        var attempts: [AttemptReport]
    }

    private func whole(_ request: ChatRequest) async throws(CascadeError) -> Answer {
        let answer = try await router.complete(request)
        return Answer(text: answer.content, provider: answer.provider, attempts: answer.attempts)
    }

    private func read(_ request: ChatRequest, _ manner: Manner) async throws(CascadeError) -> Answer {
        let stream = try await router.stream(request)
        var bytes: [UInt8] = []
        switch manner {
        case .whole: bytes = Array(try await stream.collect().content.utf8)
        case .text: for try await piece in stream.text { bytes += piece.utf8 }
        case .bytes:
            try await stream.forEachText { piece in
                for index in piece.indices { bytes.append(piece[index]) }
            }
        case .events:
            for try await case .text(let piece) in stream.events { bytes += piece.utf8 }
        }
        return Answer(
            text: String(decoding: bytes, as: UTF8.self), provider: stream.provider, attempts: stream.attempts)
    }

    private func check(_ id: Int, _ answer: Answer) {
        let isSound = answer.text == servers.text(of: answer.provider)
        ledger.end(id, sent: Self.sent(answer.attempts)) { findings in
            findings.answered += 1
            if !isSound { findings.complain("request \(id): \(answer.provider) is told to have said \(answer.text)") }
        }
    }

    private func note(_ id: Int, _ error: CascadeError) {
        ledger.end(id, sent: Self.sent(error.attempts)) { findings in
            switch error.code {
            case .cancelled: findings.cancelled += 1
            case .streamCut:
                findings.cut += 1
                if !isPrefix(error) { findings.complain("request \(id): a cut without what came before: \(error)") }
            case .allProvidersFailed, .rateLimited, .deadlineExceeded: findings.refused += 1
            default:
                findings.refused += 1
                findings.complain("request \(id): \(error.code.rawValue) is not to be expected here: \(error)")
            }
        }
    }

    /// Whether the text that came before a cut is the beginning of what that one provider says.
    private func isPrefix(_ error: CascadeError) -> Bool {
        guard let delivered = error.delivered, let provider = error.cause?.provider else { return false }
        // Read as bytes it is not kept, but counted.
        guard !delivered.content.isEmpty else { return delivered.contentBytes > 0 }
        return servers.text(of: provider)?.hasPrefix(delivered.content) ?? false
    }

    /// How often providers have seen a request: at least each time that one of them answered with a status, and at most
    /// once for each attempt.
    private static func sent(_ attempts: [AttemptReport]) -> ClosedRange<Int> {
        attempts.count { $0.status != nil }...attempts.count
    }
}
