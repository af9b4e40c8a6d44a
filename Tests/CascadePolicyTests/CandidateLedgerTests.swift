import Testing

@testable import CascadePolicy

@Suite struct CandidateLedgerTests {
    @Test func `no candidate is written down before it is considered`() {
        var ledger = CandidateLedger(count: 3)
        #expect(ledger.firstUntried(at: at(0)) == 0)
        #expect(ledger[2].attempts == 0)
        #expect(ledger.soonestRetry(at: at(0)) == nil && ledger.soonestForcible() == nil && ledger.earliestRetry == nil)
        var none = CandidateLedger(count: 0)
        #expect(none.firstUntried(at: at(0)) == nil)
    }

    @Test func `a candidate that cools down before its first attempt goes before later ones once it is due`() {
        var ledger = CandidateLedger(count: 3)
        ledger[0].standing = .cooling(until: at(10))
        ledger[1].standing = .circuitOpen(until: at(5), forcible: true)
        #expect(ledger.firstUntried(at: at(4)) == 2)
        #expect(ledger.firstUntried(at: at(5)) == 1)
        #expect(ledger.firstUntried(at: at(10)) == 0)
        ledger[0].attempts = 1
        #expect(ledger.firstUntried(at: at(10)) == 1)
        ledger[1].standing = .out(retryAt: nil)
        #expect(ledger.firstUntried(at: at(10)) == 2)
        ledger[2].attempts = 1
        #expect(ledger.firstUntried(at: at(10)) == nil)
    }

    @Test(arguments: [1, 2, 3, 20])
    func `the first untried is the one that a look at all of them finds`(_ count: Int) {
        var random = SplitMix64(seed: UInt64(count))
        for _ in 0..<200 {
            var ledger = CandidateLedger(count: count)
            for _ in 0..<40 {
                let candidate = Int.random(in: 0..<count, using: &random)
                ledger[candidate].standing = standing(using: &random)
                ledger[candidate].attempts = Bool.random(using: &random) ? 0 : 1
                let now = at(UInt64.random(in: 0..<10, using: &random))
                let expected = (0..<count).first { isUntried(ledger[$0], at: now) }
                #expect(ledger.firstUntried(at: now) == expected)
            }
        }
    }

    private func at(_ nanoseconds: UInt64) -> Instant { Instant(nanoseconds: nanoseconds) }

    private func standing(using random: inout SplitMix64) -> CandidateLedger.Entry.Standing {
        let until = at(UInt64.random(in: 0..<12, using: &random))
        return switch Int.random(in: 0..<6, using: &random) {
        case 0: .fresh
        case 1: .reconnecting
        case 2: .backingOff(until: until)
        case 3: .cooling(until: until)
        case 4: .circuitOpen(until: until, forcible: true)
        default: .out(retryAt: until)
        }
    }

    private func isUntried(_ entry: CandidateLedger.Entry, at now: Instant) -> Bool {
        guard entry.attempts == 0 else { return false }
        return switch entry.standing {
        case .fresh: true
        case .cooling(let until), .circuitOpen(let until, _): until <= now
        case .reconnecting, .backingOff, .out: false
        }
    }
}
