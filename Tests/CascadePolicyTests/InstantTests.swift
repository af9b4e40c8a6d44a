import CascadePolicy
import Testing

@Suite("Instant")
struct InstantTests {
    @Test("moves by durations both ways")
    func arithmetic() {
        let origin: Instant = 100
        #expect(origin.advanced(by: .milliseconds(1500)) == 101.5)
        #expect(origin.advanced(by: .seconds(-40)) == 60)
        #expect(origin.duration(to: 101.5) == .milliseconds(1500))
        #expect(origin.duration(to: 60) == .seconds(-40))
        #expect(Instant(nanoseconds: 7).advanced(by: .nanoseconds(1)).nanoseconds == 8)
        #expect(origin < 101)
    }

    @Test("saturates instead of trapping", arguments: [Int64.max, 1 << 40, 9_223_372_036])
    func saturation(seconds: Int64) {
        let late = Instant(nanoseconds: .max - 1)
        #expect(late.advanced(by: .seconds(seconds)).nanoseconds == .max)
        #expect(Instant(nanoseconds: 5).advanced(by: .seconds(-seconds)).nanoseconds == 0)
    }

    @Test("measures all of the clock's range")
    func range() {
        let (first, last) = (Instant(nanoseconds: 0), Instant(nanoseconds: .max))
        #expect(first.duration(to: last).attoseconds == Int128(UInt64.max) * 1_000_000_000)
        #expect(last.duration(to: first).attoseconds == -Int128(UInt64.max) * 1_000_000_000)
    }
}

@Suite("SplitMix64")
struct SplitMix64Tests {
    // The sequence for this start value that the algorithm's authors publish with their reference code.
    @Test("gives the published sequence")
    func sequence() {
        var generator = SplitMix64(seed: 1_234_567)
        let values = (0..<5).map { _ in generator.next() }
        let published: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(values == published)
    }
}
