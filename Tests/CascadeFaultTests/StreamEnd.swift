import Cascade

/// How a request for a stream ended, as its reader saw it.
struct StreamEnd: Sendable {
    var provider: String?
    var told = Told()
    var error: CascadeError?
    var reply: ChatResponse?
    var attempts: [AttemptReport] = []

    init() {}

    init(of request: ChatRequest, asking router: CascadeRouter) async {
        do throws(CascadeError) {
            let stream = try await router.stream(request)
            provider = stream.provider
            defer { attempts = stream.attempts }
            try await read(stream)
            reply = try await stream.collect()
        } catch {
            self.error = error
            if attempts.isEmpty { attempts = error.attempts }
        }
    }

    private mutating func read(_ stream: ChatStream) async throws(CascadeError) {
        var iterator = stream.events.makeAsyncIterator()
        while let event = try await iterator.next() {
            switch event {
            case .text(let piece): told.add(.text(piece))
            case .toolCallStarted(_, _, let name): told.add(.call(name))
            case .toolCallArguments(_, let piece): told.add(.arguments(piece))
            case .finished: told.add(.finish)
            case .reasoning, .usage: continue
            }
        }
    }
}

extension StreamEnd {
    /// What is wrong with the end, given what the provider sent; nil if it is the truth.
    func lie(about stream: RecordedStream, _ cut: StreamCut) -> String? {
        let (surely, atMost) = stream.told(by: cut.count)
        func isProved(_ told: Told, isClean: Bool) -> Bool {
            told.hasMarker || (told.hasFinish && isClean && stream.endsLeniently)
        }
        if provider == "p1" {
            if surely.hasToken || isProved(surely, isClean: cut.isClean) {
                return "another's answer after a token: \(attempts)"
            }
            return isAnothers ? nil : "spliced: \(told.text), \(attempts)"
        }
        guard provider == "p0" else { return "no answer: \(error.map { "\($0)" } ?? "")" }
        if let reply {
            if !isProved(atMost, isClean: cut.mayBeClean) { return "whole without proof" }
            return isWhole(reply, stream.whole) ? nil : "whole, but not the answer: \(reply)"
        }
        if isProved(surely, isClean: cut.isClean) { return "cut in spite of the proof: \(error.map { "\($0)" } ?? "")" }
        if !atMost.hasToken { return "committed without a token" }
        if !told.begins(atMost) { return "more than was sent: \(told)" }
        if !surely.begins(told) { return "lost what was sent: \(told)" }
        return isTypedCut ? nil : "no cut as it should be: \(error.map { "\($0)" } ?? "")"
    }

    private var isAnothers: Bool {
        error == nil && reply?.content == "other" && told.text == "other" && told.calls.isEmpty
            && attempts.map(\.provider) == ["p0", "p1"] && attempts.map(\.outcome) == [.failed, .answered]
    }

    private func isWhole(_ reply: ChatResponse, _ whole: Told) -> Bool {
        told.text == whole.text && told.calls == whole.calls && told.arguments == whole.arguments && told.hasFinish
            && reply.content == whole.text && reply.toolCalls.map(\.name) == whole.calls
            && reply.toolCalls.map(\.arguments) == whole.arguments
            && attempts.map(\.outcome) == [.answered]
    }

    private var isTypedCut: Bool {
        error?.code == .streamCut && !told.hasFinish && error?.delivered?.content == told.text
            && error?.delivered?.toolCallCount == told.calls.count && attempts.map(\.outcome) == [.cut]
            && attempts.first?.failureClass == .cut && attempts == error?.attempts
    }
}
