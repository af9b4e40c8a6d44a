internal import Synchronization

/// Who asked for what, and which provider saw it: a request is lost when an attempt that was answered reached no
/// provider, and doubled when providers saw more of it than attempts were told of.
final class SoakLedger: Sendable {
    struct Findings: Sendable {
        var answered = 0
        var cut = 0
        var refused = 0
        var cancelled = 0
        var attempts = 0
        var lost = 0
        var doubled = 0
        /// The first few of whatever must not be.
        var complaints: [String] = []

        var requests: Int { answered + cut + refused + cancelled }

        mutating func complain(_ text: String) {
            if complaints.count < 20 { complaints.append(text) }
        }
    }

    private struct Request {
        /// How often providers have seen it.
        var seen = 0
        /// How often they must and may have, once its caller knows.
        var allowed: ClosedRange<Int>?
        var settlesAfterLook = 0
    }

    private struct State {
        var pending: [Int: Request] = [:]
        var next = 0
        var looks = 0
        var findings = Findings()
    }

    private let state = Mutex(State())
    /// A provider may read a request after its caller has given up on it.
    private static let looksBeforeSettling = 4

    /// The number of a new request.
    func begin() -> Int {
        state.withLock { state in
            defer { state.next += 1 }
            state.pending[state.next] = Request()
            return state.next
        }
    }

    func end(_ id: Int, sent: ClosedRange<Int>, _ note: (inout Findings) -> Void) {
        state.withLock { state in
            state.pending[id]?.allowed = sent
            state.pending[id]?.settlesAfterLook = state.looks + Self.looksBeforeSettling
            state.findings.attempts += sent.upperBound
            note(&state.findings)
        }
    }

    /// What providers saw since the last look.
    func look(at seen: [Int]) {
        state.withLock { state in
            state.looks += 1
            for id in seen {
                if state.pending[id] == nil {
                    state.findings.doubled += 1
                    state.findings.complain("request \(id) reached a provider after it was over")
                }
                state.pending[id]?.seen += 1
            }
            Self.settle(&state)
        }
    }

    /// What is left of the pending ones is settled, whatever it is.
    var findings: Findings { state.withLock { $0.findings } }

    var pendingCount: Int { state.withLock { $0.pending.count } }

    private static func settle(_ state: inout State) {
        let over = state.pending.filter { $0.value.allowed != nil && $0.value.settlesAfterLook <= state.looks }
        for (id, request) in over {
            state.pending[id] = nil
            guard let allowed = request.allowed, !allowed.contains(request.seen) else { continue }
            let isLost = request.seen < allowed.lowerBound
            if isLost { state.findings.lost += 1 } else { state.findings.doubled += 1 }
            state.findings.complain("request \(id): providers saw it \(request.seen) times instead of \(allowed)")
        }
    }
}
